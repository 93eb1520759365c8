package com.aiprod.pipeline.telemetry;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.apache.camel.Exchange;

/**
 * Which failures of what runs by the clock are worth a line in the log: the first, and while it goes on one after
 * 10 s, 20 s and so on, up to 5 min. A route that has not failed in that way for a minute begins anew.
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
     * Notes a failure of the exchange's route, and answers whether to say so. The variable {@code failures} is then the
     * number of those of its kind since the last line, itself included.
     */
    boolean allowsLine(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Instant now = clock.instant();
        Outage outage = outages.asMap()
                .compute(exchange.getFromRouteId() + " " + kind(failure), (kind, before) -> next(before, now));
        exchange.setVariable("failures", outage.failures());
        return outage.said();
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
     * @param said whether the last failure is worth a line
     * @param failures since the line before, the last one included
     * @param last when it was
     * @param quietUntil no line before
     * @param pause from the last line to quietUntil
     */
    private record Outage(boolean said, int failures, Instant last, Instant quietUntil, Duration pause) {}
}
