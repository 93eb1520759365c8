package com.aiprod.pipeline.api.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminDocumentsTest {

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final AtomicInteger made = new AtomicInteger();
    private volatile RuntimeException failure;
    private AdminDocuments documents;

    @BeforeEach
    void start() throws Exception {
        camel.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:make-overview").process(exchange -> {
                    int number = made.incrementAndGet();
                    if (failure != null) {
                        throw failure;
                    }
                    exchange.getMessage().setBody("{\"number\":" + number + "}");
                });
                from("direct:make-all-jobs").process(exchange -> {
                    exchange.getMessage()
                            .setBody("{\"user\":\"" + exchange.getVariable("ofUser") + "\",\"number\":"
                                    + made.incrementAndGet() + "}");
                    exchange.getMessage().setHeader("Link", "</next>; rel=\"next\"");
                });
            }
        });
        camel.start();
        documents = new AdminDocuments(camel);
    }

    @AfterEach
    void stop() throws Exception {
        documents.destroy();
        camel.stop();
    }

    @Test
    void makesADocumentOnceForAllWhoAskInASecond() throws Exception {
        long start = System.nanoTime();
        ExecutorService threads = Executors.newFixedThreadPool(20);
        List<Future<String>> answers = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                answers.add(threads.submit(this::read));
            }
            for (Future<String> answer : answers) {
                assertThat(answer.get()).startsWith("{\"number\":");
            }
        } finally {
            threads.shutdownNow();
        }
        long ticks = 1 + (System.nanoTime() - start) / AdminDocuments.TICK.toNanos();
        assertThat(made.get()).isBetween(1, (int) ticks);
    }

    @Test
    void makesItAnewAfterAChange() throws Exception {
        String before = read();
        documents.forget();
        assertThat(read()).isNotEqualTo(before);
    }

    @Test
    void failsForAllWhoAskInTheSameSecond() throws Exception {
        failure = new IllegalStateException("The database is away");
        long start = System.nanoTime();
        for (int i = 0; i < 50; i++) {
            assertThatThrownBy(this::read).isSameAs(failure);
        }
        long ticks = 1 + (System.nanoTime() - start) / AdminDocuments.TICK.toNanos();
        assertThat(made.get()).isBetween(1, (int) ticks);
        failure = null;
        documents.forget();
        assertThat(read()).startsWith("{\"number\":");
    }

    @Test
    void makesAPageForEachQuery() throws Exception {
        String first = page("ann");
        assertThat(page("ann")).isEqualTo(first);
        assertThat(page("bob")).isNotEqualTo(first);
    }

    private String page(String user) throws Exception {
        Exchange exchange = new DefaultExchange(camel);
        exchange.setVariable("ofUser", user);
        exchange.setVariable("requestId", UUID.randomUUID().toString());
        documents.allJobs(exchange);
        assertThat(exchange.getMessage().getHeader("Link")).isEqualTo("</next>; rel=\"next\"");
        return exchange.getMessage().getBody(String.class);
    }

    private String read() throws Exception {
        Exchange exchange = new DefaultExchange(camel);
        documents.overview(exchange);
        assertThat(exchange.getMessage().getHeader("ETag", String.class)).matches("\"[0-9a-f]{32}\"");
        return exchange.getMessage().getBody(String.class);
    }
}
