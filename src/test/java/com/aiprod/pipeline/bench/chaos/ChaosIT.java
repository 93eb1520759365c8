package com.aiprod.pipeline.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The short chaos run. Its output lists the faults, the results, and the seed to repeat it. */
class ChaosIT {

    @Test
    void everyAcceptedJobEndsOnceDespiteFaults() throws Exception {
        Plan plan = Plan.brief();
        Verdict verdict = Chaos.run(plan);
        assertThat(verdict.good(plan)).as(verdict.toString()).isTrue();
    }
}
