package com.aiprod.pipeline.api;

import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Reads a dead letter's id from the path {@code /admin/dead-letters/{id}}. */
@Component("deadLetterId")
public class DeadLetterId {

    /**
     * Sets the exchange variable {@code letterId} (String, lower case) from the path parameter {@code id}.
     *
     * @throws NotFoundException if it is no UUID, and so no dead letter's id
     */
    public void parse(Exchange exchange) {
        String id = exchange.getMessage().getHeader("id", String.class);
        exchange.setVariable("letterId", PathId.of(id, "dead letter"));
    }
}
