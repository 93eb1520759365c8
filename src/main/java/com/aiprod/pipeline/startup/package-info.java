/**
 * What a process does before its routes run, and why it refuses to start: settings, schema, route files. Knows {@code sql};
 * no room knows this one.
 */
package com.aiprod.pipeline.startup;
