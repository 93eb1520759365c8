package com.aiprod.pipeline.bench.image;

import com.aiprod.pipeline.embedded.DevelopmentTokens;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs the contents of an image once, with all roles and a video, so that its JVM writes the AOT cache, which makes
 * later starts faster. Then measures starts without and with it: {@code k8s/image}.
 */
public final class AotTraining {

    private static final Duration LIMIT = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int STARTS = 5;
    private static final Pattern JOB_ID = Pattern.compile("\"job_id\"\\s*:\\s*\"([0-9a-f-]{36})\"");
    private static final Pattern COMPLETED = Pattern.compile("\"status\"\\s*:\\s*\"COMPLETED\"");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ImageRuns runs;

    private AotTraining(ImageRuns runs) {
        this.runs = runs;
    }

    /** @param args the image without a cache, the folder to unpack it into, and the cache file to write */
    public static void main(String[] args) throws Exception {
        Path cache = Path.of(args[2]).toAbsolutePath();
        Unpacked image = Unpacked.of(new ImageTar(Path.of(args[0])), Path.of(args[1]));
        try (ImageRuns runs = new ImageRuns(image)) {
            AotTraining training = new AotTraining(runs);
            training.train(cache);
            training.compare(cache);
        }
        System.exit(0);
    }

    private void train(Path cache) throws IOException, InterruptedException {
        ImageRun run = runs.start("api,dispatcher,worker,recorder", List.of("-XX:AOTCacheOutput=" + cache), List.of());
        run.awaitReady();
        makeVideo(run.port());
        run.stop();
        if (!Files.exists(cache)) {
            throw new IOException("No AOT cache was written");
        }
    }

    private void makeVideo(int port) throws IOException, InterruptedException {
        String answer = send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/pipeline/run"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"content\": \"The sea at night. The tide comes and goes.\", \"duration_sec\": 4,"
                                + " \"metadata\": {\"brand\": {\"colors\": [\"#1144aa\"]}}}")));
        Matcher jobId = JOB_ID.matcher(answer);
        if (!jobId.find()) {
            throw new IOException("Not accepted: " + answer);
        }
        URI job = URI.create("http://127.0.0.1:" + port + "/pipeline/job/" + jobId.group(1));
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!COMPLETED.matcher(send(HttpRequest.newBuilder(job))).find()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("The video was not rendered");
            }
            LockSupport.parkNanos(LOOK.toNanos());
        }
    }

    private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(
                        request.header("Authorization", "Bearer " + DevelopmentTokens.token("training"))
                                .build(),
                        BodyHandlers.ofString())
                .body();
    }

    private void compare(Path cache) throws IOException, InterruptedException {
        System.out.printf("%-44s %8s %8s%n", "Start until ready, s, of " + STARTS, "median", "longest");
        for (String role : List.of("worker", "api")) {
            print(role + ", without AOT cache", role, List.of("-XX:AOTMode=off"), STARTS);
            print(role + ", with AOT cache", role, withCache(cache), STARTS);
        }
        // With the memory of their pods, which is less: the objects of the cache must fit.
        for (String role : List.of("dispatcher", "recorder")) {
            print(role + ", with AOT cache, one start", role, withCache(cache), 1);
        }
    }

    private static List<String> withCache(Path cache) {
        return List.of("-XX:AOTMode=on", "-XX:AOTCache=" + cache);
    }

    private void print(String name, String role, List<String> options, int starts)
            throws IOException, InterruptedException {
        List<Double> seconds = new ArrayList<>();
        for (int number = 0; number < starts; number++) {
            ImageRun run = runs.start(role, options, List.of());
            seconds.add(run.awaitReady());
            run.stop();
        }
        seconds.sort(null);
        System.out.printf(Locale.ROOT, "%-44s %8.1f %8.1f%n", name, seconds.get(starts / 2), seconds.get(starts - 1));
    }
}
