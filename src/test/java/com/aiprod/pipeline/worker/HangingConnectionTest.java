package com.aiprod.pipeline.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.embedded.EmbeddedServices;
import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** One database connection hangs, as after a failover that drops packets. No lease may be lost. */
class HangingConnectionTest {

    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void renewsLeasesOverAnotherConnection() throws Exception {
        CountDownLatch started = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        String database = Worker.newDatabase();
        int port = URI.create(database.substring("jdbc:".length())).getPort();
        try (EmbeddedPubSub pubSub = EmbeddedPubSub.start();
                StallingProxy proxy = new StallingProxy(port);
                Worker worker = Worker.start(
                        exchange -> {
                            started.countDown();
                            assertThat(end.await(SOON.toSeconds(), TimeUnit.SECONDS))
                                    .isTrue();
                            exchange.getMessage().setBody(Map.of("said", "done"));
                        },
                        Map.of(
                                "spring.datasource.url",
                                database.replace(":" + port, ":" + proxy.port()),
                                "aiprod.pubsub.emulator-host",
                                pubSub.endpoint(),
                                "google.cloud.project",
                                EmbeddedServices.PROJECT,
                                "aiprod.worker.lease-sec",
                                "12"))) {
            // Not through the proxy.
            Jobs jobs = new Jobs(database);
            assertThat(worker.databaseUrl()).isNotEqualTo(database);
            String job = jobs.submit("takes longer than a lease");
            assertThat(started.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();

            // renew-leases sends this field for each job.
            CountDownLatch stalled = proxy.stall("\"percent\"");
            assertThat(stalled.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            String before = lease(jobs, job);
            Jobs.await(
                    () -> jobs.read("SELECT now() > cast(? AS timestamptz)", Boolean.class, before),
                    SOON,
                    () -> "the lease has no end");

            end.countDown();
            jobs.await(job, "COMPLETED", SOON);
            assertThat(jobs.history(job)).isEqualTo("QUEUED PROCESSING COMPLETED");
            assertThat(jobs.attempt(job)).isOne();
        }
    }

    private static String lease(Jobs jobs, String job) {
        return jobs.read(
                "SELECT cast(lease_expires_at AS text) FROM jobs WHERE id = cast(? AS uuid)", String.class, job);
    }
}
