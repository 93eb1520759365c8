package com.aiprod.pipeline.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.Undeletable;
import com.aiprod.pipeline.embedded.EmbeddedServices;
import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import com.aiprod.pipeline.retention.Retention;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Workers that lose the database or Pub/Sub, or are shut down, one worker after the other. */
class WorkerFaultsTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private static Path artifacts;

    private static EmbeddedPubSub pubSub;
    private static Worker worker;
    private static Jobs jobs;

    private static final Semaphore started = new Semaphore(0);
    private static final Semaphore interrupted = new Semaphore(0);
    private static final AtomicLong interruptedAt = new AtomicLong();
    private static final AtomicInteger runs = new AtomicInteger();
    private static final CountDownLatch never = new CountDownLatch(1);

    @BeforeAll
    static void start() {
        pubSub = EmbeddedPubSub.start();
        worker = Worker.start(WorkerFaultsTest::pipeline, settings(Worker.newDatabase(), pubSub));
        jobs = worker.jobs();
    }

    private static Map<String, String> settings(String database, EmbeddedPubSub pubSub) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "spring.datasource.url", database,
                "aiprod.pubsub.emulator-host", pubSub.endpoint(),
                "google.cloud.project", EmbeddedServices.PROJECT,
                "aiprod.artifacts-dir", artifacts.toString(),
                "aiprod.worker.concurrency", "2",
                "aiprod.worker.lease-sec", "6",
                "aiprod.worker.shutdown-grace", "1s",
                "aiprod.retention.interval", "300",
                "aiprod.retention.orphans-interval", "100ms",
                "aiprod.dispatcher.measure-interval", "100"));
        settings.put("aiprod.retention.rows-interval", "300ms");
        return settings;
    }

    @AfterAll
    static void end() {
        worker.close();
        pubSub.close();
    }

    private static void pipeline(Exchange exchange) throws InterruptedException {
        String content = (String) exchange.getMessage().getBody(Map.class).get("content");
        runs.incrementAndGet();
        if (content.equals("misses an interrupt")) {
            started.release();
            try {
                never.await();
            } catch (InterruptedException e) {
                // Swallows the interrupt, like a library that restarts interrupted calls.
                interrupted.release();
            }
            try {
                never.await();
            } catch (InterruptedException e) {
                interrupted.release();
                throw e;
            }
        }
        if (content.startsWith("waits")
                && (content.equals("waits") || exchange.getMessage().getHeader("attempt", 0, Integer.class) == 1)) {
            started.release();
            try {
                never.await();
            } catch (InterruptedException e) {
                interruptedAt.set(System.currentTimeMillis());
                interrupted.release();
                throw e;
            }
        }
        exchange.getMessage().setBody(Map.of("said", content));
    }

    @Test
    void stopsAJobWhoseLeaseCannotBeRenewed() throws Exception {
        started.drainPermits();
        interrupted.drainPermits();
        String job = jobs.submit("waits once");
        assertThat(started.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
        worker.camel().getRouteController().stopRoute("renew-leases", 1, TimeUnit.SECONDS);
        try {
            assertThat(interrupted.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
            long stoppedAt = interruptedAt.get();
            jobs.await(job, "COMPLETED", SOON);
            assertThat(jobs.history(job)).isEqualTo("QUEUED PROCESSING QUEUED(lease_expired) PROCESSING COMPLETED");
            // The database runs on this machine, so both use the same clock.
            Long givenUpAt = jobs.read("""
                    SELECT cast(extract(epoch FROM entered_at) * 1000 AS bigint) FROM job_states
                    WHERE job_id = cast(? AS uuid) AND metadata ->> 'reason' = 'lease_expired'""", Long.class, job);
            assertThat(stoppedAt).isLessThan(givenUpAt);
        } finally {
            worker.camel().getRouteController().startRoute("renew-leases");
        }
    }

    @Test
    void stopsAPipelineThatSwallowsItsInterrupt() throws Exception {
        // An earlier test may have run a job twice.
        started.drainPermits();
        interrupted.drainPermits();
        String job = jobs.submit("misses an interrupt");
        assertThat(started.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
        jobs.query("cancel-job", Map.of("jobId", job, "userId", "ann"));
        assertThat(interrupted.tryAcquire(2, 20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void publishesALostResultAgainWithoutRunningTheJobAgain() throws Exception {
        worker.camel().getRouteController().stopRoute("record-result");
        int before = runs.get();
        String job = jobs.submit("a result that is lost");
        Jobs.await(() -> runs.get() > before, SOON, () -> "the job did not run");
        Jobs.await(() -> worker.camel().getInflightRepository().size("run-claimed-job") == 0, SOON, () -> "busy");
        // All messages are lost, including the result.
        pubSub.reset();
        worker.camel().getRouteController().stopRoute("run-job");
        worker.camel().getRouteController().stopRoute("record-dead-letter");
        worker.provisionAgain();
        for (String route : new String[] {"record-result", "run-job", "record-dead-letter"}) {
            worker.camel().getRouteController().startRoute(route);
        }
        jobs.await(job, "COMPLETED", SOON);
        assertThat(jobs.history(job)).isEqualTo("QUEUED PROCESSING COMPLETED");
        assertThat(jobs.attempt(job)).isEqualTo(1);
    }

    @Test
    void deletesOldJobsWithTheirFiles() throws Exception {
        assertThat(worker.bean(Retention.class).keepSec()).isEqualTo(30L * 24 * 60 * 60);
        String old = jobs.submit("old");
        String recent = jobs.submit("recent");
        jobs.await(old, "COMPLETED", SOON);
        jobs.await(recent, "COMPLETED", SOON);
        Path files = Files.createDirectories(folder(old).resolve("1"));
        Path kept = Files.createDirectories(folder(recent).resolve("1"));
        jobs.execute("""
                INSERT INTO idempotency_keys VALUES
                ('ann', 'old', 'h', '%1$s', now() - interval '3 days', now() - interval '2 days'),
                ('ann', 'new', 'h', '%1$s', now(), now() + interval '1 day')""".formatted(recent));
        jobs.execute("UPDATE jobs SET completed_at = now() - interval '31 days' WHERE id = '" + old + "'");
        Jobs.await(() -> count("jobs", "id = '" + old + "'") == 0 && !Files.exists(files), SOON, () -> "still there");
        assertThat(count("job_states", "job_id = '" + old + "'")).isZero();
        assertThat(count("results", "job_id = '" + old + "'")).isZero();
        assertThat(count("jobs", "id = '" + recent + "'")).isOne();
        assertThat(kept).isDirectory();
        Jobs.await(() -> count("idempotency_keys", "key = 'old'") == 0, SOON, () -> "the expired key stays");
        assertThat(count("idempotency_keys", "key = 'new'")).isOne();
    }

    @Test
    void deletesOrphanedFilesAndAbandonedWork() throws Exception {
        String living = idOf(Instant.now().minus(Duration.ofDays(40)));
        jobs.execute("""
                INSERT INTO jobs (id, user_id, state, content, preset, priority, lang, duration_sec, completed_at)
                VALUES ('%s', 'ann', 'COMPLETED', 'x', 'quick_social', 'low', 'en', 10, now())""".formatted(living));
        Path ofLivingJob = Files.createDirectories(folder(living));
        Path orphan = Files.createDirectories(folder(idOf(Instant.now().minus(Duration.ofDays(40)))));
        Path young = Files.createDirectories(folder(idOf(Instant.now().minus(Duration.ofDays(20)))));
        Path notOurs = Files.createDirectories(artifacts.resolve("lost+found").resolve(UUID.randomUUID() + ""));
        Path abandoned = agedFolder(artifacts.resolve(".work").resolve("crashed-1"), Duration.ofHours(2));
        Path inUse = Files.createDirectories(artifacts.resolve(".work").resolve("running-1"));
        Jobs.await(() -> !Files.exists(orphan) && !Files.exists(abandoned), SOON, () -> "still there");
        assertThat(young).isDirectory();
        assertThat(notOurs).isDirectory();
        assertThat(ofLivingJob).isDirectory();
        assertThat(inUse).isDirectory();
    }

    @Test
    void deletesTheRestWhenOneFolderCannotBeDeleted() throws Exception {
        Path stuckOrphan = folder(idOf(Instant.now().minus(Duration.ofDays(50))));
        String stuck = jobs.submit("stuck");
        String next = jobs.submit("next");
        jobs.await(stuck, "COMPLETED", SOON);
        jobs.await(next, "COMPLETED", SOON);
        Path files = Files.createDirectories(folder(next).resolve("1"));
        try (var one = Undeletable.make(stuckOrphan);
                var other = Undeletable.make(folder(stuck))) {
            assertThat(one.folder()).isNotEqualTo(other.folder());
            jobs.execute("UPDATE jobs SET completed_at = now() - interval '32 days' WHERE id = '" + stuck + "'");
            jobs.execute("UPDATE jobs SET completed_at = now() - interval '31 days' WHERE id = '" + next + "'");
            Path orphan = Files.createDirectories(folder(idOf(Instant.now().minus(Duration.ofDays(50)))));
            jobs.execute("ALTER TABLE idempotency_keys RENAME TO keys_away");
            // The statement before this table's fails in each round.
            jobs.execute("INSERT INTO quotas (user_id, window_start) VALUES ('gone', now() - interval '2 days')");
            Path abandoned = agedFolder(artifacts.resolve(".work").resolve("crashed-2"), Duration.ofHours(2));
            Jobs.await(
                    () -> !Files.exists(files)
                            && !Files.exists(orphan)
                            && !Files.exists(abandoned)
                            && count("quotas", "user_id = 'gone'") == 0,
                    SOON,
                    () -> "still there");
        } finally {
            jobs.execute("ALTER TABLE keys_away RENAME TO idempotency_keys");
        }
        Jobs.await(() -> !Files.exists(stuckOrphan), SOON, () -> "not tried again");
    }

    /** Returns a UUIDv7 of the time. */
    private static String idOf(Instant time) {
        String hex = HexFormat.of().toHexDigits(time.toEpochMilli()).substring(4);
        return hex.substring(0, 8) + "-" + hex.substring(8) + "-7"
                + UUID.randomUUID().toString().substring(15);
    }

    private static Path folder(String jobId) {
        long millis = HexFormat.fromHexDigitsToLong(jobId.replace("-", ""), 0, 12);
        LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(millis), ZoneOffset.UTC);
        return artifacts.resolve(day.toString()).resolve(jobId);
    }

    private static Path agedFolder(Path folder, Duration age) throws Exception {
        Files.createDirectories(folder);
        return Files.setLastModifiedTime(folder, FileTime.from(Instant.now().minus(age)));
    }

    @Test
    void measuresTheOutbox() throws Exception {
        worker.camel().getRouteController().stopRoute("dispatch-jobs");
        try {
            String job = jobs.submit("stays in the outbox");
            jobs.execute("UPDATE outbox SET created_at = now() - interval '90 seconds' WHERE job_id = '" + job + "'");
            Jobs.await(
                    () -> gauge("aiprod.outbox.depth") == 1 && gauge("aiprod.outbox.age") >= 90,
                    SOON,
                    () -> "not seen");
        } finally {
            worker.camel().getRouteController().startRoute("dispatch-jobs");
        }
        Jobs.await(() -> gauge("aiprod.outbox.depth") == 0 && gauge("aiprod.outbox.age") == 0, SOON, () -> "not empty");
    }

    @Test
    void handsJobsBackOnShutdown() {
        String database = Worker.newDatabase();
        try (EmbeddedPubSub its = EmbeddedPubSub.start()) {
            Worker ending = Worker.start(WorkerFaultsTest::pipeline, settings(database, its));
            Jobs waiting = ending.jobs();
            String job = waiting.submit("waits once");
            Jobs.await(started::tryAcquire, SOON, () -> waiting.history(job));
            long begun = System.nanoTime();
            ending.close();
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            assertThat(took).isLessThan(Duration.ofSeconds(15));
            assertThat(waiting.history(job)).isEqualTo("QUEUED PROCESSING QUEUED(worker_stopped)");
            assertThat(waiting.read("SELECT attempt - series_start FROM jobs", Integer.class))
                    .isZero();
            try (Worker next = Worker.start(WorkerFaultsTest::pipeline, settings(database, its))) {
                assertThat(next.databaseUrl()).isEqualTo(database);
                waiting.await(job, "COMPLETED", SOON);
                assertThat(waiting.history(job))
                        .isEqualTo("QUEUED PROCESSING QUEUED(worker_stopped) PROCESSING COMPLETED");
            }
        }
    }

    @Test
    void waitsForRecordedResultsOnShutdown() throws Exception {
        String database = Worker.newDatabase();
        try (EmbeddedPubSub its = EmbeddedPubSub.start()) {
            Map<String, String> settings = new HashMap<>(settings(database, its));
            settings.put("aiprod.worker.shutdown-grace", "60s");
            settings.put("spring.lifecycle.timeout-per-shutdown-phase", "70s");
            Worker ending = Worker.start(WorkerFaultsTest::pipeline, settings);
            Jobs waiting = ending.jobs();
            ending.camel().getRouteController().stopRoute("record-result");
            int before = runs.get();
            String job = waiting.submit("a result that waits");
            Jobs.await(() -> runs.get() > before, SOON, () -> "the job did not run");
            Thread closing = new Thread(ending::close);
            closing.start();
            // The worker takes no more jobs: its shutdown has begun.
            Jobs.await(
                    () -> ending.camel()
                            .getRouteController()
                            .getRouteStatus("run-job")
                            .isStopped(),
                    SOON,
                    () -> "it goes on");
            ending.camel().getRouteController().startRoute("record-result");
            closing.join();
            assertThat(waiting.history(job)).isEqualTo("QUEUED PROCESSING COMPLETED");
        }
    }

    private static int count(String table, String condition) {
        return jobs.read("SELECT count(*) FROM " + table + " WHERE " + condition, Integer.class);
    }

    private static double gauge(String name) {
        return worker.bean(MeterRegistry.class).get(name).gauge().value();
    }
}
