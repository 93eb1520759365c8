package com.aiprod.pipeline.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class FailureLogLimitTest {

    private final SQLException readOnly = new SQLException("cannot execute INSERT", "25006");
    private final SQLException away = new SQLException("connection refused", "08001");

    private final Moments clock = new Moments();
    private final FailureLogLimit failures = new FailureLogLimit(clock);
    private final DefaultCamelContext camel = new DefaultCamelContext();

    @Test
    void logsAnOutageAtItsStartAndThenLessAndLess() {
        List<Long> saidAt = new ArrayList<>();
        for (int second = 0; second < 1_300; second++) {
            if (fail("dispatch-jobs", readOnly) > 0) {
                saidAt.add((long) second);
            }
            clock.pass(Duration.ofSeconds(1));
        }
        assertThat(saidAt).containsExactly(0L, 10L, 30L, 70L, 150L, 310L, 610L, 910L, 1210L);
    }

    @Test
    void countsTheFailuresSinceTheLastLine() {
        assertThat(fail("dispatch-jobs", away)).isEqualTo(1);
        for (int i = 0; i < 39; i++) {
            assertThat(fail("dispatch-jobs", away)).isZero();
        }
        clock.pass(Duration.ofSeconds(10));
        assertThat(fail("dispatch-jobs", away)).isEqualTo(40);
    }

    @Test
    void logsAnotherRouteOrKindAtOnce() {
        assertThat(fail("dispatch-jobs", away)).isEqualTo(1);
        assertThat(fail("poll-deliveries", away)).isEqualTo(1);
        assertThat(fail("dispatch-jobs", readOnly)).isEqualTo(1);
        assertThat(fail("dispatch-jobs", away)).isZero();
    }

    @Test
    void logsAgainAtOnceAfterAWhile() {
        assertThat(fail("purge-jobs", away)).isEqualTo(1);
        clock.pass(Duration.ofSeconds(61));
        assertThat(fail("purge-jobs", away)).isEqualTo(1);
    }

    private int fail(String route, Throwable failure) {
        DefaultExchange exchange = new DefaultExchange(camel);
        exchange.getExchangeExtension().setFromRouteId(route);
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, failure);
        return failures.failuresToLog(exchange);
    }

    private static final class Moments extends Clock {

        private Instant now = Instant.EPOCH;

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
