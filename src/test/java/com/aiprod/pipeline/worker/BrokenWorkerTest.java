package com.aiprod.pipeline.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.embedded.EmbeddedServices;
import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import com.aiprod.pipeline.stage.WorkerCheck;
import com.aiprod.pipeline.stage.WorkerFaultException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.spi.ThreadPoolFactory;
import org.apache.camel.support.DefaultThreadPoolFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.LivenessState;

/** A worker with a faulty machine: no job may fail because of it. */
class BrokenWorkerTest {

    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Processor WELL = exchange -> exchange.getMessage().setBody(Map.of("said", "done"));

    private final String database = Worker.newDatabase();
    private final AtomicBoolean broken = new AtomicBoolean(true);
    private final AtomicBoolean exhausted = new AtomicBoolean();
    private final AtomicInteger checks = new AtomicInteger();
    private EmbeddedPubSub pubSub;

    @BeforeEach
    void start() {
        pubSub = EmbeddedPubSub.start();
    }

    @AfterEach
    void end() {
        pubSub.close();
    }

    private Map<String, String> settings(Map<String, String> others) {
        Map<String, String> settings = new LinkedHashMap<>(Map.of(
                "spring.datasource.url",
                database,
                "aiprod.pubsub.emulator-host",
                pubSub.endpoint(),
                "google.cloud.project",
                EmbeddedServices.PROJECT,
                "aiprod.worker.concurrency",
                "2",
                "aiprod.worker.check-interval",
                "300ms"));
        settings.putAll(others);
        return settings;
    }

    @Test
    void anotherWorkerRunsTheJobsWithoutALostAttempt() throws Exception {
        CountDownLatch broken = new CountDownLatch(1);
        try (Worker well = Worker.start(
                        exchange -> {
                            assertThat(broken.await(30, TimeUnit.SECONDS)).isTrue();
                            WELL.process(exchange);
                        },
                        settings(Map.of("aiprod.pipeline.timeout", "60s")));
                Worker bad = Worker.start(
                        exchange -> {
                            broken.countDown();
                            throw new UnsatisfiedLinkError("no codec here");
                        },
                        settings(Map.of("aiprod.roles", "worker")))) {
            Jobs jobs = well.jobs();
            List<String> all = IntStream.range(0, 12)
                    .mapToObj(i -> jobs.submit("job " + i))
                    .toList();

            all.forEach(job -> jobs.await(job, "COMPLETED", SOON));

            assertThat(jobs.read("SELECT max(attempt - series_start) FROM jobs", Integer.class))
                    .isOne();
            assertThat(count(jobs, "job_states WHERE metadata ->> 'reason' = 'worker_fault'"))
                    .isBetween(1, 2);
            assertThat(count(jobs, "dead_letters")).isZero();
            assertThat(health(well).getStatus()).isEqualTo(Status.UP);
            assertThat(health(bad).getStatus()).isEqualTo(Status.DOWN);
            assertThat(health(bad).getDetails().toString()).contains("UnsatisfiedLinkError: no codec here");
            assertThat(gauge(bad, "aiprod.worker.broken")).isOne();
            assertThat(gauge(bad, "aiprod.worker.slots")).isZero();
            // Only a new process can repair a broken JVM.
            ApplicationAvailability availability = bad.bean(ApplicationAvailability.class);
            Jobs.await(() -> availability.getLivenessState() == LivenessState.BROKEN, SOON, () -> "it counts as alive");
            assertThat(well.bean(ApplicationAvailability.class).getLivenessState())
                    .isEqualTo(LivenessState.CORRECT);
        }
    }

    /** One worker for all kinds of machine faults, because each worker takes seconds to start. */
    @Test
    void jobsWaitWhileTheOnlyWorkerIsBroken() {
        try (Worker worker = Worker.start(this::pipeline, settings(Map.of()), beans -> {
            beans.registerBean(WorkerCheck.class, () -> this::check);
            beans.registerBean(ThreadPoolFactory.class, () -> new Pools(exhausted));
        })) {
            Jobs jobs = worker.jobs();
            String job = jobs.submit("any");
            Jobs.await(() -> checks.get() > 2, SOON, () -> "the start is not checked");
            assertThat(jobs.history(job)).isEqualTo("QUEUED");
            assertThat(health(worker).getDetails().toString()).contains("the scratch folder is away");

            broken.set(false);

            jobs.await(job, "COMPLETED", SOON);
            assertThat(jobs.history(job)).isEqualTo("QUEUED PROCESSING COMPLETED");
            assertThat(health(worker).getStatus()).isEqualTo(Status.UP);

            String recursive = jobs.submit("calls itself");
            jobs.await(recursive, "FAILED", SOON);
            assertThat(health(worker).getStatus()).isEqualTo(Status.UP);

            broken.set(true);
            int before = checks.get();
            String met = jobs.submit("meets the fault");
            Jobs.await(() -> checks.get() > before + 1, SOON, () -> "not checked again: " + jobs.history(met));
            assertThat(jobs.history(met)).isEqualTo("QUEUED PROCESSING QUEUED(worker_fault)");
            assertThat(jobs.read("SELECT attempt - series_start FROM jobs WHERE state = 'QUEUED'", Integer.class))
                    .isZero();
            assertThat(gauge(worker, "aiprod.worker.slots")).isZero();
            assertThat(worker.bean(ApplicationAvailability.class).getLivenessState())
                    .isEqualTo(LivenessState.CORRECT);
            broken.set(false);
            jobs.await(met, "COMPLETED", SOON);
            assertThat(gauge(worker, "aiprod.worker.slots")).isEqualTo(2);

            exhausted.set(true);
            String unlucky = jobs.submit("finds no thread");
            Jobs.await(
                    () -> jobs.history(unlucky).equals("QUEUED PROCESSING QUEUED(worker_fault)"),
                    SOON,
                    () -> jobs.history(unlucky));
            assertThat(health(worker).getDetails().toString()).contains("unable to create native thread");
            exhausted.set(false);
            Jobs.await(() -> gauge(worker, "aiprod.worker.jobs.active") == 0, SOON, () -> "it seems to run");
        }
    }

    private void pipeline(Exchange exchange) throws Exception {
        if (broken.get()) {
            // Machine faults often surface as I/O errors, which would otherwise be retried.
            throw new WorkerFaultException("the scratch folder is away", new IOException("No such file"));
        }
        if (exchange.getMessage().getBody(Map.class).get("content").equals("calls itself")) {
            pipeline(exchange);
        }
        WELL.process(exchange);
    }

    private void check() {
        checks.incrementAndGet();
        if (broken.get()) {
            throw new WorkerFaultException("the scratch folder is away", null);
        }
    }

    private static Health health(Worker worker) {
        return worker.bean(WorkerHealth.class).health();
    }

    private static double gauge(Worker worker, String name) {
        return worker.bean(MeterRegistry.class).get(name).gauge().value();
    }

    private static int count(Jobs jobs, String rows) {
        return jobs.read("SELECT count(*) FROM " + rows, Integer.class);
    }

    /** A thread pool factory that a test can exhaust. */
    private static final class Pools extends DefaultThreadPoolFactory {

        private final AtomicBoolean exhausted;

        Pools(AtomicBoolean exhausted) {
            this.exhausted = exhausted;
        }

        @Override
        public ExecutorService newCachedThreadPool(ThreadFactory threads) {
            return new ThreadPoolExecutor(
                    0, Integer.MAX_VALUE, 60, TimeUnit.SECONDS, new SynchronousQueue<>(), threads) {
                @Override
                public void execute(Runnable task) {
                    if (exhausted.get()) {
                        throw new OutOfMemoryError("unable to create native thread");
                    }
                    super.execute(task);
                }
            };
        }
    }
}
