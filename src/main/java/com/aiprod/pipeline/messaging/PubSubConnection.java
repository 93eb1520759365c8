package com.aiprod.pipeline.messaging;

import com.google.api.gax.core.CredentialsProvider;
import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.GrpcTransportChannel;
import com.google.api.gax.rpc.FixedTransportChannelProvider;
import com.google.api.gax.rpc.TransportChannelProvider;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import java.util.function.BiConsumer;

/**
 * The channel to an emulator, shared by all clients of this process. With Google, the clients open and close their own.
 */
final class PubSubConnection implements AutoCloseable {

    /** A response holds one or more messages of up to 10 MB; gRPC's default is 4 MB. */
    private static final int MAX_RESPONSE_BYTES = 20 * 1024 * 1024;

    private final ManagedChannel emulatorChannel;

    PubSubConnection(PubSubSettings settings) {
        this.emulatorChannel = settings.emulated()
                ? ManagedChannelBuilder.forTarget(settings.emulatorHost())
                        .usePlaintext()
                        .maxInboundMessageSize(MAX_RESPONSE_BYTES)
                        .build()
                : null;
    }

    /** Configures a client for the emulator, without credentials; with Google, the client's defaults are right. */
    void configure(BiConsumer<TransportChannelProvider, CredentialsProvider> client) {
        if (emulatorChannel != null) {
            client.accept(
                    FixedTransportChannelProvider.create(GrpcTransportChannel.create(emulatorChannel)),
                    NoCredentialsProvider.create());
        }
    }

    @Override
    public void close() {
        if (emulatorChannel != null) {
            emulatorChannel.shutdownNow();
        }
    }
}
