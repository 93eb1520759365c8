package com.aiprod.pipeline.api;

import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Reads a job's id from the path {@code /pipeline/job/{job_id}}: {@code bean: {ref: jobId, method: parse}}. */
@Component("jobId")
public class JobId {

    /**
     * Sets the exchange variable {@code jobId} (String, lower case) from the path parameter {@code job_id}.
     *
     * @throws NotFoundException if it is no UUID, and so no job's id
     */
    public void parse(Exchange exchange) {
        parseInto(exchange);
    }

    static void parseInto(Exchange exchange) {
        String id = exchange.getMessage().getHeader("job_id", String.class);
        exchange.setVariable("jobId", PathId.of(id, "job"));
    }
}
