package com.aiprod.pipeline.video.script;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.BitSet;
import java.util.Map;

/**
 * Where Japanese readers pause: between phrases (bunsetsu), by the model of Google's BudouX. Its Java library is not on
 * Maven Central; the model is the file of its npm package, and its parser is a sum of weights.
 */
public final class Phrases {

    /** A group of the model: the letters that it looks at, from the boundary. */
    private record Window(String group, int from, int to) {}

    private static final Window[] WINDOWS = {
        new Window("UW1", -3, -2),
        new Window("UW2", -2, -1),
        new Window("UW3", -1, 0),
        new Window("UW4", 0, 1),
        new Window("UW5", 1, 2),
        new Window("UW6", 2, 3),
        new Window("BW1", -2, 0),
        new Window("BW2", -1, 1),
        new Window("BW3", 0, 2),
        new Window("TW1", -3, 0),
        new Window("TW2", -2, 1),
        new Window("TW3", -1, 2),
        new Window("TW4", 0, 3),
    };

    private static final Map<String, Map<String, Integer>> MODEL = read();

    /** Twice the weight that a boundary must exceed: half of the sum of all weights. */
    private static final int THRESHOLD = MODEL.values().stream()
            .flatMap(group -> group.values().stream())
            .mapToInt(Integer::intValue)
            .sum();

    private Phrases() {}

    /** The indexes within a Japanese text at which a phrase begins, without 0. */
    public static BitSet starts(String text) {
        BitSet starts = new BitSet(text.length());
        for (int i = 1; i < text.length(); i++) {
            int weight = 0;
            for (Window window : WINDOWS) {
                int from = i + window.from();
                int to = i + window.to();
                if (from >= 0 && to <= text.length()) {
                    weight += MODEL.get(window.group()).getOrDefault(text.substring(from, to), 0);
                }
            }
            if (2 * weight > THRESHOLD) {
                starts.set(i);
            }
        }
        return starts;
    }

    private static Map<String, Map<String, Integer>> read() {
        try (InputStream in = Phrases.class.getResourceAsStream("/language/phrases/ja.json")) {
            return new ObjectMapper().readValue(in, new TypeReference<>() {});
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot read the model of Japanese phrases", e);
        }
    }
}
