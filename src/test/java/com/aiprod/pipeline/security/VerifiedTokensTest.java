package com.aiprod.pipeline.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.Jwt;

/** How long a token is accepted without another verification. */
class VerifiedTokensTest {

    private static final Instant NOW = Instant.parse("2026-01-16T12:00:00Z");

    private final List<String> verified = new ArrayList<>();
    private Duration passed = Duration.ZERO;

    @Test
    void verifiesATokenOnceAMinute() {
        VerifiedTokens tokens = tokens(NOW.plusSeconds(3600));
        Jwt first = tokens.decode("ann");
        passed = Duration.ofSeconds(59);
        assertThat(tokens.decode("ann")).isSameAs(first);
        assertThat(verified).containsExactly("ann");
        passed = Duration.ofSeconds(61);
        tokens.decode("ann");
        assertThat(verified).containsExactly("ann", "ann");
    }

    @Test
    void cachesEachTokenSeparately() {
        VerifiedTokens tokens = tokens(NOW.plusSeconds(3600));
        assertThat(tokens.decode("ann").getTokenValue()).isEqualTo("ann");
        assertThat(tokens.decode("bob").getTokenValue()).isEqualTo("bob");
        assertThat(verified).containsExactly("ann", "bob");
    }

    @Test
    void forgetsATokenWhenItExpires() {
        VerifiedTokens tokens = tokens(NOW.plusSeconds(5));
        tokens.decode("ann");
        passed = Duration.ofSeconds(4);
        tokens.decode("ann");
        assertThat(verified).hasSize(1);
        passed = Duration.ofMillis(5001);
        tokens.decode("ann");
        assertThat(verified).hasSize(2);
    }

    @Test
    void doesNotCacheATokenAcceptedWithinTheClockSkew() {
        VerifiedTokens tokens = tokens(NOW.minusSeconds(1));
        tokens.decode("ann");
        tokens.decode("ann");
        assertThat(verified).hasSize(2);
    }

    @Test
    void doesNotCacheRejections() {
        VerifiedTokens tokens = new VerifiedTokens(token -> {
            verified.add(token);
            throw new BadJwtException("expired");
        });
        assertThatThrownBy(() -> tokens.decode("ann")).isInstanceOf(BadJwtException.class);
        assertThatThrownBy(() -> tokens.decode("ann")).isInstanceOf(BadJwtException.class);
        assertThat(verified).hasSize(2);
    }

    private VerifiedTokens tokens(Instant expiry) {
        return new VerifiedTokens(
                token -> {
                    verified.add(token);
                    return Jwt.withTokenValue(token)
                            .header("alg", "RS256")
                            .expiresAt(expiry)
                            .build();
                },
                Clock.fixed(NOW, ZoneOffset.UTC),
                () -> passed.toNanos());
    }
}
