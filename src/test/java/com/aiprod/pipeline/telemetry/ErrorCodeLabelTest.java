package com.aiprod.pipeline.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The error codes with their own label value. */
class ErrorCodeLabelTest {

    /** An error code in the construction of an exception, a failure, or a dead letter, in SQL, or in a route. */
    private static final Pattern CODE = Pattern.compile(
            "(?:StageException\\(|new Failure\\(|CODE = |POISON = |, )\\s*[\"']([A-Z]+(?:_[A-Z]+)+)[\"']"
                    + "|^\\s+[\"']([A-Z]+_[A-Z]+)[\"'],$"
                    + "|message: \"([A-Z]+(?:_[A-Z]+)+): ",
            Pattern.MULTILINE);

    @Test
    void areTheApplicationsOwnCodes() throws IOException {
        Set<String> given = new TreeSet<>();
        for (String folder :
                new String[] {"src/main/java", "src/main/resources/db/queries", "src/main/resources/routes"}) {
            try (Stream<Path> files = Files.walk(Path.of(folder))) {
                for (Path file : files.filter(Files::isRegularFile)
                        .filter(file -> !file.endsWith("ErrorCodeLabel.java"))
                        .toList()) {
                    CODE.matcher(Files.readString(file))
                            .results()
                            .flatMap(found -> Stream.of(found.group(1), found.group(2), found.group(3))
                                    .filter(Objects::nonNull))
                            .forEach(given::add);
                }
            }
        }
        Set<String> shown = new TreeSet<>(ErrorCodeLabel.ALL);
        shown.remove("other");
        assertThat(given).containsAll(shown);
        assertThat(shown).containsAll(given);
    }

    @Test
    void groupsAllOtherCodes() {
        assertThat(ErrorCodeLabel.of("VIDEO_WRONG")).isEqualTo("VIDEO_WRONG");
        assertThat(ErrorCodeLabel.of("MADE_UP_BY_A_PIPELINE")).isEqualTo("other");
        assertThat(ErrorCodeLabel.of(null)).isEqualTo("other");
    }
}
