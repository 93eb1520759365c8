package com.aiprod.pipeline.embedded.pubsub;

import static org.awaitility.Awaitility.await;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.SubscriberGrpc;
import io.grpc.Channel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** The client side of one StreamingPull, which keeps all responses. */
final class StreamProbe implements ClientResponseObserver<StreamingPullRequest, StreamingPullResponse>, AutoCloseable {
    private final List<StreamingPullResponse> responses = new CopyOnWriteArrayList<>();
    private final List<ReceivedMessage> received = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private final boolean reads;
    private ClientCallStreamObserver<StreamingPullRequest> requests;

    private StreamProbe(boolean reads) {
        this.reads = reads;
    }

    static StreamProbe open(Channel channel, StreamingPullRequest first) {
        return open(channel, first, true);
    }

    /** Opens a stream that does not read, so that the transport fills up. */
    static StreamProbe openWithoutReading(Channel channel, StreamingPullRequest first) {
        return open(channel, first, false);
    }

    private static StreamProbe open(Channel channel, StreamingPullRequest first, boolean reads) {
        StreamProbe probe = new StreamProbe(reads);
        SubscriberGrpc.newStub(channel).streamingPull(probe);
        probe.send(first);
        return probe;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<StreamingPullRequest> stream) {
        requests = stream;
        if (!reads) {
            stream.disableAutoRequestWithInitial(0);
        }
    }

    void send(StreamingPullRequest request) {
        requests.onNext(request);
    }

    void ack(ReceivedMessage message) {
        send(StreamingPullRequest.newBuilder().addAckIds(message.getAckId()).build());
    }

    void nack(ReceivedMessage message) {
        send(StreamingPullRequest.newBuilder()
                .addModifyDeadlineAckIds(message.getAckId())
                .addModifyDeadlineSeconds(0)
                .build());
    }

    void halfClose() {
        requests.onCompleted();
    }

    @Override
    public void onNext(StreamingPullResponse response) {
        responses.add(response);
        received.addAll(response.getReceivedMessagesList());
    }

    @Override
    public void onError(Throwable cause) {
        end.complete(Status.fromThrowable(cause));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }

    List<StreamingPullResponse> responses() {
        return List.copyOf(responses);
    }

    List<ReceivedMessage> received() {
        return List.copyOf(received);
    }

    List<String> receivedData() {
        return received.stream().map(PubSubUnderTest::data).toList();
    }

    /** Waits for at least {@code count} messages and returns all. */
    List<ReceivedMessage> awaitReceived(int count) {
        await().atMost(Duration.ofSeconds(20)).until(() -> received.size() >= count);
        return received();
    }

    /** Waits until the server ends the stream. */
    Status awaitEnd() {
        await().atMost(Duration.ofSeconds(20)).until(end::isDone);
        return end.join();
    }

    boolean isOpen() {
        return !end.isDone();
    }

    @Override
    public void close() {
        requests.cancel("The test is over", null);
    }
}
