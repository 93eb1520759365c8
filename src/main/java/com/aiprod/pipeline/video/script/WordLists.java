package com.aiprod.pipeline.video.script;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads the word lists that people maintain. */
public final class WordLists {

    private WordLists() {}

    /** Returns the lines of a file in {@code language/} without comments and blank lines. */
    public static List<String> lines(String file) {
        try (InputStream in = WordLists.class.getResourceAsStream("/language/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read " + file, e);
        }
    }
}
