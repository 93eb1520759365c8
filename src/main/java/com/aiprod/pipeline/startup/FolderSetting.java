package com.aiprod.pipeline.startup;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Whether a setting that names a folder can be used as a path at all. */
final class FolderSetting {

    private FolderSetting() {}

    /**
     * What is wrong with it in a line, if anything is. The JVM reads and writes names of files in the encoding of the
     * locale, and in that of {@code LC_ALL=C} only ASCII can be written.
     *
     * @param variable the environment variable's name
     * @param folder its value
     */
    static Optional<String> fault(String variable, String folder) {
        try {
            Path path = Path.of(folder).toAbsolutePath();
            return path.toString().isEmpty() ? Optional.of(variable + " is empty") : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.of(variable + " names '" + folder
                    + "', which cannot be written in this process's encoding of file names, "
                    + System.getProperty("sun.jnu.encoding") + ": set LC_ALL=C.UTF-8, or name another folder");
        }
    }
}
