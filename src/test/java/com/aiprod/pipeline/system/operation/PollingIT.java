package com.aiprod.pipeline.system.operation;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.system.SystemTest;
import com.aiprod.pipeline.system.User;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** What many open consoles cost the database. */
@SystemTest
class PollingIT {

    private static final int CONSOLES = 20;
    private static final int ROUNDS = 3;

    @LocalServerPort
    private int port;

    @Autowired
    private CamelContext camel;

    private final Queries queries = new Queries();

    @BeforeEach
    void count() {
        camel.getManagementStrategy().addEventNotifier(queries);
        queries.start();
    }

    @AfterEach
    void countNoMore() {
        camel.getManagementStrategy().removeEventNotifier(queries);
    }

    /** Lists, and pages of jobs. */
    @Test
    void manyOpenConsolesCostOneQueryEachSecond() throws Exception {
        Map<User, String> consoles = new LinkedHashMap<>();
        Map<String, String> tags = new LinkedHashMap<>();
        for (int i = 0; i < CONSOLES; i++) {
            User user = User.of(port, "poller");
            String path = "/pipeline/jobs?limit=20";
            if (i % 2 == 0) {
                path = "/pipeline/job/" + user.start("");
                user.await(path.substring(path.lastIndexOf('/') + 1), "COMPLETED");
            }
            consoles.put(user, path);
            tags.put(user.id(), user.get(path).headers().firstValue("ETag").orElseThrow());
        }
        Awaitility.await("all are known").atMost(Duration.ofSeconds(40)).until(() -> {
            int before = queries.reads();
            poll(consoles, tags);
            return queries.reads() == before;
        });
        int reads = queries.reads();
        long start = System.nanoTime();
        int ticks = queries.of("watch-users");
        for (int round = 0; round < ROUNDS; round++) {
            poll(consoles, tags);
        }
        // An answer is good for a minute, so that some may have been read again on a slow machine.
        assertThat(queries.reads() - reads).isLessThanOrEqualTo(CONSOLES);
        assertThat(queries.of("watch-users") - ticks)
                .isLessThanOrEqualTo((int) ((System.nanoTime() - start) / 1_000_000_000L) + 2);
    }

    @Test
    void aChangeIsSeenBetweenTwoPolls() throws Exception {
        User user = User.of(port, "poller");
        String tag = user.get("/pipeline/jobs").headers().firstValue("ETag").orElseThrow();
        Awaitility.await("the list is known").until(() -> {
            int before = queries.reads();
            user.get("/pipeline/jobs", "If-None-Match", tag);
            return queries.reads() == before;
        });
        user.start("");
        Awaitility.await("another list")
                .until(() -> user.get("/pipeline/jobs", "If-None-Match", tag).statusCode() == 200);
        // Without a condition at once.
        String job = user.start("");
        assertThat(user.get("/pipeline/jobs").body()).contains(job);
    }

    @Test
    void operatorsWhoLookAtTheSameCostOneQueryEachSecond() throws Exception {
        User one = User.admin(port, "root");
        User two = User.admin(port, "root");
        long start = System.nanoTime();
        int before = queries.of("list-all-jobs");
        for (int i = 0; i < CONSOLES; i++) {
            assertThat(one.get("/admin/jobs?limit=7").statusCode()).isEqualTo(200);
            assertThat(two.get("/admin/jobs?limit=7").statusCode()).isEqualTo(200);
        }
        assertThat(queries.of("list-all-jobs") - before)
                .isLessThanOrEqualTo((int) ((System.nanoTime() - start) / 1_000_000_000L) + 1);
    }

    private static void poll(Map<User, String> consoles, Map<String, String> tags) throws Exception {
        for (Map.Entry<User, String> console : consoles.entrySet()) {
            User user = console.getKey();
            HttpResponse<String> answer = user.get(console.getValue(), "If-None-Match", tags.get(user.id()));
            assertThat(answer.statusCode()).isIn(200, 304);
            tags.put(user.id(), answer.headers().firstValue("ETag").orElseThrow());
        }
    }

    /** Counts the statements of the routes by name. */
    private static final class Queries extends EventNotifierSupport {

        private final Map<String, AtomicInteger> byName = new ConcurrentHashMap<>();

        int of(String name) {
            return byName.getOrDefault(name, new AtomicInteger()).get();
        }

        /** What polling a list or a job would cost. */
        int reads() {
            return of("list-jobs") + of("read-job");
        }

        @Override
        public boolean isEnabled(CamelEvent event) {
            return event instanceof CamelEvent.ExchangeSendingEvent;
        }

        @Override
        public void notify(CamelEvent event) {
            String uri = ((CamelEvent.ExchangeSendingEvent) event).getEndpoint().getEndpointUri();
            if (uri.startsWith("query:")) {
                String name = uri.replaceFirst("^query:(//)?", "").replaceFirst("\\?.*", "");
                byName.computeIfAbsent(name, any -> new AtomicInteger()).incrementAndGet();
            }
        }
    }
}
