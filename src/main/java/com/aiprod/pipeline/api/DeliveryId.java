package com.aiprod.pipeline.api;

import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Reads a delivery's id from the path {@code /pipeline/job/{job_id}/deliveries/{delivery_id}}. */
@Component("deliveryId")
public class DeliveryId {

    /**
     * Sets the exchange variable {@code deliveryId} (String, lower case) from the path parameter {@code delivery_id}.
     *
     * @throws NotFoundException if it is no UUID, and so no delivery's id
     */
    public void parse(Exchange exchange) {
        String id = exchange.getMessage().getHeader("delivery_id", String.class);
        exchange.setVariable("deliveryId", PathId.of(id, "delivery"));
    }
}
