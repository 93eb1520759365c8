package com.aiprod.pipeline.api.watch;

import com.aiprod.pipeline.api.http.Caller;
import com.aiprod.pipeline.api.http.RequestHeaders;
import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;

/**
 * What users poll: the headers of answers to conditional reads, and the version of each such user's jobs. The route
 * {@code watch-users} reads the versions of all of them in one statement each second. While a user's version stays the same,
 * a read that has been answered since then is answered 304 without a query of its own, so that any number of open consoles
 * cost the database one query per second and process.
 *
 * <p>Such an answer can be a second old. A read without a condition, or with another {@code ETag}, is always a query.
 */
@Component("polledReads")
public class PolledReads {

    /**
     * How long an answer is good, and how long a user is watched after the last conditional read. The version does not
     * cover everything: an old job can be deleted, or redriven and fail again within a second.
     */
    private static final Duration KEPT = Duration.ofMinutes(1);

    /** Versions that are older are not trusted: the database does not answer. */
    private static final Duration LATE = Duration.ofSeconds(3);

    /** What one statement can bear; the reads of further users are queries. */
    private static final int MAX_USERS = 1_000;

    private static final int MAX_ANSWERS = 10_000;

    private static final List<String> HEADERS =
            List.of(HttpHeaders.ETAG, HttpHeaders.CACHE_CONTROL, HttpHeaders.LINK, HttpHeaders.RETRY_AFTER);

    private static final String READ_AT = "readAt";

    private final Cache<String, Watched> users =
            Caffeine.newBuilder().expireAfterAccess(KEPT).maximumSize(MAX_USERS).build();
    private final Cache<Read, Answer> answers = Caffeine.newBuilder()
            .expireAfterWrite(KEPT)
            .maximumSize(MAX_ANSWERS)
            .build();

    /** The users of the statement that runs, and when it began; only the route's timer sets them. */
    private volatile Map<String, Watched> asked = Map.of();

    private volatile long askedAt;

    /** @param request path and parameters */
    private record Read(String userId, String request) {}

    /** @param readAt before the query began */
    private record Answer(Map<String, Object> headers, long readAt) {
        String etag() {
            return headers.get(HttpHeaders.ETAG).toString();
        }
    }

    /**
     * @param since when the first statement that returned this version had ended
     * @param askedAt when the latest one began
     */
    private record Version(String version, long since, long askedAt) {}

    private static final class Watched {
        private volatile Version version;

        boolean isUnchangedSince(long readAt) {
            Version now = version;
            return now != null && now.since - readAt <= 0 && System.nanoTime() - now.askedAt <= LATE.toNanos();
        }
    }

    /**
     * Sets the exchange variable {@code known} (Boolean) if the request is a conditional read whose answer is known to be the
     * same as before, with the headers of that answer. Otherwise the route reads, and then calls {@link #remember}.
     */
    public void recall(Exchange exchange) {
        String condition = String.join(",", RequestHeaders.lines(exchange, HttpHeaders.IF_NONE_MATCH));
        if (condition.isEmpty() || exchange.getVariable("waitSec") != null) {
            return;
        }
        exchange.setVariable(READ_AT, System.nanoTime());
        Read read = read(exchange);
        Watched user = users.get(read.userId, id -> new Watched());
        Answer answer = answers.getIfPresent(read);
        if (answer != null && condition.contains(answer.etag()) && user.isUnchangedSince(answer.readAt)) {
            exchange.getMessage().getHeaders().putAll(answer.headers);
            exchange.setVariable("known", true);
        }
    }

    /** Keeps the headers of the answer to a conditional read. */
    public void remember(Exchange exchange) {
        Long readAt = exchange.getVariable(READ_AT, Long.class);
        if (readAt == null) {
            return;
        }
        Map<String, Object> headers = new LinkedHashMap<>();
        for (String name : HEADERS) {
            Object value = exchange.getMessage().getHeader(name);
            if (value != null) {
                headers.put(name, value);
            }
        }
        answers.put(read(exchange), new Answer(headers, readAt));
    }

    /** The IDs of the users whose reads are polled; the statement begins now. */
    public List<String> users() {
        // A view of the entries does not count as access to them, so that they expire.
        asked = Map.copyOf(users.asMap());
        askedAt = System.nanoTime();
        return List.copyOf(asked.keySet());
    }

    /**
     * Notes the versions; the statement has ended.
     *
     * @param rows the rows of watch-users.sql
     */
    public void noteVersions(List<Map<String, Object>> rows) {
        long now = System.nanoTime();
        for (Map<String, Object> row : rows) {
            Watched user = asked.get(row.get("user_id").toString());
            String version = row.get("version").toString();
            Version before = user.version;
            boolean same = before != null && before.version.equals(version);
            user.version = new Version(version, same ? before.since : now, askedAt);
        }
    }

    private static Read read(Exchange exchange) {
        Message message = exchange.getMessage();
        HttpServletRequest request = message.getHeader(Caller.SERVLET_REQUEST, HttpServletRequest.class);
        Map<String, String> parameters = new TreeMap<>();
        if (request != null) {
            request.getParameterMap().forEach((name, values) -> parameters.put(name, String.join("\0", values)));
        }
        return new Read(
                exchange.getVariable("userId", String.class),
                exchange.getVariable(Caller.REQUEST_PATH, String.class) + parameters);
    }
}
