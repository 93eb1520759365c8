package com.aiprod.pipeline.startup;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Checks whether a setting that names a folder is usable as a path. */
final class FolderSetting {

    private FolderSetting() {}

    /**
     * Returns the fault in one line, or empty. The JVM encodes file names in the encoding of the locale; with
     * {@code LC_ALL=C} this is ASCII.
     *
     * @param variable the name of the environment variable
     * @param folder its value
     */
    static Optional<String> fault(String variable, String folder) {
        try {
            Path path = Path.of(folder).toAbsolutePath();
            return path.toString().isEmpty() ? Optional.of(variable + " is empty") : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.of(variable + " is '" + folder
                    + "', which this process cannot encode as a file name in "
                    + System.getProperty("sun.jnu.encoding") + ": set LC_ALL=C.UTF-8 or choose another folder");
        }
    }
}
