package com.aiprod.pipeline.api;

import jakarta.servlet.http.HttpServletRequest;
import org.apache.camel.Exchange;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.stereotype.Component;

/** Tells a route who is calling; the only way by which an identity enters Camel. */
@Component("caller")
public class Caller {

    static final String REQUEST_ID = "requestId";
    static final String REQUEST_PATH = "requestPath";

    /** Set by Camel's platform-http, which deprecates its own constant for it without naming another. */
    static final String SERVLET_REQUEST = "CamelHttpServletRequest";

    /**
     * Sets the exchange variables {@code userId} (the token's {@code sub}), {@code email} (absent when the token has
     * none), {@code admin} (Boolean), {@code requestId} and {@code requestPath} from the verified token of the request,
     * and {@code requestTraceparent} where the request is traced. Headers and parameters, which a client chooses, are not
     * looked at.
     *
     * @throws IllegalStateException if the exchange does not come from a request with a verified token
     */
    public void identify(Exchange exchange) {
        HttpServletRequest request = exchange.getMessage().getHeader(SERVLET_REQUEST, HttpServletRequest.class);
        // The security context stays with the servlet's thread, and Camel runs on another; the fence keeps the
        // principal.
        if (request == null || !(request.getUserPrincipal() instanceof JwtAuthenticationToken token)) {
            throw new IllegalStateException("A route that identifies its caller was reached without a verified token");
        }
        exchange.setVariable("userId", token.getToken().getSubject());
        exchange.setVariable("email", token.getToken().getClaimAsString("email"));
        exchange.setVariable(
                "admin", token.getAuthorities().stream().anyMatch(granted -> "admin".equals(granted.getAuthority())));
        exchange.setVariable(REQUEST_ID, RequestIdFilter.idOf(request));
        exchange.setVariable(REQUEST_PATH, request.getRequestURI());
        exchange.setVariable("requestTraceparent", RequestTrace.of(request));
    }
}
