/**
 * Startup of a process before its routes run, and the reasons to refuse it: settings, schema, route files. Depends on
 * {@code sql}; no other package depends on this one.
 */
package com.aiprod.pipeline.startup;
