package com.aiprod.pipeline.embedded.pubsub;

import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts each server once for all conformance tests. */
final class ServersUnderTest implements ArgumentsProvider {
    private static final Logger log = LoggerFactory.getLogger(ServersUnderTest.class);

    @Override
    public Stream<? extends Arguments> provideArguments(ExtensionContext context) {
        Servers servers = context.getRoot()
                .getStore(Namespace.create(ServersUnderTest.class))
                .getOrComputeIfAbsent(Servers.class, key -> Servers.start(), Servers.class);
        return Stream.of(Arguments.of(servers.embedded), Arguments.of(servers.google));
    }

    private record Servers(
            EmbeddedPubSub server, PubSubUnderTest embedded, Optional<GoogleEmulator> emulator, PubSubUnderTest google)
            implements ExtensionContext.Store.CloseableResource {

        static Servers start() {
            EmbeddedPubSub server = EmbeddedPubSub.start();
            Optional<GoogleEmulator> emulator = GoogleEmulator.startIfInstalled();
            if (emulator.isEmpty()) {
                log.warn("The conformance tests run against the embedded Pub/Sub alone: {}", GoogleEmulator.NOT_FOUND);
            }
            return new Servers(
                    server,
                    PubSubUnderTest.at("embedded", server.endpoint()),
                    emulator,
                    emulator.map(found -> PubSubUnderTest.at(KnownDifferences.GOOGLE_EMULATOR, found.endpoint()))
                            .orElseGet(() -> PubSubUnderTest.missing(KnownDifferences.GOOGLE_EMULATOR)));
        }

        @Override
        public void close() {
            embedded.close();
            google.close();
            server.close();
            emulator.ifPresent(GoogleEmulator::close);
        }
    }
}
