/**
 * Pub/Sub: the tuned Camel component, topics and subscriptions, and message formats. Depends on {@code job},
 * {@code stage}, and {@code telemetry}.
 */
package com.aiprod.pipeline.messaging;
