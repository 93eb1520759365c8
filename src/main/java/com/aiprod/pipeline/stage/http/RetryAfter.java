package com.aiprod.pipeline.stage.http;

import com.aiprod.pipeline.stage.StageBean;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import org.apache.camel.Header;
import org.springframework.beans.factory.annotation.Autowired;

/** Reads {@code Retry-After} (RFC 9110, section 10.2.3). */
@StageBean
public class RetryAfter {

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");
    private static final Duration SHORTEST = Duration.ofMillis(200);
    private static final Duration OTHERWISE = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final Clock clock;

    /** Creates the bean with the system's clock. */
    @Autowired
    public RetryAfter() {
        this(Clock.systemUTC());
    }

    RetryAfter(Clock clock) {
        this.clock = clock;
    }

    /**
     * How long to wait before the next call.
     *
     * @param header seconds or a date; null for none
     * @return milliseconds, from 200 to one minute; 2 s if there is no header or it cannot be read
     */
    public long millis(@Header("Retry-After") String header) {
        String value = header == null ? "" : header.strip();
        try {
            Duration wait = SECONDS.matcher(value).matches()
                    ? Duration.ofSeconds(Long.parseLong(value))
                    : Duration.between(
                            clock.instant(), DateTimeFormatter.RFC_1123_DATE_TIME.parse(value, Instant::from));
            wait = wait.compareTo(SHORTEST) < 0 ? SHORTEST : wait;
            return (wait.compareTo(LONGEST) > 0 ? LONGEST : wait).toMillis();
        } catch (DateTimeException e) {
            return OTHERWISE.toMillis();
        }
    }
}
