package com.aiprod.pipeline.stage;

import com.aiprod.pipeline.job.Failure;
import com.aiprod.pipeline.job.PipelineTimeoutException;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;

/** Maps exceptions to what the owner of a job reads. */
public final class Failures {

    private Failures() {}

    /**
     * The failure of an attempt that an exception means: of itself, or of the first of its causes that is known. The
     * message of an unexpected exception is not disclosed. Unreadable JSON may be the answer of a service that was cut
     * off, so a retry may help.
     */
    public static Failure of(Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            if (cause instanceof StageException known) {
                return new Failure(known.errorCode(), known.getMessage(), known instanceof TransientStageException);
            } else if (cause instanceof PipelineTimeoutException) {
                return new Failure(Failure.TIMEOUT_CODE, cause.getMessage(), true);
            } else if (cause instanceof JsonProcessingException) {
                return new Failure("JSON_INVALID", "A step of the pipeline could not read or write JSON.", true);
            } else if (cause instanceof IOException) {
                return new Failure("IO_ERROR", "An I/O error occurred while the job ran.", true);
            }
        }
        return new Failure(Failure.UNFORESEEN_CODE, "The pipeline failed unexpectedly.", false);
    }
}
