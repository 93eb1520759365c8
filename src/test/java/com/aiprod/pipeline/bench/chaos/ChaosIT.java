package com.aiprod.pipeline.bench.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The short chaos run; {@code bench/chaos} is the long one. */
@Isolated("It starts several JVMs, and looks at how long they take to recover.")
class ChaosIT {

    @Test
    void nothingAcceptedIsLostOrDoneTwice() throws Exception {
        Plan plan = Plan.brief();
        Verdict verdict = Chaos.run(plan);
        // How many were accepted by the time limit is the machine's business; what became of them is ours.
        assertThat(verdict.accepted()).as("accepted").isGreaterThan(plan.jobs() / 2);
        assertThat(verdict.good()).as("%s", verdict).isTrue();
    }
}
