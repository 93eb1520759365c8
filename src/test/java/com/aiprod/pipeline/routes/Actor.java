package com.aiprod.pipeline.routes;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.StageBean;
import com.aiprod.pipeline.stage.TransientStageException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.springframework.boot.test.context.TestComponent;

/** The stage of the pipeline {@code acted}. The job's content says how its run goes. */
@TestComponent
@StageBean("actor")
public class Actor {

    private final Map<String, List<Long>> runs = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> interrupted = new ConcurrentHashMap<>();

    /** Runs a job. The contract guarantees the headers {@code attempt} and {@code jobId} to a pipeline. */
    public Object act(@Body Map<String, Object> job, @Header("jobId") String jobId, @Header("attempt") int attempt)
            throws Exception {
        List<Long> times = runs.computeIfAbsent(jobId, id -> new CopyOnWriteArrayList<>());
        times.add(System.nanoTime());
        return switch ((String) job.get("content")) {
            case "succeed" -> Map.of("attempt", attempt, "user", job.get("user_id"), "lang", job.get("lang"));
            case "echo the metadata" -> Map.of("echo", job.get("metadata"));
            case "be transient" -> throw new TransientStageException("RENDERER_AWAY", "The renderer is away");
            case "fail once" -> {
                if (times.size() == 1) {
                    throw new IOException("/secret/path is gone");
                }
                yield Map.of("runs", times.size());
            }
            case "be permanent" ->
                throw new PermanentStageException("VIDEO_WRONG", "It is wrong", new IOException("disk /dev/sda1"));
            case "be a bug" -> throw new IllegalStateException("password=secret");
            case "leave no map" -> "a text";
            case "leave a stream" ->
                Map.of("files", List.of(Map.of("stream", new ByteArrayInputStream(new byte[] {1}))));
            case "leave what is refused" -> Map.of("text", "the database refuses this");
            case "speak in tongues" ->
                throw new PermanentStageException("BAD\0\uD800 CODE", "a\0b\uD83D".repeat(5_000));
            case "hang" -> {
                CountDownLatch seen = interrupted(jobId);
                try {
                    new CountDownLatch(1).await();
                } finally {
                    seen.countDown();
                }
                yield null;
            }
            default -> throw new IllegalArgumentException((String) job.get("content"));
        };
    }

    /** Returns the start of each run of the job, in nanoseconds. */
    List<Long> runs(String jobId) {
        return runs.getOrDefault(jobId, List.of());
    }

    /** Returns a latch that counts down when the job's hanging run is interrupted. */
    CountDownLatch interrupted(String jobId) {
        return interrupted.computeIfAbsent(jobId, id -> new CountDownLatch(1));
    }
}
