package com.aiprod.pipeline.artifact;

import com.aiprod.pipeline.stage.PermanentStageException;
import java.nio.file.FileSystemException;
import java.util.List;

/** Tells a full disk from other faults: by the operating system's words, since Java has no exception of its own for it. */
public final class StorageFull {

    /** The code of a job that failed by it. */
    public static final String CODE = "STORAGE_FULL";

    /** What strerror(3) says of ENOSPC, EDQUOT and EFBIG, and Windows of ERROR_DISK_FULL. */
    private static final List<String> REASONS = List.of(
            "No space left on device",
            "Disk quota exceeded",
            "File too large",
            "There is not enough space on the disk");

    private StorageFull() {}

    /** Whether a text, such as what a program wrote to its standard error, tells of a full disk. */
    public static boolean isNamedIn(String text) {
        return text != null && REASONS.stream().anyMatch(text::contains);
    }

    /**
     * The fault for the job: a {@link PermanentStageException} of {@value #CODE} where a full disk is the cause at any
     * depth, and otherwise the same exception.
     */
    public static Exception named(Exception fault) {
        if (fault instanceof PermanentStageException) {
            return fault;
        }
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.io.IOException
                    && isNamedIn(cause instanceof FileSystemException file ? file.getReason() : cause.getMessage())) {
                return new PermanentStageException(
                        CODE, "The storage for videos is full. Free some space, then redrive", fault);
            }
        }
        return fault;
    }
}
