/** What a text says before it is laid out: its language, the request in it, its structure, and its words. */
package com.aiprod.pipeline.video.script;
