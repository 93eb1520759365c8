package com.aiprod.pipeline.embedded.pubsub;

import com.google.pubsub.v1.PullResponse;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.Subscription;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** A unary pull that waits for its first message until the timeout set by {@link SubscriberApi}. */
final class PullConsumer extends Consumer {
    private final StreamObserver<PullResponse> observer;
    private final int maxMessages;
    private final PullResponse.Builder response = PullResponse.newBuilder();
    private int bytes;

    PullConsumer(int maxMessages, StreamObserver<PullResponse> observer) {
        this.maxMessages = Math.min(maxMessages, Limits.MESSAGES_PER_REQUEST);
        this.observer = observer;
    }

    @Override
    boolean hasRoom() {
        return response.getReceivedMessagesCount() < maxMessages && bytes < Limits.RESPONSE_BYTES;
    }

    @Override
    int ackDeadlineSeconds(Subscription settings) {
        return settings.getAckDeadlineSeconds();
    }

    @Override
    void take(Entry entry, ReceivedMessage message) {
        response.addReceivedMessages(message);
        bytes += entry.bytes;
    }

    @Override
    void release(Entry entry) {
        // A pull ends with its response, so it has no limit for outstanding messages.
    }

    @Override
    boolean flush(Subscription settings) {
        if (response.getReceivedMessagesCount() == 0) {
            return false;
        }
        answer();
        return true;
    }

    void answer() {
        observer.onNext(response.build());
        observer.onCompleted();
    }

    @Override
    void fail(Status status) {
        observer.onError(status.asRuntimeException());
    }
}
