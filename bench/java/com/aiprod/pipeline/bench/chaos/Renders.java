package com.aiprod.pipeline.bench.chaos;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * Long videos that are cancelled while they render.
 *
 * @param cancelled the number of cancelled videos, all while frames were rendered
 * @param crashed the number of application processes that ended during this
 */
record Renders(int cancelled, long crashed) {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Pattern RENDERING = Pattern.compile("\"stage\"\\s*:\\s*\"render\"");
    private static final String LONG_VIDEO = """
            {"content": "The sea. It comes and it goes. Nothing stays.", "preset": "cinema_spot",\
             "metadata": {"key": "render-%d"}}""";

    boolean good(Plan plan) {
        return cancelled == plan.cancelledRenders() && crashed == 0;
    }

    /**
     * Keeps all slots busy with renders and cancels each at its first progress.
     *
     * @param slots the slots of all workers together
     */
    static Renders cancel(Plan plan, ApiClient api, Environment environment, int slots) {
        long starts = environment.starts();
        Deque<String> open = new ArrayDeque<>();
        int submitted = 0;
        int cancelled = 0;
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (cancelled < plan.cancelledRenders() && System.nanoTime() - end < 0) {
            while (submitted < plan.cancelledRenders() && open.size() < slots) {
                open.add(api.mustSubmit(LONG_VIDEO.formatted(submitted++)));
            }
            String jobId = open.remove();
            HttpResponse<String> job = api.read(jobId);
            if (!RENDERING.matcher(job.body()).find()) {
                open.add(jobId);
                LockSupport.parkNanos(LOOK.toNanos());
            } else if (api.cancel(jobId).statusCode() == 200) {
                cancelled++;
            }
        }
        return new Renders(cancelled, environment.starts() - starts);
    }
}
