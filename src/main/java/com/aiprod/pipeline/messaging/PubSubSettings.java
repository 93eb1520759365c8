package com.aiprod.pipeline.messaging;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The Pub/Sub connection of this process.
 *
 * @param project ID of the Google Cloud project that has the topics and subscriptions
 * @param emulatorHost host:port of an emulator, used in plain text without credentials; blank for Google
 * @param provision whether to create missing topics and subscriptions and correct deviating settings; null means only
 *     with an emulator
 * @param publishTimeout total time for one publish, including retries; at least 10 s
 * @param maxLeasedBytes limit for the messages of one subscription that this process holds at a time; a larger message
 *     is leased alone
 * @param checkInterval how often topics and subscriptions are compared with the contract at run time; zero means only
 *     at startup
 */
@ConfigurationProperties("aiprod.pubsub")
record PubSubSettings(
        String project,
        String emulatorHost,
        Boolean provision,
        @DefaultValue("10s") Duration publishTimeout,
        @DefaultValue("16MB") DataSize maxLeasedBytes,
        @DefaultValue("60s") Duration checkInterval) {

    /** Google's client (1.145.0) accepts no less. It would fail each publish instead of rejecting the setting. */
    private static final Duration SHORTEST_PUBLISH_TIMEOUT = Duration.ofSeconds(10);

    PubSubSettings {
        if (publishTimeout.compareTo(SHORTEST_PUBLISH_TIMEOUT) < 0) {
            throw new IllegalArgumentException("AIPROD_PUBSUB_PUBLISH_TIMEOUT must be at least 10s");
        }
        if (maxLeasedBytes.toBytes() < 1) {
            throw new IllegalArgumentException("AIPROD_PUBSUB_MAX_LEASED_BYTES must be above zero, for example 16MB");
        }
    }

    boolean emulated() {
        return emulatorHost != null && !emulatorHost.isBlank();
    }

    boolean provisions() {
        return provision == null ? emulated() : provision;
    }
}
