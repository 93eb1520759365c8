package com.aiprod.pipeline.job;

/** A message that no retry can help: unreadable, without a job id, or naming a job that does not exist. */
public class PoisonMessageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** @param message what is wrong with it, for an operator to read */
    public PoisonMessageException(String message) {
        super(message);
    }
}
