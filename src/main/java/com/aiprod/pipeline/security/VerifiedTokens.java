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
 * Remembers for a minute which tokens were found good, since a client sends the same one with each call. A key that an
 * issuer withdraws is so believed a minute longer, which is less than the five minutes for which the keys themselves are
 * kept. A token that has expired is never taken from memory, and one that was refused is never remembered.
 */
class VerifiedTokens implements JwtDecoder {

    private static final Duration REMEMBERED = Duration.ofMinutes(1);
    // A good token has at most 8,192 characters, most of them far fewer; so this bounds the memory, not the users.
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

    /** @throws org.springframework.security.oauth2.jwt.JwtException as the issuer's decoder does */
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
