package com.aiprod.pipeline.pipelines.trial;

import java.io.File;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.StreamCache;

/** Describes a body in a few words. */
final class BodyText {

    private static final int MAX_CHARACTERS = 60;
    private static final int MAX_KEYS = 20;
    private static final int MAX_READ = 2000;

    private BodyText() {}

    /**
     * The type, and of a Map its keys, of other values the beginning.
     *
     * @param secrets hides what must not be seen
     */
    static String of(Object body, Secrets secrets) {
        if (body instanceof Map<?, ?> map) {
            return map.keySet().stream()
                    .limit(MAX_KEYS)
                    .map(key -> cut(secrets.hide(String.valueOf(key))))
                    .collect(Collectors.joining(", ", "Map {", map.size() > MAX_KEYS ? ", …}" : "}"));
        } else if (body instanceof Collection<?> items) {
            return "List of " + items.size();
        } else if (body instanceof byte[] bytes) {
            return bytes.length + " bytes";
        } else if (body instanceof InputStream || body instanceof StreamCache) {
            return "stream";
        } else if (body instanceof File file) {
            return "file " + file.getName();
        } else if (body instanceof Path file) {
            return "file " + file.getFileName();
        } else if (body instanceof CharSequence) {
            return "text \"" + cut(secrets.hide(body.toString())) + '"';
        } else if (body instanceof Number || body instanceof Boolean) {
            return cut(secrets.hide(body.toString()));
        }
        return body == null ? "nothing" : body.getClass().getSimpleName();
    }

    /** The first line of a text, at most {@value #MAX_CHARACTERS} characters. */
    private static String cut(String text) {
        String line =
                text.substring(0, Math.min(text.length(), MAX_READ)).strip().replaceAll("\\s+", " ");
        if (line.codePointCount(0, line.length()) <= MAX_CHARACTERS) {
            return line;
        }
        return line.substring(0, line.offsetByCodePoints(0, MAX_CHARACTERS)) + "…";
    }
}
