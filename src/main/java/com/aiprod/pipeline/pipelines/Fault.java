package com.aiprod.pipeline.pipelines;

/**
 * Something wrong in a file of a pipeline or of the flow.
 *
 * @param file the file as its editor knows it: a path on disk, or a path below {@code routes} for a built-in file
 * @param line counted from 1; 0 if the whole file is at fault
 * @param step ID of the step at fault; null if it has none or the fault is not in a step
 * @param message one sentence that says what is wrong and, if possible, what is right; no stack trace, no secret
 */
public record Fault(String file, int line, String step, String message) {

    /** Formatted like a compiler's message, so that editors can jump to the place: {@code FILE:LINE: message}. */
    @Override
    public String toString() {
        return (line > 0 ? file + ":" + line : file) + ": " + message;
    }
}
