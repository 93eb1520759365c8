package com.aiprod.pipeline.api.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class PolledReadsTest {

    private static final DefaultCamelContext CAMEL = new DefaultCamelContext();

    private final PolledReads reads = new PolledReads();

    @Test
    void knowsAnAnswerWhileTheVersionStaysTheSame() {
        read("ann", "/jobs", "\"1\"");
        tick("ann", "a");
        // What was read before the first version was known may be older than that.
        assertThat(known("ann", "/jobs", "\"1\"")).isFalse();
        read("ann", "/jobs", "\"1\"");
        assertThat(known("ann", "/jobs", "\"1\"")).isTrue();
        tick("ann", "a");
        assertThat(known("ann", "/jobs", "\"1\"")).isTrue();
        tick("ann", "b");
        assertThat(known("ann", "/jobs", "\"1\"")).isFalse();
        read("ann", "/jobs", "\"2\"");
        assertThat(known("ann", "/jobs", "\"2\"")).isTrue();
        assertThat(known("ann", "/jobs", "\"1\"")).isFalse();
    }

    @Test
    void keepsApartUsersAndRequests() {
        read("ann", "/jobs", "\"1\"");
        read("bob", "/jobs", "\"2\"");
        tick("ann", "a");
        read("ann", "/jobs", "\"1\"");
        assertThat(known("ann", "/jobs", "\"1\"")).isTrue();
        assertThat(known("bob", "/jobs", "\"1\"")).isFalse();
        assertThat(known("ann", "/jobs/1", "\"1\"")).isFalse();
    }

    @Test
    void doesNotTrustAReadThatRanWhileAStatementDid() {
        read("ann", "/jobs", "\"1\"");
        reads.users();
        // The statement can have seen a change that this read has not.
        read("ann", "/jobs", "\"1\"");
        reads.noteVersions(List.of(Map.of("user_id", "ann", "version", "a")));
        assertThat(known("ann", "/jobs", "\"1\"")).isFalse();
    }

    @Test
    void watchesOnlyWhoSendsAConditionAndDoesNotWait() {
        reads.recall(exchange("ann", "/jobs", null));
        Exchange waiting = exchange("bob", "/jobs/1", "\"1\"");
        waiting.setVariable("waitSec", 10);
        reads.recall(waiting);
        assertThat(reads.users()).isEmpty();
        assertThat(waiting.getVariable("known")).isNull();
    }

    @Test
    void answersWithTheHeadersOfTheAnswer() {
        read("ann", "/jobs", "\"1\"");
        tick("ann", "a");
        read("ann", "/jobs", "\"1\"");
        Exchange again = exchange("ann", "/jobs", "\"0\", W/\"1\"");
        reads.recall(again);
        assertThat(again.getMessage().getHeaders())
                .containsEntry("ETag", "\"1\"")
                .containsEntry("Retry-After", "1");
    }

    /** A conditional read that the database has answered. */
    private void read(String user, String path, String etag) {
        Exchange exchange = exchange(user, path, etag);
        reads.recall(exchange);
        exchange.getMessage().setHeader("ETag", etag);
        exchange.getMessage().setHeader("Retry-After", "1");
        reads.remember(exchange);
    }

    private boolean known(String user, String path, String etag) {
        Exchange exchange = exchange(user, path, etag);
        reads.recall(exchange);
        return Boolean.TRUE.equals(exchange.getVariable("known"));
    }

    private void tick(String user, String version) {
        assertThat(reads.users()).contains(user);
        reads.noteVersions(List.of(Map.of("user_id", user, "version", version)));
    }

    private static Exchange exchange(String user, String path, String condition) {
        Exchange exchange = new DefaultExchange(CAMEL);
        exchange.setVariable("userId", user);
        exchange.setVariable("requestPath", path);
        if (condition != null) {
            exchange.getMessage().setHeader("If-None-Match", condition);
        }
        return exchange;
    }
}
