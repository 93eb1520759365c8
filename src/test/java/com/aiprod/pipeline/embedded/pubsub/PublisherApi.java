package com.aiprod.pipeline.embedded.pubsub;

import com.google.protobuf.Empty;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.DetachSubscriptionRequest;
import com.google.pubsub.v1.DetachSubscriptionResponse;
import com.google.pubsub.v1.GetTopicRequest;
import com.google.pubsub.v1.ListTopicSnapshotsRequest;
import com.google.pubsub.v1.ListTopicSnapshotsResponse;
import com.google.pubsub.v1.ListTopicSubscriptionsRequest;
import com.google.pubsub.v1.ListTopicSubscriptionsResponse;
import com.google.pubsub.v1.ListTopicsRequest;
import com.google.pubsub.v1.ListTopicsResponse;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.Topic;
import com.google.pubsub.v1.UpdateTopicRequest;
import io.grpc.stub.StreamObserver;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The gRPC service {@code google.pubsub.v1.Publisher}. */
final class PublisherApi extends PublisherGrpc.PublisherImplBase {
    private final Broker broker;

    PublisherApi(Broker broker) {
        this.broker = broker;
    }

    @Override
    public void createTopic(Topic request, StreamObserver<Topic> observer) {
        Unary.answer(observer, () -> broker.create(request));
    }

    @Override
    public void updateTopic(UpdateTopicRequest request, StreamObserver<Topic> observer) {
        Unary.answer(observer, () -> broker.update(request.getTopic(), request.getUpdateMask()));
    }

    @Override
    public void getTopic(GetTopicRequest request, StreamObserver<Topic> observer) {
        Unary.answer(observer, () -> broker.topic(request.getTopic()).settings());
    }

    @Override
    public void deleteTopic(DeleteTopicRequest request, StreamObserver<Empty> observer) {
        Unary.answer(observer, () -> {
            broker.deleteTopic(request.getTopic());
            return Empty.getDefaultInstance();
        });
    }

    @Override
    public void listTopics(ListTopicsRequest request, StreamObserver<ListTopicsResponse> observer) {
        Unary.answer(observer, () -> {
            ResourceName.checkProject(request.getProject());
            Page<TopicFanout> page = Page.of(
                    broker.topics(), request.getProject() + "/topics/", request.getPageSize(), request.getPageToken());
            return ListTopicsResponse.newBuilder()
                    .addAllTopics(
                            page.items().stream().map(TopicFanout::settings).toList())
                    .setNextPageToken(page.nextToken())
                    .build();
        });
    }

    @Override
    public void listTopicSubscriptions(
            ListTopicSubscriptionsRequest request, StreamObserver<ListTopicSubscriptionsResponse> observer) {
        Unary.answer(observer, () -> {
            NavigableMap<String, String> names = new TreeMap<>();
            for (SubscriptionQueue subscription :
                    broker.topic(request.getTopic()).subscriptions()) {
                String name = subscription.settings().getName();
                names.put(name, name);
            }
            Page<String> page = Page.of(names, "", request.getPageSize(), request.getPageToken());
            return ListTopicSubscriptionsResponse.newBuilder()
                    .addAllSubscriptions(page.items())
                    .setNextPageToken(page.nextToken())
                    .build();
        });
    }

    @Override
    public void publish(PublishRequest request, StreamObserver<PublishResponse> observer) {
        Unary.answer(observer, () -> {
            Limits.check(request);
            return PublishResponse.newBuilder()
                    .addAllMessageIds(broker.topic(request.getTopic()).publish(request.getMessagesList()))
                    .build();
        });
    }

    @Override
    public void listTopicSnapshots(
            ListTopicSnapshotsRequest request, StreamObserver<ListTopicSnapshotsResponse> observer) {
        Unary.refuse(observer, "Snapshots are");
    }

    @Override
    public void detachSubscription(
            DetachSubscriptionRequest request, StreamObserver<DetachSubscriptionResponse> observer) {
        Unary.answer(observer, () -> {
            broker.detachSubscription(request.getSubscription());
            return DetachSubscriptionResponse.getDefaultInstance();
        });
    }
}
