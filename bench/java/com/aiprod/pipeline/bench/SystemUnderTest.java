package com.aiprod.pipeline.bench;

import com.aiprod.pipeline.TestPipelineApplication;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The whole system in a separate process, with all roles and embedded services, as a new user starts it, but without
 * per-user submission limits.
 */
final class SystemUnderTest implements AutoCloseable {

    private static final Map<String, Pattern> BANNER = Map.of(
            "api", Pattern.compile("API +(http\\S+)"),
            "health", Pattern.compile("Health +(http\\S+)"),
            "database", Pattern.compile("PostgreSQL +(jdbc:\\S+)"),
            "issuer", Pattern.compile(" TOKENS=(\\S+)"),
            "token", Pattern.compile("export TOKEN=(\\S+)"),
            "seconds", Pattern.compile("is ready in ([0-9.]+) s"));

    private static final Logger LOG = Logger.getLogger(SystemUnderTest.class.getName());

    /** The metric for milliseconds spent in JIT compilation. */
    private static final String COMPILED = "jvm_compilation_time_ms_total";

    private static final Duration WARM_UP_ROUND = Duration.ofSeconds(5);
    private static final Duration MAX_WARM_UP = Duration.ofSeconds(Load.isShort() ? 15 : 30);
    private static final int WARM_UP_CLIENTS = 8;
    /** The share of a round that a warm system may spend in JIT compilation. */
    private static final double COMPILES_NO_MORE = 0.1;

    private static final List<String> DEFAULTS = List.of(
            "--server.port=0", "--management.server.port=0", "--aiprod.max-active-jobs=0", "--aiprod.submit-rate=0");

    /** More settings for each system, separated by spaces: {@code BENCH_SETTINGS="--aiprod.worker.concurrency=8"}. */
    private static final String SETTINGS = System.getenv().getOrDefault("BENCH_SETTINGS", "");

    /** JVM options for each system, separated by spaces: {@code BENCH_JVM=-XX:TieredStopAtLevel=1}. */
    private static final String JVM_OPTIONS = System.getenv().getOrDefault("BENCH_JVM", "");

    /** A folder for a recording of each system: {@code BENCH_JFR=target bench/run SystemBench}. */
    private static final String RECORDINGS = System.getenv().getOrDefault("BENCH_JFR", "");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process process;
    private final Map<String, String> banner = new HashMap<>();
    private final ThreadLocal<Submitter> submitter =
            ThreadLocal.withInitial(() -> new Submitter(URI.create(banner.get("api"))));

    /** Starts the system and waits until it is ready. */
    SystemUnderTest(String... settings) throws IOException {
        this(List.of(), settings);
    }

    private SystemUnderTest(List<String> jvmOptions, String... settings) throws IOException {
        List<String> options = new ArrayList<>(jvmOptions);
        if (!RECORDINGS.isEmpty()) {
            options.add("-XX:StartFlightRecording=settings=profile,filename=" + RECORDINGS + "/");
        }
        options.addAll(words(JVM_OPTIONS));
        Map<String, String> last = new LinkedHashMap<>();
        Stream.of(DEFAULTS, List.of(settings), words(SETTINGS))
                .flatMap(List::stream)
                .forEach(setting -> last.put(setting.split("=", 2)[0], setting));
        process = jvm(options, TestPipelineApplication.class, last.values())
                .redirectErrorStream(true)
                .start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        StringBuilder log = new StringBuilder();
        while (banner.size() < BANNER.size()) {
            String line = output.readLine();
            if (line == null) {
                throw new IOException("The system did not start:\n" + log);
            }
            log.append(line).append('\n');
            BANNER.forEach((name, pattern) -> {
                Matcher found = pattern.matcher(line);
                if (found.find()) {
                    banner.put(name, found.group(1));
                }
            });
        }
        Thread reader = new Thread(() -> drain(output), "log-reader");
        reader.setDaemon(true);
        reader.start();
    }

    private static List<String> words(String text) {
        return Stream.of(text.split(" +")).filter(word -> !word.isEmpty()).toList();
    }

    /** Returns a JVM of the size and with the collector that a container would give to the system. */
    static ProcessBuilder jvm(Class<?> main, String... arguments) {
        return jvm(List.of(), main, List.of(arguments));
    }

    private static ProcessBuilder jvm(List<String> options, Class<?> main, Collection<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx448m", "-XX:+UseSerialGC"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        return new ProcessBuilder(command);
    }

    /** Starts the system with JVM options that override the usual ones. */
    static SystemUnderTest withJvm(List<String> jvmOptions, String... settings) throws IOException {
        return new SystemUnderTest(jvmOptions, settings);
    }

    /** Starts the system as {@code ./mvnw spring-boot:test-run} does, with fast but weak JIT compilation. */
    static SystemUnderTest forDevelopment() throws IOException {
        return new SystemUnderTest(List.of("-XX:TieredStopAtLevel=1"));
    }

    /** Drains the output, because a process with a full pipe would block. */
    private static void drain(BufferedReader output) {
        try {
            output.transferTo(Writer.nullWriter());
        } catch (IOException e) {
            LOG.fine("The process was ended, and its pipe with it: " + e.getMessage());
        }
    }

    /** Returns the seconds from the start of main to readiness, as logged by the system. */
    double startSeconds() {
        return Double.parseDouble(banner.get("seconds"));
    }

    String databaseUrl() {
        return banner.get("database");
    }

    long pid() {
        return process.pid();
    }

    /** Returns the resident megabytes of the JVM, without PostgreSQL's processes. */
    long residentMegabytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc", String.valueOf(process.pid()), "status"))) {
            String resident =
                    lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Long.parseLong(resident.replaceAll("\\D", "")) / 1024;
        }
    }

    /** Returns the bytes of heap in use after a full collection. */
    long liveHeapBytes() throws IOException {
        Process histogram = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        String.valueOf(process.pid()),
                        "GC.class_histogram")
                .start();
        try (BufferedReader lines = histogram.inputReader(StandardCharsets.UTF_8)) {
            // Columns: total, instances, bytes.
            String total = lines.lines()
                    .filter(line -> line.startsWith("Total"))
                    .findFirst()
                    .orElseThrow();
            return Long.parseLong(total.strip().split("\\s+")[2]);
        }
    }

    /** Returns the value of an actuator metric. */
    double metric(String name) throws IOException, InterruptedException {
        URI uri = URI.create(banner.get("health")).resolve("prometheus");
        String metrics = http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
        return metrics.lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .findFirst()
                .orElseThrow();
    }

    /** Returns a request with a valid token. */
    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(banner.get("api") + path))
                .header("Authorization", "Bearer " + banner.get("token"));
    }

    /** Submits a job and returns the response, which must be a 202. Each thread has a connection of its own. */
    String submit(String body) {
        return submit(banner.get("token"), body);
    }

    /** Submits a job with another token. */
    String submit(String token, String body) {
        return submitter.get().submit(token, body);
    }

    /** Returns a token for each of some users. */
    List<String> tokens(int users) throws IOException, InterruptedException {
        List<String> tokens = new ArrayList<>();
        for (int user = 0; user < users; user++) {
            URI uri = URI.create(banner.get("issuer") + "/token?sub=user-" + user);
            tokens.add(http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                    .body());
        }
        return tokens;
    }

    /**
     * Loads the system until its JVM hardly compiles anymore, like a service that has run for weeks, but for
     * at most 30 s (15 s in the short form of all benchmarks), or {@code BENCH_WARM_UP_MINUTES}.
     *
     * @return the calls per second of the last round
     */
    double warmUp(Runnable call) throws IOException, InterruptedException {
        double before = metric(COMPILED);
        double rate = 0;
        long rounds = Load.warmUpTime(MAX_WARM_UP).dividedBy(WARM_UP_ROUND);
        for (long round = 0; round < rounds; round++) {
            rate = Load.warmUp(WARM_UP_CLIENTS, WARM_UP_ROUND, call).perSecond();
            double now = metric(COMPILED);
            if (now - before < COMPILES_NO_MORE * WARM_UP_ROUND.toMillis()) {
                break;
            }
            before = now;
        }
        return rate;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
