package com.aiprod.pipeline;

/**
 * Refuses a start that cannot lead to a working process. The operator sees the fault and the remedy without a stack
 * trace.
 */
public class StartRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String action;

    /**
     * Refuses the start.
     *
     * @param fault what is wrong, one line per fault; names the setting, file, table, or topic
     * @param action what the operator can do about it
     */
    public StartRefusedException(String fault, String action) {
        super(fault);
        this.action = action;
    }

    /** What the operator can do about it. */
    public String action() {
        return action;
    }
}
