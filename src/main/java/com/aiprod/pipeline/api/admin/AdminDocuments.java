package com.aiprod.pipeline.api.admin;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.LoadingCache;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
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
 * Keeps each document that consoles poll for a second, so that any number of open consoles costs the database one
 * statement per second and process: {@code bean: {ref: adminDocuments, method: overview}}. Each method leaves the document
 * as the body, with its {@code ETag}, or throws what the route that makes it threw.
 */
@Component("adminDocuments")
public class AdminDocuments implements DisposableBean {

    static final Duration TICK = Duration.ofSeconds(1);

    private static final String OVERVIEW = "make-overview";
    private static final String LETTER_GROUPS = "make-letter-groups";
    private static final String PIPELINES = "make-pipelines";

    private final ProducerTemplate routes;

    /** By the route that makes it. Failures are kept as well: while the database is away, callers do not queue up for it. */
    private final LoadingCache<String, Made> made =
            Caffeine.newBuilder().expireAfterWrite(TICK).build(this::make);

    private record Made(String document, String etag, Exception failure) {}

    AdminDocuments(@Lazy CamelContext camel) {
        routes = camel.createProducerTemplate();
    }

    @Override
    public void destroy() {
        routes.stop();
    }

    /** The document of {@code make-overview}. */
    public void overview(Exchange exchange) throws Exception {
        read(OVERVIEW, exchange);
    }

    /** The document of {@code make-letter-groups}. */
    public void letterGroups(Exchange exchange) throws Exception {
        read(LETTER_GROUPS, exchange);
    }

    /** The document of {@code make-pipelines}. */
    public void pipelines(Exchange exchange) throws Exception {
        read(PIPELINES, exchange);
    }

    /** Makes the documents anew when they are next read, because this process has changed what they show. */
    public void forget() {
        // By key, because that waits for a document that is being made, which may not have the change yet.
        List.of(OVERVIEW, LETTER_GROUPS, PIPELINES).forEach(made::invalidate);
    }

    private void read(String route, Exchange exchange) throws Exception {
        Made kept = made.get(route);
        if (kept.failure != null) {
            throw kept.failure;
        }
        Message answer = exchange.getMessage();
        answer.setBody(kept.document);
        answer.setHeader(HttpHeaders.ETAG, kept.etag);
    }

    private Made make(String route) {
        Exchange answer = routes.request("direct:" + route, exchange -> {});
        if (answer.getException() != null) {
            return new Made(null, null, answer.getException());
        }
        String document = answer.getMessage().getBody(String.class);
        String digest = DigestUtils.md5DigestAsHex(document.getBytes(StandardCharsets.UTF_8));
        return new Made(document, '"' + digest + '"', null);
    }
}
