/** Serves the console: its pages, and what they need to know before somebody signs in. */
package com.aiprod.pipeline.api.console;
