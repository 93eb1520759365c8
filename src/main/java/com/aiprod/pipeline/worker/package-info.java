/**
 * The attempts that run in this process: slots, leases, results, stopping and draining, and the worker's health.
 * Depends on {@code job}, {@code stage}, {@code artifact}, and {@code telemetry}.
 */
package com.aiprod.pipeline.worker;
