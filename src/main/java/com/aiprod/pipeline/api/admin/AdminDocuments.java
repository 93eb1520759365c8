package com.aiprod.pipeline.api.admin;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.ProducerTemplate;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.annotation.Lazy;
import org.springframework.http.HttpHeaders;
import org.springframework.stereotype.Component;
import org.springframework.util.DigestUtils;

/**
 * Keeps each document that operators' consoles poll for a second, so that any number of consoles that show the same cost the
 * database one statement per second and process: {@code bean: {ref: adminDocuments, method: overview}}. Each method leaves
 * the document as the body, with its {@code ETag} and {@code Link}, or throws what the route that makes it threw.
 */
@Component("adminDocuments")
public class AdminDocuments implements DisposableBean {

    static final Duration TICK = Duration.ofSeconds(1);

    private static final String OVERVIEW = "make-overview";
    private static final String LETTER_GROUPS = "make-letter-groups";
    private static final String PIPELINES = "make-pipelines";

    private static final String ALL_JOBS = "make-all-jobs";
    private static final String ANY_JOB = "make-any-job";
    private static final String LETTERS = "make-letters";
    private static final String LETTER = "make-letter";
    private static final int MAX_DOCUMENTS = 500;

    private final ProducerTemplate routes;

    /** Rises with each change by this process. What is made from then on is a document of its own, with the change. */
    private final AtomicLong changes = new AtomicLong();

    /** Failures are kept as well: while the database is away, callers do not queue up for it. */
    private final LoadingCache<Wanted, Made> made = Caffeine.newBuilder()
            .expireAfterWrite(TICK)
            .maximumSize(MAX_DOCUMENTS)
            .build(this::make);

    /** @param variables what the route binds */
    private record Wanted(String route, Map<String, Object> variables, long changes) {}

    /** @param headers ETag, and Link if there is a next page */
    private record Made(String document, Map<String, Object> headers, Exception failure) {}

    AdminDocuments(@Lazy CamelContext camel) {
        routes = camel.createProducerTemplate();
    }

    @Override
    public void destroy() {
        routes.stop();
    }

    /** The document of {@code make-overview}. */
    public void overview(Exchange exchange) throws Exception {
        read(OVERVIEW, exchange, Set.of());
    }

    /** The document of {@code make-letter-groups}. */
    public void letterGroups(Exchange exchange) throws Exception {
        read(LETTER_GROUPS, exchange, Set.of());
    }

    /** The document of {@code make-pipelines}. */
    public void pipelines(Exchange exchange) throws Exception {
        read(PIPELINES, exchange, Set.of());
    }

    /** The page of {@code make-all-jobs}, for the variables that {@link AllJobsList#parse} sets. */
    public void allJobs(Exchange exchange) throws Exception {
        read(ALL_JOBS, exchange, AllJobsList.VARIABLES);
    }

    /** The document of {@code make-any-job}, for the variable {@code jobId}. */
    public void anyJob(Exchange exchange) throws Exception {
        read(ANY_JOB, exchange, Set.of("jobId"));
    }

    /** The page of {@code make-letters}, for the variables that {@link DeadLetterList#parse} sets. */
    public void letters(Exchange exchange) throws Exception {
        read(LETTERS, exchange, DeadLetterList.VARIABLES);
    }

    /** The document of {@code make-letter}, for the variable {@code letterId}. */
    public void letter(Exchange exchange) throws Exception {
        read(LETTER, exchange, Set.of("letterId"));
    }

    /** Makes the documents anew when they are next read, because this process has changed what they show. */
    public void forget() {
        changes.incrementAndGet();
    }

    private void read(String route, Exchange exchange, Set<String> names) throws Exception {
        Map<String, Object> variables = new HashMap<>();
        for (String name : names) {
            Object value = exchange.getVariable(name);
            if (value != null) {
                variables.put(name, value);
            }
        }
        Made kept = made.get(new Wanted(route, variables, changes.get()));
        if (kept.failure != null) {
            throw kept.failure;
        }
        Message answer = exchange.getMessage();
        answer.setBody(kept.document);
        answer.getHeaders().putAll(kept.headers);
    }

    private Made make(Wanted wanted) {
        Exchange answer =
                routes.request("direct:" + wanted.route, exchange -> wanted.variables.forEach(exchange::setVariable));
        if (answer.getException() != null) {
            return new Made(null, Map.of(), answer.getException());
        }
        String document = answer.getMessage().getBody(String.class);
        Map<String, Object> headers = new HashMap<>();
        headers.put(
                HttpHeaders.ETAG, '"' + DigestUtils.md5DigestAsHex(document.getBytes(StandardCharsets.UTF_8)) + '"');
        Object link = answer.getMessage().getHeader(HttpHeaders.LINK);
        if (link != null) {
            headers.put(HttpHeaders.LINK, link);
        }
        return new Made(document, headers, null);
    }
}
