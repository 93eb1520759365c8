package com.aiprod.pipeline.stage;

/**
 * This worker cannot run any job: for example, a program does not start, or a scratch folder is not writable. The job
 * is not at fault, and another worker may succeed.
 */
public class WorkerFaultException extends RuntimeException {

    /**
     * Describes the fault.
     *
     * @param message what does not work on this machine and which setting helps, for operators; may name paths
     * @param cause may be null
     */
    public WorkerFaultException(String message, Throwable cause) {
        super(message, cause);
    }
}
