package com.aiprod.pipeline.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The chaos run in its short form: what it prints, with the seed to repeat it by, says what was broken and what came of it. */
class ChaosIT {

    @Test
    void everyAcceptedJobEndsOnceWhateverBreaks() throws Exception {
        Plan plan = Plan.brief();
        Verdict verdict = Chaos.run(plan);
        assertThat(verdict.good(plan)).as(verdict.toString()).isTrue();
    }
}
