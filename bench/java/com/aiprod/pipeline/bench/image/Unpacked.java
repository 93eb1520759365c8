package com.aiprod.pipeline.bench.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The files of an image in a folder, to run with the image's own Java.
 *
 * @param root the folder
 * @param entrypoint the image's command
 */
public record Unpacked(Path root, List<String> entrypoint) {

    private static final String CLASS_PATH_FILE = "app/jib-classpath-file";

    /** Unpacks an image into a folder that must not exist. */
    static Unpacked of(ImageTar image, Path root) throws IOException {
        image.extract(Files.createDirectories(root));
        return new Unpacked(root.toAbsolutePath(), image.entrypoint());
    }

    /**
     * Returns the image's command with paths in the folder.
     *
     * @param options JVM options that replace the AOT cache
     */
    List<String> command(List<String> options) throws IOException {
        List<String> command = new ArrayList<>();
        for (String argument : entrypoint) {
            if (argument.startsWith("-XX:AOTCache=")) {
                command.addAll(options);
            } else if (argument.startsWith("@")) {
                command.add(Files.readString(root.resolve(CLASS_PATH_FILE))
                        .strip()
                        .replaceAll("(^|:)/app/", "$1" + root.resolve("app") + "/"));
            } else {
                command.add(argument.startsWith("/") ? root + argument : argument);
            }
        }
        return command;
    }
}
