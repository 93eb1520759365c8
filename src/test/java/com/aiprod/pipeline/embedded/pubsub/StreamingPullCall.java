package com.aiprod.pipeline.embedded.pubsub;

import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The receiving side of one StreamingPull. gRPC calls its methods one after another. */
final class StreamingPullCall implements StreamObserver<StreamingPullRequest> {
    private final Broker broker;
    private final ServerCallStreamObserver<StreamingPullResponse> observer;
    private SubscriptionQueue queue;
    private StreamConsumer consumer;
    private boolean answersKeepAlive;
    private boolean ended;

    StreamingPullCall(Broker broker, ServerCallStreamObserver<StreamingPullResponse> observer) {
        this.broker = broker;
        this.observer = observer;
        observer.setOnReadyHandler(this::becameReady);
        observer.setOnCancelHandler(this::leave);
    }

    @Override
    public void onNext(StreamingPullRequest request) {
        if (ended) {
            return;
        }
        try {
            answersKeepAlive |= request.getProtocolVersion() >= 1;
            if (queue == null) {
                open(request);
            } else {
                continueWith(request);
            }
        } catch (StatusRuntimeException e) {
            end(e);
        }
    }

    private void open(StreamingPullRequest request) {
        Settings.checkAckDeadline(request.getStreamAckDeadlineSeconds());
        queue = broker.subscription(request.getSubscription());
        consumer = new StreamConsumer(request, observer);
        queue.join(consumer);
        handleAcks(request);
    }

    private void continueWith(StreamingPullRequest request) {
        if (!request.getSubscription().isEmpty()) {
            throw invalid("subscription must only be set on the first request of a stream.");
        }
        int deadline = request.getStreamAckDeadlineSeconds();
        if (deadline != 0) {
            Settings.checkAckDeadline(deadline);
            queue.with(consumer, () -> consumer.setAckDeadlineSeconds(deadline));
        }
        boolean empty = !handleAcks(request) && deadline == 0;
        if (empty && answersKeepAlive) {
            queue.with(consumer, consumer::answerKeepAlive);
        }
    }

    /** Returns whether there were any. */
    private boolean handleAcks(StreamingPullRequest request) {
        List<String> modified = request.getModifyDeadlineAckIdsList();
        if (modified.size() != request.getModifyDeadlineSecondsCount()) {
            throw invalid("modify_deadline_seconds and modify_deadline_ack_ids must have the same length.");
        }
        Map<AckId, Integer> seconds = new LinkedHashMap<>();
        for (int i = 0; i < modified.size(); i++) {
            Settings.checkModifiedDeadline(request.getModifyDeadlineSeconds(i));
            seconds.put(AckId.parse(modified.get(i)), request.getModifyDeadlineSeconds(i));
        }
        List<AckId> acked = request.getAckIdsList().stream().map(AckId::parse).toList();
        if (!acked.isEmpty()) {
            queue.acknowledge(acked);
        }
        if (!seconds.isEmpty()) {
            queue.modifyAckDeadlines(seconds);
        }
        return !acked.isEmpty() || !seconds.isEmpty();
    }

    private void end(StatusRuntimeException e) {
        ended = true;
        if (queue == null) {
            observer.onError(e);
        } else {
            queue.leave(consumer, () -> consumer.fail(e.getStatus()));
        }
    }

    private void becameReady() {
        if (queue != null) {
            queue.wake();
        }
    }

    private void leave() {
        ended = true;
        if (queue != null) {
            queue.leave(consumer);
        }
    }

    @Override
    public void onError(Throwable cause) {
        leave();
    }

    @Override
    public void onCompleted() {
        if (queue != null) {
            queue.leave(consumer, consumer::complete);
        } else if (!ended) {
            observer.onCompleted();
        }
        ended = true;
    }

    private static StatusRuntimeException invalid(String description) {
        return Status.INVALID_ARGUMENT.withDescription(description).asRuntimeException();
    }
}
