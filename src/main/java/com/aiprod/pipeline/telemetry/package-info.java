/** Metrics, traces, and log fields of the routes. Depends on {@code job}. */
package com.aiprod.pipeline.telemetry;
