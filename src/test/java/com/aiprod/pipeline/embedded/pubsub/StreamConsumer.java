package com.aiprod.pipeline.embedded.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.StreamingPullResponse.SubscriptionProperties;
import com.google.pubsub.v1.Subscription;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;

/** The delivering side of one StreamingPull: honors the transport's readiness and the client's flow control. */
final class StreamConsumer extends Consumer {
    private final ServerCallStreamObserver<StreamingPullResponse> observer;
    private final long maxOutstandingMessages;
    private final long maxOutstandingBytes;
    private int ackDeadlineSeconds;

    private long outstandingMessages;
    private long outstandingBytes;
    private StreamingPullResponse.Builder batch = StreamingPullResponse.newBuilder();
    private int batchBytes;

    StreamConsumer(StreamingPullRequest first, ServerCallStreamObserver<StreamingPullResponse> observer) {
        this.observer = observer;
        this.maxOutstandingMessages = unlimitedIfNotPositive(first.getMaxOutstandingMessages());
        this.maxOutstandingBytes = unlimitedIfNotPositive(first.getMaxOutstandingBytes());
        this.ackDeadlineSeconds = first.getStreamAckDeadlineSeconds();
    }

    private static long unlimitedIfNotPositive(long limit) {
        return limit > 0 ? limit : Long.MAX_VALUE;
    }

    void setAckDeadlineSeconds(int seconds) {
        ackDeadlineSeconds = seconds;
    }

    /** The byte limit allows the message that crosses it; otherwise a message above the limit would never be delivered. */
    @Override
    boolean hasRoom() {
        return outstandingMessages < maxOutstandingMessages
                && outstandingBytes < maxOutstandingBytes
                && batchBytes < Limits.RESPONSE_BYTES
                && observer.isReady();
    }

    @Override
    int ackDeadlineSeconds(Subscription settings) {
        return ackDeadlineSeconds;
    }

    @Override
    void take(Entry entry, ReceivedMessage message) {
        batch.addReceivedMessages(message);
        batchBytes += entry.bytes;
        outstandingMessages++;
        outstandingBytes += entry.bytes;
    }

    @Override
    void release(Entry entry) {
        outstandingMessages--;
        outstandingBytes -= entry.bytes;
    }

    @Override
    boolean flush(Subscription settings) {
        if (batch.getReceivedMessagesCount() > 0) {
            // The Java client preserves the order of keys only if the response enables ordering.
            batch.setSubscriptionProperties(
                    SubscriptionProperties.newBuilder().setMessageOrderingEnabled(settings.getEnableMessageOrdering()));
            observer.onNext(batch.build());
            batch = StreamingPullResponse.newBuilder();
            batchBytes = 0;
        }
        return false;
    }

    void answerKeepAlive() {
        observer.onNext(StreamingPullResponse.getDefaultInstance());
    }

    void complete() {
        observer.onCompleted();
    }

    @Override
    void fail(Status status) {
        observer.onError(status.asRuntimeException());
    }
}
