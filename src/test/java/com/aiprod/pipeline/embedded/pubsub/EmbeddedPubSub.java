package com.aiprod.pipeline.embedded.pubsub;

import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.SubscriberGrpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Google Pub/Sub in this process, for development and tests: the gRPC services {@code google.pubsub.v1.Publisher} and
 * {@code Subscriber} on a loopback port, for any client that uses {@code PUBSUB_EMULATOR_HOST} or a plaintext channel.
 * Everything is in memory and lost on {@link #close()}.
 *
 * <p>Unsupported features (filters, push, exactly-once, schemas, snapshots, seek) are rejected with
 * {@code UNIMPLEMENTED}, never ignored.
 */
public final class EmbeddedPubSub implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";
    private static final int CLOSE_SECONDS = 5;
    private static final String PULLS = SubscriberGrpc.getStreamingPullMethod().getFullMethodName();
    private static final Set<String> READS = Set.of(
            SubscriberGrpc.getGetSubscriptionMethod().getFullMethodName(),
            PublisherGrpc.getGetTopicMethod().getFullMethodName());

    private final Broker broker;
    private final ScheduledThreadPoolExecutor timer;
    private final EventLoopGroup eventLoops;
    private final Server server;
    private volatile boolean pullsDenied;
    private volatile boolean readsDenied;
    private int port;

    private EmbeddedPubSub(String host, int port) {
        DefaultThreadFactory threads = new DefaultThreadFactory("embedded-pubsub", true);
        timer = new ScheduledThreadPoolExecutor(1, threads);
        timer.setRemoveOnCancelPolicy(true);
        broker = new Broker(timer);
        eventLoops = new NioEventLoopGroup(2, threads);
        server = NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
                .channelType(NioServerSocketChannel.class)
                .bossEventLoopGroup(eventLoops)
                .workerEventLoopGroup(eventLoops)
                // No call blocks, so none needs its own thread.
                .directExecutor()
                .maxInboundMessageSize(Limits.INBOUND_BYTES)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .intercept(new ServerInterceptor() {
                    @Override
                    public <Q, S> ServerCall.Listener<Q> interceptCall(
                            ServerCall<Q, S> call, Metadata headers, ServerCallHandler<Q, S> next) {
                        String method = call.getMethodDescriptor().getFullMethodName();
                        if ((pullsDenied && method.equals(PULLS)) || (readsDenied && READS.contains(method))) {
                            call.close(
                                    Status.PERMISSION_DENIED.withDescription(
                                            "User not authorized to perform this action."),
                                    new Metadata());
                            return new ServerCall.Listener<>() {};
                        }
                        return next.startCall(call, headers);
                    }
                })
                .addService(new PublisherApi(broker))
                .addService(new SubscriberApi(broker, timer))
                .build();
    }

    /**
     * Starts on a free loopback port.
     *
     * @throws UncheckedIOException where it cannot listen
     */
    public static EmbeddedPubSub start() {
        return start(0);
    }

    /**
     * Starts empty on a loopback port. After {@link #close()}, a start on the same port simulates a broker that restarts
     * and has lost everything.
     *
     * @param port the port, or 0 for a free one
     * @throws UncheckedIOException where it cannot listen
     */
    public static EmbeddedPubSub start(int port) {
        return start(LOOPBACK, port);
    }

    static EmbeddedPubSub start(String host, int port) {
        EmbeddedPubSub pubSub = new EmbeddedPubSub(host, port);
        try {
            pubSub.server.start();
            pubSub.port = pubSub.server.getPort();
        } catch (IOException e) {
            pubSub.close();
            throw new UncheckedIOException("Cannot listen on " + host + ":" + port, e);
        }
        return pubSub;
    }

    /** Returns {@code host:port} for clients on this machine. */
    public String endpoint() {
        return LOOPBACK + ":" + port;
    }

    /** Returns the port, also after the server is closed. */
    public int port() {
        return port;
    }

    /** Drops all topics, subscriptions, and messages. Open streams end with {@code UNAVAILABLE}. */
    public void reset() {
        broker.reset();
    }

    /** Sets whether new streaming pulls are denied, as without the subscriber role. Open ones continue. */
    public void denyPulls(boolean denied) {
        pullsDenied = denied;
    }

    /** Sets whether reading topics and subscriptions is denied, as without the viewer role. */
    public void denyReads(boolean denied) {
        readsDenied = denied;
    }

    /** Waits until the server is closed. */
    void awaitClose() throws InterruptedException {
        server.awaitTermination();
    }

    /** Stops at once: closes connections, drops everything, and ends all threads. */
    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
            broker.reset();
            timer.shutdownNow();
            timer.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
            eventLoops.shutdownGracefully(0, CLOSE_SECONDS, TimeUnit.SECONDS).await(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
