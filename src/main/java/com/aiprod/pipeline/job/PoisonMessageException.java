package com.aiprod.pipeline.job;

/** A message that no retry can help: it is unreadable, has no job ID, or names a job that does not exist. */
public class PoisonMessageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what is wrong with the message, for operators */
    public PoisonMessageException(String message) {
        super(message);
    }
}
