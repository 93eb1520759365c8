package com.aiprod.pipeline.api.http;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.camel.Exchange;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/** The caller's identity in Camel: exchange variables that are set only from the verified token. */
public final class Caller {

    /** The exchange variable that holds the request ID. */
    public static final String REQUEST_ID = "requestId";

    /** The exchange variable that holds the path of the request. */
    public static final String REQUEST_PATH = "requestPath";

    /** Set by Camel's platform-http, which deprecates its own constant for it without a replacement. */
    public static final String SERVLET_REQUEST = "CamelHttpServletRequest";

    private Caller() {}

    /**
     * Sets the exchange variables that routes read: {@code userId} (the token's {@code sub}), {@code admin} (Boolean), the
     * ID and the path of the request and, if the request is traced, {@code requestTraceparent}. Headers and parameters,
     * which a client chooses, set none of them.
     *
     * @throws IllegalStateException if the request has no verified token
     */
    static void identify(Exchange exchange, HttpServletRequest request) {
        // Not from the security context, which is bound to the servlet's thread.
        if (!(request.getUserPrincipal() instanceof JwtAuthenticationToken token)) {
            throw new IllegalStateException("A request without a verified token reached a route");
        }
        exchange.setVariable("userId", token.getToken().getSubject());
        exchange.setVariable(
                "admin", token.getAuthorities().stream().anyMatch(granted -> "admin".equals(granted.getAuthority())));
        exchange.setVariable(REQUEST_ID, RequestIdFilter.idOf(request));
        exchange.setVariable(REQUEST_PATH, request.getRequestURI());
        exchange.setVariable("requestTraceparent", RequestTrace.of(request));
    }
}
