package com.aiprod.pipeline.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class PublicationsTest {

    private final DefaultCamelContext camel = new DefaultCamelContext();
    private final Publications publications = new Publications();
    private final Exchange batch = new DefaultExchange(camel);

    @Test
    void reportsThePublishedAndTheNumberOfFailed() {
        publications.begin(batch);
        assertThat(publications.published(part(3L))).isFalse();
        assertThat(publications.published(part(8L))).isFalse();
        assertThat(publications.published(part(null))).isFalse();
        assertThat(publications.failed(broken())).isFalse();
        publications.end(batch);
        assertThat(batch.getVariable("publishedIds")).isEqualTo("{3,8}");
        assertThat(batch.getVariable("unpublished")).isEqualTo(1);
        assertThat(batch.getVariable("publishError")).isEqualTo("java.io.IOException: gone");
    }

    @Test
    void handlesAPublishThatCompletesAfterTheEnd() {
        publications.begin(batch);
        Exchange late = part(3L);
        Exchange failing = broken();
        publications.end(batch);
        assertThat(batch.getVariable("publishedIds")).isEqualTo("{}");
        assertThat(batch.getVariable("unpublished")).isEqualTo(0);
        assertThat(publications.published(late)).isTrue();
        assertThat(publications.failed(failing)).isTrue();
    }

    private Exchange part(Long outboxId) {
        Exchange part = batch.copy();
        part.setVariable("outboxId", outboxId);
        return part;
    }

    private Exchange broken() {
        Exchange part = batch.copy();
        part.setProperty(Exchange.EXCEPTION_CAUGHT, new IOException("gone"));
        return part;
    }
}
