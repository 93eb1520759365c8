package com.aiprod.pipeline.api;

import org.apache.camel.http.base.HttpHeaderFilterStrategy;
import org.springframework.stereotype.Component;

/**
 * Which of a route's message headers become headers of the answer: those that the contract names. Camel's own strategy
 * would return what is left of the request's, since a message that passes through a route keeps its headers. Set it
 * as {@code camel.component.platform-http.header-filter-strategy: "#responseHeaders"}.
 */
@Component("responseHeaders")
public class ResponseHeaders extends HttpHeaderFilterStrategy {

    @Override
    protected void initialize() {
        super.initialize();
        setOutFilterPattern("(?i)(?!(?:Location|Retry-After|ETag|Last-Modified|Cache-Control|Link|Allow"
                + "|Idempotent-Replayed|Preference-Applied|Vary|Content-Disposition|X-Accel-Buffering)$).*");
    }
}
