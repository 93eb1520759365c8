package com.aiprod.pipeline.embedded.pubsub;

import com.google.common.base.Utf8;
import com.google.protobuf.MessageLite;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import io.grpc.Status;

/** Google's resource limits (https://cloud.google.com/pubsub/quotas#resource_limits) and their errors. */
final class Limits {
    static final int MESSAGES_PER_REQUEST = 1_000;

    /** The size of a response to a pull or stream before it is sent. One message may exceed it. */
    static final int RESPONSE_BYTES = 1 << 20;

    /** Above Google's limit, so that a request over it gets Google's error instead of gRPC's. */
    static final int INBOUND_BYTES = 64 << 20;

    private static final int PUBLISH_BYTES = 10_000_000;
    private static final int ACKNOWLEDGE_BYTES = 524_288;
    private static final int ATTRIBUTES = 100;
    private static final int ATTRIBUTE_KEY_BYTES = 256;
    private static final int ATTRIBUTE_VALUE_BYTES = 1_024;
    private static final int ORDERING_KEY_BYTES = 1_024;

    private Limits() {}

    static void check(PublishRequest request) {
        if (request.getMessagesCount() == 0) {
            throw invalid("The publish request has no messages.");
        }
        atMost("message_count", request.getMessagesCount(), MESSAGES_PER_REQUEST);
        atMost("request_size", request.getSerializedSize(), PUBLISH_BYTES);
        request.getMessagesList().forEach(Limits::check);
    }

    private static void check(PubsubMessage message) {
        if (message.getData().isEmpty() && message.getAttributesCount() == 0) {
            throw invalid("One or more messages in the publish request is empty. Each message must contain either "
                    + "non-empty data, or at least one attribute.");
        }
        atMost("attributes_count", message.getAttributesCount(), ATTRIBUTES);
        atMost("ordering_key_size", bytes(message.getOrderingKey()), ORDERING_KEY_BYTES);
        message.getAttributesMap().forEach((key, value) -> {
            if (key.isEmpty() || key.startsWith("goog")) {
                throw invalid("Invalid attribute key: it must not be empty nor start with 'goog' (key=" + key + ")");
            }
            atMost("attribute_key_size", bytes(key), ATTRIBUTE_KEY_BYTES);
            atMost("attribute_value_size", bytes(value), ATTRIBUTE_VALUE_BYTES);
        });
    }

    private static int bytes(String text) {
        return Utf8.encodedLength(text);
    }

    static void checkAcknowledge(MessageLite request) {
        if (request.getSerializedSize() > ACKNOWLEDGE_BYTES) {
            throw invalid("Request payload size exceeds the limit: " + ACKNOWLEDGE_BYTES + " bytes.");
        }
    }

    private static void atMost(String field, int value, int maximum) {
        if (value > maximum) {
            throw invalid("The value for %s is too large. You passed %d in the request, but the maximum value is %d."
                    .formatted(field, value, maximum));
        }
    }

    private static RuntimeException invalid(String description) {
        return Status.INVALID_ARGUMENT.withDescription(description).asRuntimeException();
    }
}
