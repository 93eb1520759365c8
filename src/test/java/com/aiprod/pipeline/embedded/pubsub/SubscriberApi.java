package com.aiprod.pipeline.embedded.pubsub;

import com.google.protobuf.Empty;
import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.CreateSnapshotRequest;
import com.google.pubsub.v1.DeleteSnapshotRequest;
import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.GetSnapshotRequest;
import com.google.pubsub.v1.GetSubscriptionRequest;
import com.google.pubsub.v1.ListSnapshotsRequest;
import com.google.pubsub.v1.ListSnapshotsResponse;
import com.google.pubsub.v1.ListSubscriptionsRequest;
import com.google.pubsub.v1.ListSubscriptionsResponse;
import com.google.pubsub.v1.ModifyAckDeadlineRequest;
import com.google.pubsub.v1.ModifyPushConfigRequest;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.PullResponse;
import com.google.pubsub.v1.SeekRequest;
import com.google.pubsub.v1.SeekResponse;
import com.google.pubsub.v1.Snapshot;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.UpdateSnapshotRequest;
import com.google.pubsub.v1.UpdateSubscriptionRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** The gRPC service {@code google.pubsub.v1.Subscriber}. */
final class SubscriberApi extends SubscriberGrpc.SubscriberImplBase {
    /** The time after which a pull returns empty. Google only says that the time is bounded. */
    private static final int PULL_SECONDS = 20;

    private final Broker broker;
    private final ScheduledExecutorService timer;

    SubscriberApi(Broker broker, ScheduledExecutorService timer) {
        this.broker = broker;
        this.timer = timer;
    }

    @Override
    public void createSubscription(Subscription request, StreamObserver<Subscription> observer) {
        Unary.answer(observer, () -> broker.create(request));
    }

    @Override
    public void updateSubscription(UpdateSubscriptionRequest request, StreamObserver<Subscription> observer) {
        Unary.answer(observer, () -> broker.update(request.getSubscription(), request.getUpdateMask()));
    }

    @Override
    public void getSubscription(GetSubscriptionRequest request, StreamObserver<Subscription> observer) {
        Unary.answer(
                observer, () -> broker.subscription(request.getSubscription()).settings());
    }

    @Override
    public void deleteSubscription(DeleteSubscriptionRequest request, StreamObserver<Empty> observer) {
        Unary.answer(observer, () -> {
            broker.deleteSubscription(request.getSubscription());
            return Empty.getDefaultInstance();
        });
    }

    @Override
    public void listSubscriptions(
            ListSubscriptionsRequest request, StreamObserver<ListSubscriptionsResponse> observer) {
        Unary.answer(observer, () -> {
            ResourceName.checkProject(request.getProject());
            Page<SubscriptionQueue> page = Page.of(
                    broker.subscriptions(),
                    request.getProject() + "/subscriptions/",
                    request.getPageSize(),
                    request.getPageToken());
            return ListSubscriptionsResponse.newBuilder()
                    .addAllSubscriptions(page.items().stream()
                            .map(SubscriptionQueue::settings)
                            .toList())
                    .setNextPageToken(page.nextToken())
                    .build();
        });
    }

    @Override
    public void pull(PullRequest request, StreamObserver<PullResponse> observer) {
        SubscriptionQueue queue;
        try {
            queue = broker.subscription(request.getSubscription());
            if (request.getMaxMessages() <= 0) {
                throw invalid("max_messages must be above 0 (max_messages=" + request.getMaxMessages() + ").");
            }
        } catch (StatusRuntimeException e) {
            observer.onError(e);
            return;
        }
        PullConsumer consumer = new PullConsumer(request.getMaxMessages(), observer);
        Runnable answerAsIs = () -> queue.leave(consumer, consumer::answer);
        Future<?> end = timer.schedule(answerAsIs, PULL_SECONDS, TimeUnit.SECONDS);
        ServerCallStreamObserver<PullResponse> call = (ServerCallStreamObserver<PullResponse>) observer;
        call.setOnCloseHandler(() -> end.cancel(false));
        call.setOnCancelHandler(() -> {
            end.cancel(false);
            queue.leave(consumer);
        });
        queue.join(consumer);
        if (returnsImmediately(request)) {
            answerAsIs.run();
        }
    }

    @SuppressWarnings("deprecation") // Deprecated by Google, but still served.
    private static boolean returnsImmediately(PullRequest request) {
        return request.getReturnImmediately();
    }

    @Override
    public StreamObserver<StreamingPullRequest> streamingPull(StreamObserver<StreamingPullResponse> observer) {
        return new StreamingPullCall(broker, (ServerCallStreamObserver<StreamingPullResponse>) observer);
    }

    @Override
    public void acknowledge(AcknowledgeRequest request, StreamObserver<Empty> observer) {
        Unary.answer(observer, () -> {
            Limits.checkAcknowledge(request);
            SubscriptionQueue queue = broker.subscription(request.getSubscription());
            queue.acknowledge(parse(request.getAckIdsList()));
            return Empty.getDefaultInstance();
        });
    }

    @Override
    public void modifyAckDeadline(ModifyAckDeadlineRequest request, StreamObserver<Empty> observer) {
        Unary.answer(observer, () -> {
            Limits.checkAcknowledge(request);
            Settings.checkModifiedDeadline(request.getAckDeadlineSeconds());
            SubscriptionQueue queue = broker.subscription(request.getSubscription());
            Map<AckId, Integer> seconds = new LinkedHashMap<>();
            parse(request.getAckIdsList()).forEach(ackId -> seconds.put(ackId, request.getAckDeadlineSeconds()));
            queue.modifyAckDeadlines(seconds);
            return Empty.getDefaultInstance();
        });
    }

    private static List<AckId> parse(List<String> ackIds) {
        if (ackIds.isEmpty()) {
            throw invalid("No ack ids specified.");
        }
        return ackIds.stream().map(AckId::parse).toList();
    }

    @Override
    public void modifyPushConfig(ModifyPushConfigRequest request, StreamObserver<Empty> observer) {
        Unary.refuse(observer, "Push delivery is");
    }

    @Override
    public void getSnapshot(GetSnapshotRequest request, StreamObserver<Snapshot> observer) {
        Unary.refuse(observer, "Snapshots are");
    }

    @Override
    public void listSnapshots(ListSnapshotsRequest request, StreamObserver<ListSnapshotsResponse> observer) {
        Unary.refuse(observer, "Snapshots are");
    }

    @Override
    public void createSnapshot(CreateSnapshotRequest request, StreamObserver<Snapshot> observer) {
        Unary.refuse(observer, "Snapshots are");
    }

    @Override
    public void updateSnapshot(UpdateSnapshotRequest request, StreamObserver<Snapshot> observer) {
        Unary.refuse(observer, "Snapshots are");
    }

    @Override
    public void deleteSnapshot(DeleteSnapshotRequest request, StreamObserver<Empty> observer) {
        Unary.refuse(observer, "Snapshots are");
    }

    @Override
    public void seek(SeekRequest request, StreamObserver<SeekResponse> observer) {
        Unary.refuse(observer, "Seeking is");
    }

    private static StatusRuntimeException invalid(String description) {
        return Status.INVALID_ARGUMENT.withDescription(description).asRuntimeException();
    }
}
