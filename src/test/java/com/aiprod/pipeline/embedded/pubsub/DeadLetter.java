package com.aiprod.pipeline.embedded.pubsub;

import com.google.protobuf.util.Timestamps;
import com.google.pubsub.v1.PubsubMessage;
import java.util.List;
import java.util.Map;

/** A message that exceeded its delivery attempts, as published to the dead-letter topic. */
record DeadLetter(TopicFanout topic, PubsubMessage message) {

    /** Adds the attributes that Google adds. */
    static DeadLetter of(Entry entry, String subscription, TopicFanout topic) {
        ResourceName source = ResourceName.subscription(subscription);
        PubsubMessage original = entry.message;
        return new DeadLetter(
                topic,
                original.toBuilder()
                        .putAllAttributes(Map.of(
                                "CloudPubSubDeadLetterSourceDeliveryCount",
                                Integer.toString(entry.failures),
                                "CloudPubSubDeadLetterSourceSubscription",
                                source.id(),
                                "CloudPubSubDeadLetterSourceSubscriptionProject",
                                source.project(),
                                "CloudPubSubDeadLetterSourceTopicPublishTime",
                                Timestamps.toString(original.getPublishTime())))
                        .build());
    }

    void publish() {
        topic.publish(List.of(message));
    }
}
