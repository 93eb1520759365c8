package com.aiprod.pipeline.pipelines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.ByteArrayInputStream;
import java.io.StringReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The rules for a pipeline's output. */
class OutputCheckTest {

    private static final Path ARTIFACTS = Path.of("/var/lib/aiprod/artifacts");
    private static final Path SCRATCH = Path.of("/tmp");

    private final ObjectMapper json =
            JsonMapper.builder().addModule(new JavaTimeModule()).build();
    private final OutputCheck check = new OutputCheck(json, List.of(ARTIFACTS, SCRATCH));

    @Test
    void acceptsJsonUnchanged() throws Exception {
        Map<String, Object> inner = new LinkedHashMap<>();
        inner.put("none", null);
        inner.put("whole", new BigInteger("123456789012345678901234567890"));
        inner.put("exact", new BigDecimal("0.1000000000000000055511151231257827"));
        inner.put("huge", new BigDecimal("1e400"));
        inner.put("half", 0.5);
        inner.put("flags", Set.of(true));
        inner.put("emoji 🫶", "ü 🫶 \u2028");
        inner.put("array", new int[] {1, 2});
        inner.put("when", Instant.EPOCH);
        inner.put("id", new UUID(0, 1));
        inner.put("record", new Size(16, 9));
        inner.put("url", "/pipeline/job/1/artifacts/video.mp4");
        inner.put("text", "The folder /tmp/x is full of /artifacts/");
        inner.put("tree", json.readTree("{\"a\": [1, {}]}"));
        Map<String, Object> output = check.check("my", Map.of("inner", inner));
        assertThat(json.readTree(json.writeValueAsString(output)))
                .isEqualTo(json.readTree(json.writeValueAsString(Map.of("inner", inner))));
        inner.clear();
        assertThat(output.toString()).contains("emoji");
    }

    @Test
    void acceptsExactlyOneMebibyte() {
        String filler = "x".repeat(1024 * 1024 - "{\"a\":\"\"}".length());
        assertThat(check.check("my", Map.of("a", filler))).hasSize(1);
        assertInvalid(Map.of("a", filler + "x"), "larger than 1 MiB as JSON; the largest part is output.a.");
    }

    static Stream<Arguments> invalid() {
        Map<String, Object> cyclic = new HashMap<>();
        cyclic.put("self", new ArrayList<>(List.of(cyclic)));
        Object deep = "bottom";
        for (int i = 0; i < 5_000; i++) {
            deep = Map.of("d", deep);
        }
        Object bomb = "lol";
        for (int i = 0; i < 90; i++) {
            bomb = List.of(bomb, bomb);
        }
        return Stream.of(
                left(
                        Map.of("files", List.of(1, 2, Map.of("stream", new ByteArrayInputStream(new byte[9])))),
                        "output.files[2].stream is a stream."),
                left(Map.of("reader", new StringReader("x")), "output.reader is a stream."),
                left(Map.of("lazy", List.of(1).iterator()), "output.lazy is a stream."),
                left(Map.of("lock", new Object()), "output.lock is of a type that cannot be written as JSON."),
                left(Map.of("loop", new Loop()), "output.loop is of a type that cannot be written as JSON."),
                left(Map.of("c", cyclic), "output.c.self[0].self"),
                left(Map.of("deep", deep), "is nested more than 100 levels deep"),
                left(Map.of("bomb", bomb), "the largest part is output.bomb."),
                left(Map.of("small", 1, "big", "x".repeat(2 * 1024 * 1024)), "the largest part is output.big."),
                left(Map.of("esc", "\n".repeat(800_000), "b", "x"), "the largest part is output.esc."),
                left(Map.of("a", Map.of(1, "x")), "output.a has a key that is not text."),
                left(Collections.singletonMap(null, "x"), "output has a key that is not text."),
                left(Map.of("n", Double.NaN), "output.n is not a finite number."),
                left(Map.of("n", Arrays.asList(1f, Float.NEGATIVE_INFINITY)), "output.n[1] is not a finite number."),
                left(Map.of("n", BigInteger.TEN.pow(1001)), "output.n is a number of about 1,000 digits or more."),
                left(Map.of("k".repeat(2000), 1), "is a key of more than 1,000 characters."),
                left(Map.of("t", "a\0b"), "output.t contains the character U+0000."),
                left(Map.of("a\0b", 1), "output[\"a\uFFFDb\"] contains the character U+0000."),
                left(Map.of("t", "a\uD83D b"), "output.t contains an unpaired surrogate"),
                left(Map.of("t", "a\uDE00\uD83D"), "output.t contains an unpaired surrogate"),
                left(Map.of("p", ARTIFACTS + "/1/video.mp4"), "output.p contains a server path."),
                left(Map.of("p", "see file:" + ARTIFACTS + "/1"), "output.p contains a server path."),
                left(Map.of("p", ARTIFACTS.resolve("x").toFile()), "output.p contains a server path."),
                left(Map.of("p", ARTIFACTS), "output.p contains a server path."),
                left(Map.of("p", "/tmp/aiprod-1/frame.png"), "output.p contains a server path."),
                left(Map.of("p", "file:///tmp/x"), "output.p contains a server path."),
                left("{\"json\": true}", "The output of the pipeline 'my' is text, not a map (unmarshal JSON first)."),
                left(null, "The output of the pipeline 'my' is missing."),
                left(List.of(1), "The output of the pipeline 'my' is not a map."));
    }

    /** Names the arguments, because some must not be printed. */
    private static Arguments left(Object left, String message) {
        return arguments(Named.named(message, left), message);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void rejectsInvalidOutputAndNamesTheKey(Object left, String message) {
        assertInvalid(left, message);
    }

    private void assertInvalid(Object left, String message) {
        assertThatThrownBy(() -> check.check("my", left))
                .isInstanceOfSatisfying(PermanentStageException.class, refusal -> {
                    assertThat(refusal.errorCode()).isEqualTo("PIPELINE_OUTPUT_INVALID");
                    assertThat(refusal.getMessage()).contains(message).hasSizeLessThan(400);
                    assertThat(refusal.getMessage()).doesNotContain("java.", "/var/lib");
                });
    }

    record Size(int width, int height) {}

    static final class Loop {
        public Loop getSelf() {
            return this;
        }
    }
}
