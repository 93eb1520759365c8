package com.aiprod.pipeline.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.api.http.EdgeTest;
import com.aiprod.pipeline.security.TestIssuer.Mood;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A hanging issuer and forged tokens do not affect other callers. */
@EdgeTest
@DirtiesContext
class IssuerOutageTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final TestIssuer ISSUER = TestIssuer.start();

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void issuer(DynamicPropertyRegistry settings) {
        settings.add("spring.security.oauth2.resourceserver.jwt.jwk-set-uri", ISSUER::jwkSetUri);
        settings.add("aiprod.issuer-keys.pause", () -> "1s");
        settings.add("aiprod.issuer-keys.timeout", () -> "1s");
        settings.add("spring.security.oauth2.resourceserver.jwt.audiences", () -> "aiprod-pipeline");
    }

    @AfterAll
    static void closeIssuer() {
        ISSUER.close();
    }

    @BeforeEach
    void awaitHealthy() {
        ISSUER.is(Mood.WELL);
        ISSUER.rotate();
        awaitStatus(200, ISSUER::token);
    }

    @Test
    void forgedTokensCauseFewFetches() {
        int before = ISSUER.fetches();
        List<CompletableFuture<HttpResponse<String>>> forged = forge(30);
        assertThat(forged)
                .allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(401));
        assertThat(ISSUER.fetches() - before).isLessThan(10);
    }

    @Test
    void oneHangingFetchLocksNobodyOut() {
        int hanging = ISSUER.hanging();
        ISSUER.is(Mood.HANGING);
        ISSUER.rotate();
        Awaitility.await("a fetch that hangs").atMost(PATIENCE).until(() -> {
            call(ISSUER.token("alice")).join();
            return ISSUER.hanging() > hanging;
        });
        ISSUER.is(Mood.WELL);
        awaitStatus(200, ISSUER::token);
        assertThat(call(ISSUER.oldToken("alice")).join().statusCode()).isEqualTo(200);
    }

    @Test
    void forgedTokensBlockNobodyWhileTheIssuerHangs() {
        ISSUER.is(Mood.HANGING);
        List<CompletableFuture<HttpResponse<String>>> forged = forge(230);
        // Far less than if each forged token held a thread until its timeout.
        CompletableFuture<HttpResponse<String>> page =
                get("/openapi.json", null).orTimeout(6, TimeUnit.SECONDS);
        CompletableFuture<HttpResponse<String>> known =
                call(ISSUER.oldToken("bob")).orTimeout(6, TimeUnit.SECONDS);
        assertThat(page.join().statusCode()).isEqualTo(200);
        assertThat(known.join().statusCode()).isEqualTo(200);
        assertThat(forged).allSatisfy(answer -> {
            HttpResponse<String> refusal = answer.join();
            assertThat(refusal.statusCode()).isIn(401, 503);
            if (refusal.statusCode() == 503) {
                assertThat(refusal.headers().firstValue("Retry-After")).isPresent();
                assertThat(refusal.body()).contains("/problems/unavailable");
            }
        });
        // Nothing is known of the issuer by now, so a new key could be valid.
        awaitStatus(503, subject -> TestIssuer.forgedToken());
    }

    private void awaitStatus(int status, UnaryOperator<String> token) {
        Awaitility.await("status " + status)
                .atMost(PATIENCE)
                .until(() -> call(token.apply("alice")).join().statusCode() == status);
    }

    private List<CompletableFuture<HttpResponse<String>>> forge(int tokens) {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < tokens; i++) {
            answers.add(call(TestIssuer.forgedToken()));
        }
        return answers;
    }

    private CompletableFuture<HttpResponse<String>> call(String token) {
        return get("/pipeline/me", token);
    }

    private CompletableFuture<HttpResponse<String>> get(String path, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .timeout(PATIENCE);
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return CLIENT.sendAsync(request.build(), BodyHandlers.ofString());
    }
}
