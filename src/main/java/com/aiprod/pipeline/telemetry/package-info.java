/** Metrics, traces and log fields of the routes. Knows {@code job}. */
package com.aiprod.pipeline.telemetry;
