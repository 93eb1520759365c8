package com.aiprod.pipeline.security;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.server.resource.BearerTokenErrors;
import org.springframework.security.oauth2.server.resource.web.BearerTokenResolver;
import org.springframework.security.oauth2.server.resource.web.DefaultBearerTokenResolver;

/** Accepts a token only from the Authorization header, and rejects a token that is too long to be worth parsing. */
class BoundedBearerTokenResolver implements BearerTokenResolver {

    private static final int MAX_TOKEN_LENGTH = 8 * 1024;

    private final BearerTokenResolver header = new DefaultBearerTokenResolver();

    @Override
    public String resolve(HttpServletRequest request) {
        String token = header.resolve(request);
        if (token != null && token.length() > MAX_TOKEN_LENGTH) {
            throw new OAuth2AuthenticationException(BearerTokenErrors.invalidToken("The token is too long"));
        }
        return token;
    }
}
