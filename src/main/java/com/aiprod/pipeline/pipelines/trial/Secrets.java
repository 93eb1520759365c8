package com.aiprod.pipeline.pipelines.trial;

import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.SourceFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.core.env.PropertyResolver;

/** Hides the secrets of a pipeline in what commands print. */
final class Secrets {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{\\{\\s*[?!]?([A-Za-z0-9_.-]+)[^{}]*}}");
    private static final Pattern SECRET =
            Pattern.compile("(?i).*(token|secret|password|passwd|credential|api-?key|[._-]key|auth)s?");

    /** A shorter value would hide parts of other words. */
    private static final int LEAST_CHARACTERS = 4;

    private final List<String> values = new ArrayList<>();

    /**
     * Finds the secrets: the settings that the files name, if their names say so.
     *
     * @param environment has their values
     */
    Secrets(PipelineFiles files, PropertyResolver environment) {
        for (SourceFile file : files.files().values()) {
            Matcher placeholder = PLACEHOLDER.matcher(file.text());
            while (placeholder.find()) {
                String name = placeholder.group(1);
                String value = SECRET.matcher(name).matches() ? environment.getProperty(name) : null;
                if (value != null && value.length() >= LEAST_CHARACTERS) {
                    values.add(value);
                }
            }
        }
        // One may be the beginning of another.
        values.sort(Comparator.comparingInt(String::length).reversed());
    }

    /** The text, with stars for secrets. */
    String hide(String text) {
        String hidden = text;
        for (String value : values) {
            hidden = hidden.replace(value, "***");
        }
        return hidden;
    }
}
