package com.aiprod.pipeline.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A worker with two slots leases many short jobs ahead, and none that would wait behind long ones. */
class ShortJobsTest {

    private static final Duration LIMIT = Duration.ofMinutes(1);
    private static final int SHORT_JOBS = 300;

    private final CountDownLatch gate = new CountDownLatch(1);

    @Test
    void leasesAheadWhileJobsAreShort() throws Exception {
        try (Worker worker = Worker.start(
                exchange -> {
                    if (exchange.getMessage().getBody(Map.class).get("content").equals("long")) {
                        gate.await();
                    }
                    exchange.getMessage().setBody(Map.of());
                },
                Map.of("aiprod.worker.concurrency", "2"))) {
            Jobs jobs = worker.jobs();
            assertThat(leasesAhead(worker)).isFalse();
            for (int i = 0; i < SHORT_JOBS; i++) {
                jobs.submit("ann", "short", "low");
            }
            await().atMost(LIMIT).until(() -> leasesAhead(worker));
            await().atMost(LIMIT).until(() -> ended(jobs) == SHORT_JOBS);
            for (int i = 0; i < 20; i++) {
                jobs.submit("ann", "long", "low");
            }
            await().atMost(LIMIT).until(() -> running(jobs) == 2);
            await().atMost(LIMIT).until(() -> !leasesAhead(worker));

            gate.countDown();

            await().atMost(LIMIT).until(() -> ended(jobs) == SHORT_JOBS + 20);
            assertThat(jobs.read("SELECT max(attempt) FROM jobs", Integer.class))
                    .isOne();
        } finally {
            gate.countDown();
        }
    }

    private static boolean leasesAhead(Worker worker) {
        return worker.camel()
                .getRouteController()
                .getRouteStatus(WorkerIntake.LEASING_AHEAD_ROUTE)
                .isStarted();
    }

    private static int ended(Jobs jobs) {
        return jobs.read("SELECT count(*) FROM jobs WHERE state = 'COMPLETED'", Integer.class);
    }

    private static int running(Jobs jobs) {
        return jobs.read("SELECT count(*) FROM jobs WHERE state = 'PROCESSING'", Integer.class);
    }
}
