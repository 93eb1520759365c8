package com.aiprod.pipeline.telemetry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.Exchange;

/**
 * Limits the log lines for failures of timer routes: the first failure is logged; while failures continue, the next
 * lines come after 10 s, 20 s, and so on, up to 5 min. A route without a failure of the same kind for one minute starts
 * over.
 */
public final class FailureLogLimit {

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(10);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    private static final Duration FORGOTTEN_AFTER = Duration.ofMinutes(1);
    private static final int MAX_KINDS = 1_000;

    private final Clock clock;
    private final Cache<String, Outage> outages =
            Caffeine.newBuilder().maximumSize(MAX_KINDS).executor(Runnable::run).build();

    FailureLogLimit(Clock clock) {
        this.clock = clock;
    }

    /**
     * Records a failure of the exchange's route.
     *
     * @return 0 if it is not to be logged; otherwise the number of failures of this kind since the previous line,
     *     including this one
     */
    public int failuresToLog(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Instant now = clock.instant();
        Outage outage = outages.asMap()
                .compute(exchange.getFromRouteId() + " " + kind(failure), (kind, before) -> next(before, now));
        return outage.said() ? outage.failures() : 0;
    }

    private static String kind(Throwable failure) {
        return failure instanceof SQLException sql
                ? sql.getSQLState()
                : failure.getClass().getName();
    }

    private static Outage next(Outage before, Instant now) {
        if (before == null || before.last().plus(FORGOTTEN_AFTER).isBefore(now)) {
            return new Outage(true, 1, now, now.plus(FIRST_PAUSE), FIRST_PAUSE);
        }
        int failures = before.said() ? 1 : before.failures() + 1;
        if (now.isBefore(before.quietUntil())) {
            return new Outage(false, failures, now, before.quietUntil(), before.pause());
        }
        Duration doubled = before.pause().multipliedBy(2);
        Duration pause = doubled.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : doubled;
        return new Outage(true, failures, now, now.plus(pause), pause);
    }

    /**
     * @param said whether to log the last failure
     * @param failures since the previous line, including the last one
     * @param last the time of the last failure
     * @param quietUntil the time before which no line is logged
     * @param pause from the last line to quietUntil
     */
    private record Outage(boolean said, int failures, Instant last, Instant quietUntil, Duration pause) {}
}
