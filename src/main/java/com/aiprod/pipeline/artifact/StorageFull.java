package com.aiprod.pipeline.artifact;

import com.aiprod.pipeline.stage.PermanentStageException;
import java.nio.file.FileSystemException;
import java.util.List;

/** Detects a full disk by the operating system's error message, because Java has no exception of its own for it. */
public final class StorageFull {

    /** The error code of a job that failed because the disk is full. */
    public static final String CODE = "STORAGE_FULL";

    /** The messages of strerror(3) for ENOSPC, EDQUOT, and EFBIG, and of Windows for ERROR_DISK_FULL. */
    private static final List<String> REASONS = List.of(
            "No space left on device",
            "Disk quota exceeded",
            "File too large",
            "There is not enough space on the disk");

    private StorageFull() {}

    /** Whether a text, such as the standard error of a program, reports a full disk. */
    public static boolean isNamedIn(String text) {
        return text != null && REASONS.stream().anyMatch(text::contains);
    }

    /**
     * Returns a {@link PermanentStageException} with the code {@value #CODE} if a full disk is the cause at any depth;
     * otherwise the same exception.
     */
    public static Exception named(Exception fault) {
        if (fault instanceof PermanentStageException) {
            return fault;
        }
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            if (cause instanceof java.io.IOException
                    && isNamedIn(cause instanceof FileSystemException file ? file.getReason() : cause.getMessage())) {
                return new PermanentStageException(
                        CODE, "The video storage is full. Free some space, then redrive the job", fault);
            }
        }
        return fault;
    }
}
