package com.aiprod.pipeline.system;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.TransientStageException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.Header;

/** Stage faults for scripted.camel.yaml. */
public final class Faults {

    private static final Map<String, Integer> TRIES = new ConcurrentHashMap<>();

    private Faults() {}

    /** Leaves what is not an output. */
    public static String leaveNoMap() {
        return "done";
    }

    /** Counts and returns the tries of the job's current attempt, including this one. */
    public static int tries(@Header("jobId") String jobId, @Header("attempt") int attempt) {
        return TRIES.merge(jobId + " " + attempt, 1, Integer::sum);
    }

    /** Fails with a transient error. */
    public static void failTransiently() {
        throw new TransientStageException("MODEL_BUSY", "The model is busy.");
    }

    /** Fails with a permanent error. */
    public static void failPermanently() {
        throw new PermanentStageException("CONTENT_UNUSABLE", "Nothing can be made of this text.");
    }

    /** Fails with an unexpected exception. */
    public static void failUnexpectedly() {
        throw new IllegalStateException("jdbc:postgresql://secret-host/ of com.aiprod");
    }

    /** Hangs until interrupted. */
    public static void hang() throws InterruptedException {
        new CountDownLatch(1).await();
    }
}
