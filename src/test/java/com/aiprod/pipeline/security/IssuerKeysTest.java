package com.aiprod.pipeline.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.security.TestIssuer.Mood;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.security.oauth2.resource.servlet.OAuth2ResourceServerAutoConfiguration;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.oauth2.jwt.BadJwtException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.web.DefaultSecurityFilterChain;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.util.matcher.AnyRequestMatcher;
import org.springframework.util.StringUtils;

/** Verifying tokens while their issuer answers and while it does not. */
@ExtendWith(OutputCaptureExtension.class)
class IssuerKeysTest {

    private static final String SETTINGS = "spring.security.oauth2.resourceserver.jwt.";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final TestIssuer issuer = TestIssuer.start();

    @AfterEach
    void closeIssuer() {
        issuer.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"jwk-set-uri", "issuer-uri"})
    void fetchesTheKeysOnceForManyTokens(String setting) {
        with(setting, decoder -> {
            for (int i = 0; i < 5; i++) {
                assertThat(decoder.decode(issuer.token("ann")).getSubject()).isEqualTo("ann");
            }
            assertThat(issuer.fetches()).isOne();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"jwk-set-uri", "issuer-uri"})
    void rejectsAllTokensUntilTheIssuerAnswers(String setting, CapturedOutput log) {
        issuer.is(Mood.HANGING);
        int before = warnings(log);
        with(setting, decoder -> {
            assertThatThrownBy(() -> decoder.decode(issuer.token("ann")))
                    .isInstanceOf(JwtException.class)
                    .isNotInstanceOf(BadJwtException.class);
            issuer.is(Mood.WELL);
            awaitAccepted(decoder, issuer.token("ann"));
            assertThat(warnings(log) - before).isOne();
        });
    }

    @Test
    void fetchesTheFirstKeysSoonAfterAFailureAtTheStart() {
        issuer.is(Mood.REFUSING);
        with(
                "jwk-set-uri",
                decoder -> {
                    Awaitility.await("a failed fetch").atMost(PATIENCE).until(() -> issuer.fetches() > 0);
                    issuer.is(Mood.WELL);
                    awaitAccepted(decoder, issuer.token("ann"));
                },
                "aiprod.issuer-keys.pause=1h");
    }

    @ParameterizedTest
    @EnumSource(value = Mood.class, names = "WELL", mode = EnumSource.Mode.EXCLUDE)
    void keepsKnownKeysDuringAnOutage(Mood mood) {
        with("jwk-set-uri", decoder -> {
            awaitAccepted(decoder, issuer.token("ann"));
            int before = issuer.fetches();
            issuer.is(mood);
            issuer.rotate();
            // An unknown key starts no fetch in the pause after the last one.
            Awaitility.await("a fetch for an unknown key").atMost(PATIENCE).until(() -> {
                assertThatThrownBy(() -> decoder.decode(issuer.token("ann"))).isInstanceOf(JwtException.class);
                return issuer.fetches() > before;
            });
            int tries = issuer.fetches();
            Awaitility.await("a retry").atMost(PATIENCE).until(() -> issuer.fetches() > tries);
            assertThat(decoder.decode(issuer.oldToken("ann")).getSubject()).isEqualTo("ann");
            assertThatThrownBy(() -> decoder.decode(issuer.token("ann")))
                    .isInstanceOf(JwtException.class)
                    .isNotInstanceOf(BadJwtException.class);
            issuer.is(Mood.WELL);
            awaitAccepted(decoder, issuer.token("ann"));
        });
    }

    @Test
    void refreshesTheKeysWithoutCalls() {
        with(
                "jwk-set-uri",
                decoder -> Awaitility.await("refreshes").atMost(PATIENCE).until(() -> issuer.fetches() > 2),
                "aiprod.issuer-keys.refresh=100ms",
                // Holds only for what unknown keys start.
                "aiprod.issuer-keys.pause=1h",
                // A cold JVM may be too slow for the usual one, and a failure is retried after the pause.
                "aiprod.issuer-keys.timeout=30s");
    }

    @Test
    void dropsKeysAfterTheLongestAllowedOutage() {
        with(
                "jwk-set-uri",
                decoder -> {
                    awaitAccepted(decoder, issuer.token("ann"));
                    issuer.is(Mood.REFUSING);
                    Awaitility.await("keys that are too old")
                            .atMost(PATIENCE)
                            .untilAsserted(() -> assertThatThrownBy(() -> decoder.decode(issuer.token("ann")))
                                    .isInstanceOf(JwtException.class)
                                    .isNotInstanceOf(BadJwtException.class));
                },
                "aiprod.issuer-keys.refresh=100ms",
                "aiprod.issuer-keys.outage=500ms");
    }

    @Test
    void rejectsForgedTokensWithoutAFetchForEach() {
        with(
                "jwk-set-uri",
                decoder -> {
                    awaitAccepted(decoder, issuer.token("ann"));
                    for (int i = 0; i < 30; i++) {
                        assertThatThrownBy(() -> decoder.decode(TestIssuer.forgedToken()))
                                .isInstanceOf(BadJwtException.class);
                    }
                    assertThat(issuer.fetches()).isLessThanOrEqualTo(2);
                },
                "aiprod.issuer-keys.pause=1h",
                // After a failed first fetch, which a cold JVM may be too slow for, there would be no second one.
                "aiprod.issuer-keys.timeout=30s");
    }

    @Test
    void rejectsAnIssuerWithAnotherName() {
        issuer.calls("https://another.example");
        with("issuer-uri", decoder -> {
            assertThatThrownBy(() -> decoder.decode(issuer.token("ann")))
                    .isInstanceOf(JwtException.class)
                    .isNotInstanceOf(BadJwtException.class);
            assertThat(issuer.fetches()).isZero();
        });
    }

    @Test
    void checksTheIssuerAndTheAudience() {
        with(
                "jwk-set-uri",
                decoder -> assertThatThrownBy(() -> decoder.decode(issuer.token("ann")))
                        .isInstanceOf(JwtValidationException.class),
                SETTINGS + "audiences=another");
        with(
                "jwk-set-uri",
                decoder -> assertThatThrownBy(() -> decoder.decode(issuer.token("ann")))
                        .isInstanceOf(JwtValidationException.class),
                SETTINGS + "issuer-uri=https://another.example");
        with(
                "jwk-set-uri",
                decoder -> awaitAccepted(decoder, issuer.token("ann")),
                SETTINGS + "issuer-uri=" + issuer.issuerUri());
    }

    @Test
    void acceptsTheConfiguredAlgorithmsOnly() {
        with(
                "jwk-set-uri",
                decoder -> assertThatThrownBy(() -> decoder.decode(issuer.token("ann")))
                        .isInstanceOf(BadJwtException.class),
                SETTINGS + "jws-algorithms=ES256");
        runner().withPropertyValues(SETTINGS + "jwk-set-uri=" + issuer.jwkSetUri(), SETTINGS + "jws-algorithms=XY1")
                .run(context -> assertThat(context).hasFailed());
    }

    @Test
    void leavesAKeyFromAFileToSpringBoot() {
        runner().withPropertyValues(SETTINGS + "public-key-location=classpath:public-key.pem")
                .run(context ->
                        assertThat(context).doesNotHaveBean(IssuerKeys.class).hasSingleBean(JwtDecoder.class));
        runner().run(context -> assertThat(context).doesNotHaveBean(JwtDecoder.class));
    }

    @Test
    void measuresFetchesAndTheAgeOfTheKeys() {
        runner().withPropertyValues(SETTINGS + "jwk-set-uri=" + issuer.jwkSetUri())
                .run(context -> {
                    awaitAccepted(context.getBean(JwtDecoder.class), issuer.token("ann"));
                    MeterRegistry meters = context.getBean(MeterRegistry.class);
                    assertThat(Stream.of("success", "failure")
                                    .map(outcome -> meters.get("aiprod.issuer.key.fetches")
                                            .tag("outcome", outcome)
                                            .counter()
                                            .count()))
                            .isEqualTo(List.of(1.0, 0.0));
                    assertThat(meters.get("aiprod.issuer.keys.age").gauge().value())
                            .isBetween(0.0, 60.0);
                });
    }

    private static int warnings(CapturedOutput log) {
        return StringUtils.countOccurrencesOf(log.getOut(), "Cannot fetch the token issuer's keys");
    }

    private static void awaitAccepted(JwtDecoder decoder, String token) {
        Awaitility.await("an accepted token")
                .atMost(PATIENCE)
                .ignoreExceptions()
                .until(() -> decoder.decode(token) != null);
    }

    private void with(String setting, Consumer<JwtDecoder> test, String... settings) {
        String uri = setting.equals("jwk-set-uri") ? issuer.jwkSetUri() : issuer.issuerUri();
        runner().withPropertyValues(
                        SETTINGS + setting + "=" + uri,
                        SETTINGS + "audiences=" + DevelopmentTokens.AUDIENCE,
                        "aiprod.issuer-keys.timeout=300ms",
                        "aiprod.issuer-keys.pause=100ms")
                .withPropertyValues(settings)
                .run(context -> test.accept(context.getBean(JwtDecoder.class)));
    }

    private static WebApplicationContextRunner runner() {
        return new WebApplicationContextRunner()
                .withInitializer(context ->
                        context.getBeanFactory().setConversionService(ApplicationConversionService.getSharedInstance()))
                .withConfiguration(AutoConfigurations.of(OAuth2ResourceServerAutoConfiguration.class))
                .withUserConfiguration(IssuerConfiguration.class)
                // Otherwise Spring Boot would create one, which needs a web server.
                .withBean(SecurityFilterChain.class, () -> new DefaultSecurityFilterChain(AnyRequestMatcher.INSTANCE))
                .withBean(MeterRegistry.class, SimpleMeterRegistry::new);
    }
}
