package com.aiprod.pipeline.api.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.aiprod.pipeline.api.http.Edge;
import com.aiprod.pipeline.api.http.EdgeTest;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.nimbusds.jwt.JWTClaimsSet;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Event streams over real connections. The test plays the database. */
@EdgeTest
class EventStreamTest {

    private static final int TIMEOUT_MS = 10_000;

    @LocalServerPort
    private int port;

    @Autowired
    private WatchedJobs watched;

    @Autowired
    private MeterRegistry meters;

    private final String jobId = UUID.randomUUID().toString();
    private final String alice = "alice-" + jobId;
    private final List<Connection> connections = new ArrayList<>();

    @BeforeEach
    void assertNoStreams() {
        assertThat(watched.open()).isZero();
    }

    @AfterEach
    void closeStreams() throws IOException {
        for (Connection connection : connections) {
            connection.socket.close();
        }
        await().atMost(Duration.ofSeconds(10)).until(() -> watched.open() == 0);
        // A request that never completes would be measured forever and delay the shutdown.
        await().atMost(Duration.ofSeconds(10))
                .until(() -> meters.find("http.server.requests.active").longTaskTimers().stream()
                        .allMatch(timer -> timer.activeTasks() == 0));
    }

    @Test
    void streamsEventsAndEnds() throws IOException {
        Connection stream = connect(alice);
        assertThat(stream.head())
                .contains("HTTP/1.1 200 ", "Content-Type: text/event-stream", "Cache-Control: no-store");
        assertThat(stream.next("retry: ")).matches("retry: \\d{4}");
        assertThat(meters.get("http.server.requests.active").longTaskTimers()).isNotEmpty();
        assertThat(stream.next("data: ")).contains("QUEUED");
        watched.notifyWatchers(List.of(row("QUEUED", "PROCESSING")));
        assertThat(stream.next("data: ")).contains("PROCESSING");
        Map<String, Object> progress = row("QUEUED", "PROCESSING");
        progress.put("progress", "{\"percent\":40}");
        progress.put("progress_ms", 700L);
        watched.notifyWatchers(List.of(progress));
        assertThat(stream.next("id: ")).isEqualTo("id: 2000000700");
        assertThat(stream.next("data: ")).isEqualTo("data: {\"percent\":40}");
        watched.notifyWatchers(List.of(row("QUEUED", "PROCESSING", "COMPLETED")));
        assertThat(stream.next("data: ")).contains("COMPLETED");
        assertThat(stream.rest()).noneMatch(line -> line.startsWith("data:"));
        assertThat(watched.open()).isZero();
    }

    @Test
    void sendsCommentsAsHeartbeats() throws IOException {
        Connection stream = connect(alice);
        stream.next("data: ");
        for (int beat = 0; beat < 3; beat++) {
            assertThat(stream.next(":")).isEqualTo(":");
        }
    }

    @Test
    void stopsWatchingForADisconnectedClient() throws IOException {
        Connection gone = connect(alice);
        gone.next("data: ");
        Connection stays = connect(alice);
        stays.next("data: ");
        gone.socket.close();
        await().atMost(Duration.ofSeconds(5)).until(() -> watched.open() == 1);
        watched.notifyWatchers(List.of(row("QUEUED", "PROCESSING")));
        assertThat(stays.next("data: ")).contains("PROCESSING");
    }

    @Test
    void slowReaderDelaysNobodyAndMissesNoState() throws IOException {
        Connection slow = connect(alice);
        slow.next("data: ");
        Connection quick = connect(alice);
        quick.next("data: ");
        // Far more than the buffers of both ends hold while nobody reads.
        String[] states = IntStream.range(0, 50)
                .mapToObj(place -> place + "-" + "x".repeat(200_000))
                .toArray(String[]::new);
        for (int count = 2; count <= states.length; count++) {
            Map<String, Object> row = row(Stream.of(states).limit(count).toArray(String[]::new));
            row.put("progress", "{\"percent\":" + count + "}");
            row.put("progress_ms", 1L);
            watched.notifyWatchers(List.of(row));
            assertThat(quick.next("data: {\"state\"")).contains("\"" + (count - 1) + "-");
        }
        watched.notifyWatchers(List.of(
                row(Stream.concat(Stream.of(states), Stream.of("COMPLETED")).toArray(String[]::new))));
        quick.rest();
        List<String> read =
                slow.rest().stream().filter(line -> line.startsWith("data: ")).toList();
        List<String> told = read.stream().filter(line -> line.contains("state")).toList();
        assertThat(told).hasSize(states.length);
        for (int place = 1; place < states.length; place++) {
            assertThat(told.get(place - 1)).contains("\"" + place + "-");
        }
        assertThat(told.get(states.length - 1)).contains("COMPLETED");
        assertThat(read.size() - told.size()).as("progress was dropped").isLessThan(states.length - 1);
    }

    @Test
    void limitsTheOpenStreams() throws IOException {
        for (int open = 0; open < 4; open++) {
            connect(alice).next("data: ");
        }
        Connection refused = connect(alice);
        assertThat(refused.head())
                .contains("HTTP/1.1 429 ", "Content-Type: application/problem+json", "Retry-After: 10");
        String bob = "bob-" + jobId;
        connect(bob).next("data: ");
        connect(bob).next("data: ");
        assertThat(connect("cid-" + jobId).head())
                .contains("HTTP/1.1 503 ", "Content-Type: application/problem+json", "Retry-After: 5");
    }

    @Test
    void endsWhenTheTokenExpires() throws IOException {
        // Clock skew allows a minute, so a token that is about to expire opens a stream, but only a short one.
        String token = DevelopmentTokens.token(new JWTClaimsSet.Builder()
                .subject(alice)
                .audience(DevelopmentTokens.AUDIENCE)
                .issueTime(Date.from(Instant.now().minusSeconds(60)))
                .expirationTime(Date.from(Instant.now().plusSeconds(1)))
                .build());
        Connection stream = new Connection(token);
        assertThat(stream.next("data: ")).contains("QUEUED");
        assertThat(stream.rest()).noneMatch(line -> line.startsWith("data:"));
    }

    @Test
    void waitsForAJobsEndWithoutBlockingAThread() throws IOException {
        List<Connection> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(new Connection(DevelopmentTokens.token(alice), "end", "Prefer: wait=30\r\n"));
        }
        await().until(() -> watched.open() == 3);
        assertThat(Thread.getAllStackTraces().entrySet().stream()
                        .filter(thread -> thread.getKey().getName().matches("http-nio-.*-exec-\\d+"))
                        .flatMap(thread -> Stream.of(thread.getValue()))
                        .filter(frame -> frame.getClassName().startsWith("org.apache.camel.")))
                .isEmpty();
        watched.notifyWatchers(List.of(row("QUEUED", "COMPLETED")));
        for (Connection connection : waiting) {
            assertThat(connection.head()).contains("HTTP/1.1 200 ");
            assertThat(connection.next("waited")).startsWith("waited 30 held-answer-");
        }
    }

    @Test
    void capsTheWaitAndSkipsItWhenTooManyWait() throws IOException {
        long start = System.nanoTime();
        assertThat(new Connection(DevelopmentTokens.token(alice), "end", "Prefer: wait=1\r\n").next("waited"))
                .startsWith("waited 1 ");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(5));
        for (int open = 0; open < 4; open++) {
            connect(alice).next("data: ");
        }
        assertThat(new Connection(DevelopmentTokens.token(alice), "end", "Prefer: wait=30\r\n").next("waited"))
                .startsWith("waited  ");
    }

    private Map<String, Object> row(String... states) {
        return Edge.jobRow(jobId, alice, states);
    }

    private Connection connect(String user) throws IOException {
        return new Connection(DevelopmentTokens.token(user));
    }

    /** One request on its own connection, without chunks, read line by line and only on demand. */
    private final class Connection {

        private final Socket socket = new Socket();
        private final BufferedReader lines;

        Connection(String token) throws IOException {
            this(token, "events", "");
        }

        Connection(String token, String what, String headers) throws IOException {
            connections.add(this);
            socket.setReceiveBufferSize(65_536);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.connect(new InetSocketAddress("localhost", port));
            socket.getOutputStream()
                    .write(("GET /pipeline/job/" + jobId + "/" + what + " HTTP/1.0\r\nHost: localhost\r\n" + headers
                                    + "Authorization: Bearer " + token + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8), 512);
        }

        /** Reads the status line and the headers. */
        String head() throws IOException {
            StringBuilder head = new StringBuilder();
            for (String line = lines.readLine(); !line.isEmpty(); line = lines.readLine()) {
                head.append(line).append('\n');
            }
            return head.toString();
        }

        /** Reads up to the next line with this prefix and returns that line. */
        String next(String beginning) throws IOException {
            String line = lines.readLine();
            while (line != null && !line.startsWith(beginning)) {
                line = lines.readLine();
            }
            return line;
        }

        /** Reads all lines until the server ends the response. */
        List<String> rest() throws IOException {
            List<String> rest = new ArrayList<>();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                rest.add(line);
            }
            return rest;
        }
    }
}
