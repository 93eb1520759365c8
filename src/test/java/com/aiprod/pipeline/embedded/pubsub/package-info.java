/**
 * Google Pub/Sub in this process, for development and tests. It is never part of the production jar.
 *
 * <p>A test starts it with {@link com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub#start()} and passes its endpoint to
 * the clients. Standalone, it is an emulator for any Pub/Sub client:
 *
 * <pre>
 * ./mvnw -q test-compile exec:java -Dexec.classpathScope=test \
 *     -Dexec.mainClass=com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSubMain -Dexec.args=--port=8085
 * export PUBSUB_EMULATOR_HOST=127.0.0.1:8085
 * </pre>
 *
 * <p>The path of a message: {@code PublisherApi} (gRPC) → {@code TopicFanout} → {@code SubscriptionQueue}, which gives it
 * to a {@code Consumer} (a stream or a pull of {@code SubscriberApi}). {@code Broker} holds topics and subscriptions,
 * {@code Settings} and {@code Limits} hold Google's rules. The specification is the classes named
 * {@code …ConformanceTest}, which also run against Google's emulator if it is installed (named by
 * {@code PUBSUB_EMULATOR_JAR}, or in the Cloud SDK's folder), with the differences in {@code KnownDifferences}.
 */
package com.aiprod.pipeline.embedded.pubsub;
