package com.aiprod.pipeline.embedded.pubsub;

import io.grpc.Status;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ack ID of a delivery.
 *
 * @param incarnation random number of the subscription's queue, so that an ID from before a restart acks nothing
 * @param sequence number of the message within the queue
 * @param generation number of the lease; a redelivered message has a later one
 */
record AckId(long incarnation, long sequence, long generation) {
    private static final Pattern FORMAT = Pattern.compile("([0-9a-f]{16})-([0-9a-f]{1,15})-([0-9a-f]{1,15})");

    static AckId parse(String text) {
        Matcher matcher = FORMAT.matcher(text);
        if (!matcher.matches()) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("You have passed an invalid ack ID to the service (ack_id=" + text + ").")
                    .asRuntimeException();
        }
        return new AckId(
                Long.parseUnsignedLong(matcher.group(1), 16),
                Long.parseLong(matcher.group(2), 16),
                Long.parseLong(matcher.group(3), 16));
    }

    @Override
    public String toString() {
        return "%016x-%x-%x".formatted(incarnation, sequence, generation);
    }
}
