package com.aiprod.pipeline.embedded.pubsub;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Google's own emulator from the Cloud SDK, in a separate process. */
final class GoogleEmulator implements AutoCloseable {
    static final String NOT_FOUND = "Google's emulator is not installed. To run them against it as well: gcloud "
            + "components install pubsub-emulator, or name its jar in PUBSUB_EMULATOR_JAR.";

    private static final String MAIN = "com.google.cloud.pubsub.testing.v1.Main";
    private static final String LIB = "platform/pubsub-emulator/lib";
    /** The folder of the gRPC jar that repairs the emulator; see {@link #startIfInstalled()}. */
    private static final Path GRPC_API_DIR = Path.of("target", "pubsub-emulator");

    private final Process process;
    private final int port;

    private GoogleEmulator(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts the emulator on a free port and waits until it accepts connections.
     *
     * <p>The emulator's jar contains classes of several gRPC versions. Without a complete gRPC API before it on the
     * classpath, a client that disconnects leaves a stream in the emulator that swallows messages.
     *
     * @return empty if its jar is not found
     */
    static Optional<GoogleEmulator> startIfInstalled() {
        return places().flatMap(place -> jars(place, "cloud-pubsub-emulator-"))
                .findFirst()
                .map(GoogleEmulator::start);
    }

    private static Stream<Path> places() {
        String home = System.getProperty("user.home");
        return Stream.of(
                        System.getProperty("pubsub.emulator.jar"),
                        System.getenv("PUBSUB_EMULATOR_JAR"),
                        inSdk(System.getenv("CLOUDSDK_ROOT_DIR")),
                        inSdk("/usr/lib/google-cloud-sdk"),
                        inSdk("/usr/share/google-cloud-sdk"),
                        inSdk("/opt/google-cloud-sdk"),
                        inSdk("/snap/google-cloud-cli/current"),
                        inSdk("/opt/homebrew/share/google-cloud-sdk"),
                        inSdk(home + "/google-cloud-sdk"))
                .filter(Objects::nonNull)
                .map(Path::of);
    }

    private static String inSdk(String root) {
        return root == null ? null : root + "/" + LIB;
    }

    private static Stream<Path> jars(Path place, String prefix) {
        if (Files.isRegularFile(place)) {
            return Stream.of(place);
        }
        if (!Files.isDirectory(place)) {
            return Stream.empty();
        }
        try (Stream<Path> files = Files.list(place)) {
            return files
                    .filter(file -> file.getFileName().toString().startsWith(prefix)
                            && file.getFileName().toString().endsWith(".jar"))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static GoogleEmulator start(Path jar) {
        Path grpcApi = jars(GRPC_API_DIR, "grpc-api-")
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "No grpc-api jar in " + GRPC_API_DIR.toAbsolutePath() + "; the build copies it there"));
        int port = freePort();
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-cp",
                grpcApi + File.pathSeparator + jar,
                MAIN,
                "--host=127.0.0.1",
                "--port=" + port);
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(Path.of("target", "pubsub-emulator.log").toFile())
                    .start();
            GoogleEmulator emulator = new GoogleEmulator(process, port);
            await().atMost(Duration.ofSeconds(30)).until(emulator::accepts);
            return emulator;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean accepts() {
        if (!process.isAlive()) {
            throw new IllegalStateException("Google's emulator ended at once; see target/pubsub-emulator.log");
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    String endpoint() {
        return "127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
