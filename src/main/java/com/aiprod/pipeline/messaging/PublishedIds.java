package com.aiprod.pipeline.messaging;

import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;

/**
 * Gathers a batch that was published in parallel: leaves as the body the outbox ids that Pub/Sub confirmed, as the text
 * of a PostgreSQL array, and sets the variables {@code unpublished} (how many failed) and {@code publishError} (the last
 * one's message).
 */
final class PublishedIds implements AggregationStrategy {

    @Override
    public Exchange aggregate(Exchange gathered, Exchange published) {
        Exchange result = gathered == null ? published.copy() : gathered;
        if (gathered == null) {
            result.setException(null);
            result.setVariable("unpublished", 0);
            result.setVariable("ids", new ArrayList<Object>());
        }
        if (published.getException() == null) {
            ids(result).add(published.getVariable("outboxId"));
        } else {
            result.setVariable("unpublished", result.getVariable("unpublished", Integer.class) + 1);
            result.setVariable("publishError", published.getException().toString());
        }
        return result;
    }

    @Override
    public void onCompletion(Exchange gathered) {
        StringJoiner array = new StringJoiner(",", "{", "}");
        ids(gathered).forEach(id -> array.add(id.toString()));
        gathered.getMessage().setBody(array.toString());
    }

    @SuppressWarnings("unchecked")
    private static List<Object> ids(Exchange exchange) {
        return exchange.getVariable("ids", List.class);
    }
}
