package com.aiprod.pipeline.api.http;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.camel.Exchange;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;

/** The identity of a caller in Camel: exchange variables that are set from the verified token and from nothing else. */
public final class Caller {

    public static final String REQUEST_ID = "requestId";
    public static final String REQUEST_PATH = "requestPath";

    /** Set by Camel's platform-http, which deprecates its own constant for it without naming another. */
    public static final String SERVLET_REQUEST = "CamelHttpServletRequest";

    private Caller() {}

    /**
     * Sets the exchange variables that routes read: the id of the user (the token's {@code sub}), whether the caller is {@code admin} (Boolean), the id and the path of the request and, if
     * the request is traced, its {@code requestTraceparent}. Headers and parameters, which a client chooses, set nothing.
     *
     * @throws IllegalStateException if the request has no verified token
     */
    static void identify(Exchange exchange, HttpServletRequest request) {
        // Not from the security context, which stays with the servlet's thread.
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
