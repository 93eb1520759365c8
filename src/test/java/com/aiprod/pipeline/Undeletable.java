package com.aiprod.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A folder that nobody can delete, not even root, because the paths in it are longer than the system allows. It can
 * be deleted after {@link #close()}.
 */
public final class Undeletable implements AutoCloseable {

    private static final String LONG_NAME = "x".repeat(200);
    private static final int DEPTH = 12;

    private final Path folder;
    private final Path inner;
    private final Path outer;

    private Undeletable(Path folder, Path inner, Path outer) {
        this.folder = folder;
        this.inner = inner;
        this.outer = outer;
    }

    /** Makes the folder undeletable. Creates it if it does not exist. */
    public static Undeletable make(Path folder) throws IOException {
        Path inner = Files.createDirectories(folder).resolve("inner");
        Files.createDirectories(deep(inner));
        Path outer = Files.createDirectories(deep(folder.resolve("outer"))).resolve("inner");
        Files.move(inner, outer);
        return new Undeletable(folder, inner, outer);
    }

    /** Returns the folder. */
    public Path folder() {
        return folder;
    }

    private static Path deep(Path folder) {
        Path deep = folder;
        for (int i = 0; i < DEPTH; i++) {
            deep = deep.resolve(LONG_NAME);
        }
        return deep;
    }

    @Override
    public void close() throws IOException {
        Files.move(outer, inner);
    }
}
