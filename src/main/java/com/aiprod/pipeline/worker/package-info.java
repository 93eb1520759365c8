/**
 * The attempts that run in this process: slots, leases, results, stopping and draining, and the health of the worker. Knows
 * {@code job}, {@code stage}, {@code artifact} and {@code telemetry}.
 */
package com.aiprod.pipeline.worker;
