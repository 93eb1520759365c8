package com.aiprod.pipeline.bench.image;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodMemoryTest {

    @ParameterizedTest
    @CsvSource({"api, 768", "dispatcher, 512", "recorder, 512"})
    void boundsASmallPodAndItsCollector(String role, String megabytes) throws Exception {
        assertThat(PodMemory.options(role)).containsExactly("-XX:MaxRAM=" + megabytes + "m", "-XX:+UseSerialGC");
    }

    @Test
    void leavesTheCollectorOfALargePodToTheJvm() throws Exception {
        assertThat(PodMemory.options("worker")).containsExactly("-XX:MaxRAM=2048m");
    }

    @Test
    void boundsNoProcessThatHasNoPod() throws Exception {
        assertThat(PodMemory.options("api,dispatcher,worker,recorder")).isEmpty();
    }
}
