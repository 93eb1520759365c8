package com.aiprod.pipeline.video.brand;

import com.aiprod.pipeline.stage.PermanentStageException;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A brand: what its videos have in common.
 *
 * @param name shown on the end card; empty for none
 * @param colors at most three: ground, motif, and accent; a missing one is derived from those before
 * @param logo shown on each frame
 * @param seed decides what colors and logo leave open; equal for all videos of the brand
 */
public record Brand(String name, List<Color> colors, Optional<Logo> logo, String seed) {

    /** No brand. */
    public static final Brand NONE = new Brand("", List.of(), Optional.empty(), "");

    private static final int MOST_COLORS = 3;
    private static final int MOST_NAME = 60;
    private static final int MOST_SEED = 100;
    private static final List<String> KEYS = List.of("name", "colors", "logo", "seed");
    private static final Pattern COLOR = Pattern.compile("#[0-9A-Fa-f]{6}");

    /** Whether this is a brand at all. */
    public boolean isGiven() {
        return !seed.isEmpty();
    }

    /**
     * Reads the brand of a job.
     *
     * @param value {@code {name: "…", colors: ["#1A2B3C", …], logo: "data:…", seed: "…"}}; null for no brand
     * @param field the name of the value in error messages
     * @param code the error code of what cannot be used
     * @throws PermanentStageException naming the key at fault
     */
    public static Brand of(Object value, String field, String code) {
        if (value == null) {
            return NONE;
        }
        try {
            if (!(value instanceof Map<?, ?> map)) {
                throw new IllegalArgumentException(" must be an object with name, colors, logo, or seed");
            }
            for (Object key : map.keySet()) {
                require(
                        KEYS.contains(key),
                        " has the unknown key %s; it can have name, colors, logo, and seed".formatted(key));
            }
            List<Color> colors = colors(map.get("colors"));
            Object logo = map.get("logo");
            Optional<Logo> mark = logo == null ? Optional.empty() : Optional.of(Logo.of(logo));
            String name = text(map.get("name"), ".name", MOST_NAME, "");
            String derived = "%scolors %s logo %s".formatted(name.isEmpty() ? "" : name + " ", colors, logo);
            return new Brand(name, colors, mark, text(map.get("seed"), ".seed", MOST_SEED, derived));
        } catch (IllegalArgumentException e) {
            throw new PermanentStageException(code, field + e.getMessage(), e);
        }
    }

    private static List<Color> colors(Object value) {
        if (value == null) {
            return List.of();
        }
        require(
                value instanceof List<?> list && !list.isEmpty() && list.size() <= MOST_COLORS,
                ".colors must be a list of one to three colors");
        List<Color> colors = new ArrayList<>();
        for (Object color : (List<?>) value) {
            require(
                    color instanceof String text && COLOR.matcher(text).matches(),
                    ".colors[%s] must be a color such as #1A2B3C".formatted(colors.size()));
            colors.add(Color.decode((String) color));
        }
        return List.copyOf(colors);
    }

    private static String text(Object value, String key, int most, String otherwise) {
        if (value == null) {
            return otherwise;
        }
        require(
                value instanceof String text && !text.isBlank() && text.codePointCount(0, text.length()) <= most,
                "%s must be a text of 1 to %s characters".formatted(key, most));
        return ((String) value).strip();
    }

    static void require(boolean condition, String fault) {
        if (!condition) {
            throw new IllegalArgumentException(fault);
        }
    }
}
