package com.aiprod.pipeline.security;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtDecoder;

/**
 * Caches verified tokens for a minute, because a client sends the same token with each request. So a key that an issuer
 * withdraws is trusted a minute longer, which is less than the five minutes for which the keys themselves are cached.
 * An expired token never comes from the cache, and a rejected token is never cached.
 */
class VerifiedTokens implements JwtDecoder {

    private static final Duration REMEMBERED = Duration.ofMinutes(1);
    // A valid token has at most 8,192 characters, and most have far fewer: this limits memory, not users.
    private static final long MAX_CHARACTERS = 8_000_000;

    private final JwtDecoder issuer;
    private final Cache<String, Jwt> verified;

    VerifiedTokens(JwtDecoder issuer) {
        this(issuer, Clock.systemUTC(), Ticker.systemTicker());
    }

    VerifiedTokens(JwtDecoder issuer, Clock clock, Ticker ticker) {
        this.issuer = issuer;
        this.verified = Caffeine.newBuilder()
                .ticker(ticker)
                .executor(Runnable::run)
                .maximumWeight(MAX_CHARACTERS)
                .weigher((String token, Jwt jwt) -> token.length())
                .expireAfter(Expiry.<String, Jwt>creating((token, jwt) -> remembered(jwt, clock.instant())))
                .build();
    }

    /** @throws org.springframework.security.oauth2.jwt.JwtException if the issuer's decoder rejects the token */
    @Override
    public Jwt decode(String token) {
        Jwt known = verified.getIfPresent(token);
        if (known != null) {
            return known;
        }
        Jwt jwt = issuer.decode(token);
        verified.put(token, jwt);
        return jwt;
    }

    private static Duration remembered(Jwt jwt, Instant now) {
        Instant end = jwt.getExpiresAt();
        if (end == null || end.isAfter(now.plus(REMEMBERED))) {
            return REMEMBERED;
        }
        return end.isAfter(now) ? Duration.between(now, end) : Duration.ZERO;
    }
}
