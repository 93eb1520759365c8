package com.aiprod.pipeline.bench.image;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PodJvmTest {

    @ParameterizedTest
    @CsvSource({"api, 768", "worker, 2048"})
    void boundsTheMemory(String role, String megabytes) throws Exception {
        assertThat(PodJvm.options(role)).containsExactly("-XX:MaxRAM=" + megabytes + "m");
    }

    @ParameterizedTest
    @ValueSource(strings = {"dispatcher", "recorder"})
    void takesTheOptionsOfTheManifest(String role) throws Exception {
        assertThat(PodJvm.options(role)).containsExactly("-XX:MaxRAM=512m", "-XX:TieredStopAtLevel=1");
    }

    /** With the serial collector and a smaller initial heap, the JVM of the image does not start. */
    @ParameterizedTest
    @ValueSource(strings = {"api", "dispatcher", "recorder", "worker", "migrate"})
    void givesEachPodAnInitialHeapForTheObjectsOfTheAotCache(String role) throws Exception {
        int megabytes = number("-XX:MaxRAM=(\\d+)m", PodJvm.options(role).get(0));
        int percentage = number("-XX:InitialRAMPercentage=(\\d+)", Files.readString(Path.of("pom.xml")));
        assertThat(megabytes * percentage / 100).isGreaterThanOrEqualTo(16);
    }

    private static int number(String pattern, String text) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(pattern).isTrue();
        return Integer.parseInt(found.group(1));
    }

    @Test
    void boundsNoProcessThatHasNoPod() throws Exception {
        assertThat(PodJvm.options("api,dispatcher,worker,recorder")).isEmpty();
    }
}
