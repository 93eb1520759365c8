package com.aiprod.pipeline.messaging;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How this process reaches Pub/Sub.
 *
 * @param project id of the Google Cloud project that the topics and subscriptions are in
 * @param emulatorHost host:port of an emulator, spoken to in plain text without credentials; blank for Google itself
 * @param provision whether missing topics and subscriptions are made at the start; unset means only with an emulator
 * @param publishTimeout how long one publish may take in all, its retries included
 */
@ConfigurationProperties("aiprod.pubsub")
record PubSubSettings(
        String project,
        String emulatorHost,
        Boolean provision,
        @DefaultValue("10s") Duration publishTimeout) {

    boolean emulated() {
        return emulatorHost != null && !emulatorHost.isBlank();
    }

    boolean provisions() {
        return provision == null ? emulated() : provision;
    }
}
