package com.aiprod.pipeline.messaging;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.camel.CamelContext;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The beans that connect routes to Pub/Sub. Lazy, because not every process uses Pub/Sub. */
@Lazy
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(PubSubSettings.class)
class MessagingConfiguration {

    @Bean
    PubSubConnection pubSubConnection(PubSubSettings settings) {
        return new PubSubConnection(settings);
    }

    @Bean
    TopicSetup topicSetup(PubSubSettings settings, PubSubConnection connection) {
        return new TopicSetup(settings, connection);
    }

    @Bean("pubsub")
    SubscriberHealth subscriberHealth(TopicSetup topicSetup, CamelContext camel, MeterRegistry registry) {
        return new SubscriberHealth(topicSetup, camel, registry);
    }

    /**
     * Named after the scheme, because the starter that would read camel.component.google-pubsub.* is not available at
     * 4.18.0.
     */
    @Bean("google-pubsub")
    PipelinePubSubComponent googlePubSub(
            PubSubSettings settings,
            PubSubConnection connection,
            TopicSetup topicSetup,
            SubscriberHealth health,
            MeterRegistry registry) {
        return new PipelinePubSubComponent(settings, connection, topicSetup, health, new MessageMetrics(registry));
    }

    @Bean
    Publications publications() {
        return new Publications();
    }

    @Bean
    DeadLetters deadLetters(ObjectMapper json) {
        return new DeadLetters(json);
    }

    @Bean
    ResultMessages resultMessages(ObjectMapper json, DeadLetters deadLetters) {
        return new ResultMessages(json, deadLetters);
    }
}
