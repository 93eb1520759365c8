package com.aiprod.pipeline.system;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.TransientStageException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Header;

/** What can go wrong in a stage, for scripted.camel.yaml. */
public final class Faults {

    private static final Map<String, Integer> TRIES = new ConcurrentHashMap<>();

    private Faults() {}

    /** Answers how often the job's present attempt was tried, this time included. */
    public static int tries(@Header("jobId") String jobId, @Header("attempt") int attempt) {
        return TRIES.merge(jobId + " " + attempt, 1, Integer::sum);
    }

    /** Fails as what may pass. */
    public static void passing() {
        throw new TransientStageException("MODEL_BUSY", "The model is busy.");
    }

    /** Fails as what cannot pass. */
    public static void lasting() {
        throw new PermanentStageException("CONTENT_UNUSABLE", "Nothing can be made of this text.");
    }

    /** Fails as nobody foresaw. */
    public static void unforeseen() {
        throw new IllegalStateException("jdbc:postgresql://secret-host/ of com.aiprod");
    }

    /** Never ends, until it is interrupted. */
    public static void hang() throws InterruptedException {
        new CountDownLatch(1).await();
    }
}
