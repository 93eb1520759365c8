package com.aiprod.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Machine-readable text, such as an ETag, does not depend on the locale. {@code %d} and similar formats use the
 * digits and signs of the default locale; {@code %s} does not. Error Prone checks letter case conversions.
 */
class MachineReadTextTest {

    private static final Pattern BY_LOCALE = Pattern.compile("%[-#+ 0,(]*\\d*(\\.\\d+)?[dfegatEGAT](?=[^a-z]|s?[ \"])");
    private static final int CALL = 120;

    @Test
    void formatsNoNumberInTheDefaultLocale() throws IOException {
        List<String> found = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String source = Files.readString(file);
                Matcher format = BY_LOCALE.matcher(source);
                while (format.find()) {
                    String before = source.substring(Math.max(0, format.start() - CALL), format.start());
                    if (!before.contains("Locale.ROOT")) {
                        found.add(file + ": " + before.substring(before.lastIndexOf('\n') + 1) + format.group());
                    }
                }
            }
        }
        assertThat(found).as("use %%s or Locale.ROOT").isEmpty();
    }
}
