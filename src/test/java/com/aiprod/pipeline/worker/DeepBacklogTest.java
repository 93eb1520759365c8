package com.aiprod.pipeline.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.embedded.EmbeddedServices;
import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.SubscriptionName;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Far more jobs than the workers can soon run, scaled down to 0.1 s for a job. */
class DeepBacklogTest {

    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String ENDED = "SELECT count(*) FROM jobs WHERE state = 'COMPLETED'";
    private static final String ON_THEIR_WAY = "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL";

    private EmbeddedPubSub pubSub;
    private Map<String, String> settings;

    @BeforeEach
    void start() {
        pubSub = EmbeddedPubSub.start();
        settings = new HashMap<>(Map.of(
                "spring.datasource.url", Worker.newDatabase(),
                "aiprod.pubsub.emulator-host", pubSub.endpoint(),
                "google.cloud.project", EmbeddedServices.PROJECT,
                "aiprod.worker.concurrency", "2",
                "aiprod.worker.renew-interval", "200",
                "aiprod.rescue.interval", "100",
                "aiprod.rescue.message-lost-after-sec", "2"));
    }

    @AfterEach
    void end() {
        pubSub.close();
    }

    @Test
    void delaysNoNewcomerAndLosesNoSlowJob() {
        try (Worker worker = Worker.start(taking(100), settings)) {
            Jobs jobs = worker.jobs();
            for (int i = 0; i < 100; i++) {
                jobs.submit("slow");
            }
            awaitCount(jobs, ENDED, 20);
            String urgent = jobs.submit("urgent", "high");
            String others = jobs.submit("zoe", "another's", "normal");
            awaitCount(jobs, ENDED, 102);
            // Two were running and two were on their way, plus those claimed while the newcomers are submitted.
            assertThat(claimedBetween(jobs, urgent)).isLessThanOrEqualTo(8);
            assertThat(claimedBetween(jobs, others)).isLessThanOrEqualTo(8);
            assertThat(lost(worker)).isZero();
            assertThat(published(worker)).isEqualTo(102);
        }
    }

    @Test
    void runsAllShortJobs() {
        try (Worker worker = Worker.start(taking(0), settings)) {
            Jobs jobs = worker.jobs();
            for (int i = 0; i < 300; i++) {
                jobs.submit("short");
            }
            awaitCount(jobs, ENDED, 300);
            assertThat(lost(worker)).isZero();
            assertThat(published(worker)).isEqualTo(300);
        }
    }

    @Test
    void waitsForTheFirstWorkerAndSurvivesADeadOne() {
        settings.put("aiprod.roles", "dispatcher,recorder");
        try (Worker dispatcher = Worker.start(taking(0), settings)) {
            Jobs jobs = dispatcher.jobs();
            for (int i = 0; i < 30; i++) {
                jobs.submit("waits");
            }
            awaitCount(jobs, ON_THEIR_WAY, 4);
            dieWithMessages(4);
            settings.put("aiprod.roles", "worker");
            try (Worker worker = Worker.start(taking(50), settings)) {
                awaitCount(worker.jobs(), ENDED, 30);
                assertThat(lost(dispatcher)).isBetween(4.0, 8.0);
                assertThat(published(dispatcher)).isEqualTo(30 + lost(dispatcher));
            }
            assertThat(jobs.read("SELECT sum(slots) FROM workers", Integer.class))
                    .as("the last announcement of a stopped worker")
                    .isZero();
        }
    }

    private static Processor taking(long millis) {
        return (Exchange exchange) -> {
            TimeUnit.MILLISECONDS.sleep(millis);
            exchange.getMessage().setBody(Map.of());
        };
    }

    private static void awaitCount(Jobs jobs, String query, int count) {
        Jobs.await(() -> jobs.read(query, Integer.class) >= count, LONG, () -> jobs.read(query, String.class));
    }

    /** Counts the other jobs claimed between this job's submission and its own claim. */
    private static int claimedBetween(Jobs jobs, String jobId) {
        return jobs.read("""
                SELECT count(*) FROM job_states AS other, job_states AS own JOIN jobs ON jobs.id = own.job_id
                WHERE own.job_id = cast(? AS uuid) AND own.state = 'PROCESSING' AND other.state = 'PROCESSING'
                  AND other.entered_at > jobs.created_at AND other.entered_at < own.entered_at""", Integer.class, jobId);
    }

    private static double lost(Worker worker) {
        return worker.bean(MeterRegistry.class)
                .get("aiprod.jobs.rescued")
                .tag("reason", "message_lost")
                .counter()
                .count();
    }

    /** Counts the published job messages. */
    private static double published(Worker worker) {
        return worker.bean(MeterRegistry.class)
                .get("camel.exchanges.succeeded")
                .tag("routeId", "publish-job")
                .counter()
                .count();
    }

    /** Pulls job messages like a worker that dies at once: they are gone until their leases end. */
    private void dieWithMessages(int messages) {
        ManagedChannel channel = ManagedChannelBuilder.forTarget(pubSub.endpoint())
                .usePlaintext()
                .build();
        try {
            int taken = 0;
            while (taken < messages) {
                taken += SubscriberGrpc.newBlockingStub(channel)
                        .pull(PullRequest.newBuilder()
                                .setSubscription(
                                        SubscriptionName.format(EmbeddedServices.PROJECT, "aiprod-pipeline-jobs-sub"))
                                .setMaxMessages(messages - taken)
                                .build())
                        .getReceivedMessagesCount();
            }
        } finally {
            channel.shutdownNow();
        }
    }
}
