package com.aiprod.pipeline.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.WorkerFaultException;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.CamelExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.health.Status;

/** When a worker stops taking jobs, and when it takes them again. */
class WorkerHealthTest {

    private static final Duration INTERVAL = Duration.ofMillis(20);

    private final WorkerFaultException away = new WorkerFaultException("The scratch folder is away", null);
    private final List<String> done = new CopyOnWriteArrayList<>();
    private final List<Long> listened = new CopyOnWriteArrayList<>();
    private final AtomicBoolean idle = new AtomicBoolean(true);
    private final AtomicReference<Exception> found = new AtomicReference<>();
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final WorkerHealth health = new WorkerHealth(List.of(this::check), INTERVAL, registry);

    private final WorkerHealth.Worker worker = new WorkerHealth.Worker() {
        @Override
        public void open() {
            done.add("open");
        }

        @Override
        public void startReceiving() {
            listened.add(System.nanoTime());
            done.add("listen");
        }

        @Override
        public void pause() {
            done.add("shut");
        }

        @Override
        public void stopReceiving() {
            done.add("stop listening");
        }

        @Override
        public boolean idle() {
            return idle.get();
        }

        @Override
        public void requestRestart() {
            done.add("restart");
        }
    };

    private void check() throws Exception {
        if (found.get() != null) {
            throw found.get();
        }
    }

    @AfterEach
    void end() {
        health.close();
    }

    @Test
    void opensWhenItsChecksPass() {
        found.set(away);
        health.manage(worker);
        await().until(() -> health.health().getStatus().equals(Status.DOWN) && done.contains("stop listening"));
        assertThat(health.health().getDetails()).containsEntry("fault", "The scratch folder is away");
        assertThat(done).containsOnly("stop listening");
        found.set(null);
        await().until(() -> done.contains("listen"));
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void closesAtOnceOnAFaultAndOpensAfterAPassedCheck() {
        manageAHealthyWorker();
        found.set(new IOException("still away"));
        health.raise(away);
        assertThat(done).startsWith("shut");
        assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
        assertThat(registry.get("aiprod.worker.broken").gauge().value()).isOne();
        await().until(() -> health.health().getDetails().toString().contains("still away"));
        found.set(null);
        await().until(() -> done.contains("listen"));
        assertThat(done).containsExactly("shut", "stop listening", "open", "listen");
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
        assertThat(registry.get("aiprod.worker.broken").gauge().value()).isZero();
    }

    @Test
    void waitsLongerAfterEachRepeatedFault() {
        manageAHealthyWorker();
        listened.clear();
        // 1, 2, 4 and 8 intervals.
        for (int faults = 1; faults <= 4; faults++) {
            long raised = System.nanoTime();
            health.raise(away);
            int seen = faults;
            await().until(() -> listened.size() == seen);
            assertThat(listened.get(faults - 1) - raised)
                    .isGreaterThanOrEqualTo(
                            INTERVAL.multipliedBy(1L << (faults - 1)).toNanos());
        }
        assertThat(registry.get("aiprod.worker.faults").counter().count()).isEqualTo(4);
    }

    @Test
    void requestsARestartOfABrokenJvmOnceItHoldsNoJobs() {
        manageAHealthyWorker();
        idle.set(false);
        health.raise(away);
        health.raise(new OutOfMemoryError("for a test"));
        await().until(() -> done.contains("stop listening"));
        assertThat(done).doesNotContain("restart", "open");
        idle.set(true);
        await().until(() -> done.contains("restart"));
        assertThat(done).doesNotContain("open", "listen");
        assertThat(health.health().getDetails()).containsEntry("mended_by", "a restart");
    }

    private void manageAHealthyWorker() {
        health.manage(worker);
        await().until(() -> done.contains("listen"));
        done.clear();
    }

    @Test
    void distinguishesMachineFaultsFromJobFaults() {
        Error unlinked = new NoClassDefFoundError("Could not initialize class Codec");
        assertThat(WorkerHealth.faultIn(unlinked)).containsSame(unlinked);
        assertThat(WorkerHealth.faultIn(new CamelExecutionException("wrapped", null, unlinked)))
                .containsSame(unlinked);
        assertThat(WorkerHealth.faultIn(new IllegalStateException(away))).containsSame(away);
        assertThat(WorkerHealth.faultIn(new OutOfMemoryError())).isPresent();
        assertThat(WorkerHealth.faultIn(new StackOverflowError())).isEmpty();
        assertThat(WorkerHealth.faultIn(new AssertionError())).isEmpty();
        assertThat(WorkerHealth.faultIn(new IOException("No space left on device")))
                .isEmpty();
        assertThat(WorkerHealth.faultIn(new PermanentStageException("CODEC_MISSING", "No codec", unlinked)))
                .isEmpty();
    }
}
