/**
 * Pub/Sub: the tuned Camel component, topics and subscriptions, and the forms of messages. Knows {@code job}, {@code stage}
 * and {@code telemetry}.
 */
package com.aiprod.pipeline.messaging;
