package com.aiprod.pipeline.messaging;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How this process reaches Pub/Sub.
 *
 * @param project id of the Google Cloud project that the topics and subscriptions are in
 * @param emulatorHost host:port of an emulator, spoken to in plain text without credentials; blank for Google itself
 * @param provision whether what is missing is made, and what differs is mended; unset means only with an emulator
 * @param publishTimeout how long one publish may take in all, its retries included; 10 s or more
 * @param maxLeasedBytes of the messages of one subscription that this process holds at a time; a message that is larger
 *     comes alone
 * @param checkInterval how often topics and subscriptions are compared with the contract while the process runs; zero
 *     for only at the start
 */
@ConfigurationProperties("aiprod.pubsub")
record PubSubSettings(
        String project,
        String emulatorHost,
        Boolean provision,
        @DefaultValue("10s") Duration publishTimeout,
        @DefaultValue("16MB") DataSize maxLeasedBytes,
        @DefaultValue("60s") Duration checkInterval) {

    /** Google's client (1.145.0) takes no less, and would refuse each publish instead of the setting. */
    private static final Duration SHORTEST_PUBLISH_TIMEOUT = Duration.ofSeconds(10);

    PubSubSettings {
        if (publishTimeout.compareTo(SHORTEST_PUBLISH_TIMEOUT) < 0) {
            throw new IllegalArgumentException("AIPROD_PUBSUB_PUBLISH_TIMEOUT must be at least 10s");
        }
        if (maxLeasedBytes.toBytes() < 1) {
            throw new IllegalArgumentException(
                    "AIPROD_PUBSUB_MAX_LEASED_BYTES must be above zero, for example 16MB");
        }
    }

    boolean emulated() {
        return emulatorHost != null && !emulatorHost.isBlank();
    }

    boolean provisions() {
        return provision == null ? emulated() : provision;
    }
}
