package com.aiprod.pipeline.stage;

/**
 * This worker cannot do its work, whatever the job: a program that does not start, a scratch folder that cannot be
 * written. The job is not at fault, and another worker may succeed.
 */
public class WorkerFaultException extends RuntimeException {

    /**
     * Says what is broken.
     *
     * @param message what does not work here and which setting helps, for the operator; it may name paths
     * @param cause may be null
     */
    public WorkerFaultException(String message, Throwable cause) {
        super(message, cause);
    }
}
