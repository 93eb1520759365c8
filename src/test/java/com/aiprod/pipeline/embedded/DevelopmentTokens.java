package com.aiprod.pipeline.embedded;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.util.MultiValueMap;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * A token issuer for development and tests. It creates a key at startup, serves the public key as a JWK set on the
 * loopback interface, and signs tokens with it. The application uses it through the same settings as any issuer.
 *
 * <p>As a context initializer, it configures the application to use this issuer, unless another is set.
 */
public final class DevelopmentTokens implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    /** The audience of the tokens. */
    public static final String AUDIENCE = "aiprod-pipeline";

    private static final String SETTINGS = "spring.security.oauth2.resourceserver.jwt.";
    private static final Duration LIFETIME = Duration.ofDays(1);
    /** Created while the application starts, which needs it only for the first token. */
    private static final CompletableFuture<RSAKey> KEY = CompletableFuture.supplyAsync(DevelopmentTokens::newKey);

    private static final String ISSUER = serve();

    /**
     * Returns a token that the application accepts for a day.
     *
     * @param subject the user's id
     * @param roles the token's {@code roles}, for example {@code admin}
     */
    public static String token(String subject, String... roles) {
        Instant now = Instant.now();
        return token(new JWTClaimsSet.Builder()
                .subject(subject)
                .audience(AUDIENCE)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(LIFETIME)))
                .claim("email", subject + "@example.com")
                .claim("roles", List.of(roles))
                .build());
    }

    /** Returns a token with exactly these claims, signed with this issuer's key. */
    public static String token(JWTClaimsSet claims) {
        RSAKey key = KEY.join();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(), claims);
        try {
            token.sign(new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("The development token could not be signed", e);
        }
        return token.serialize();
    }

    /**
     * Returns the URL of this issuer. {@code GET /token?sub=ann&role=admin} returns a token as text; {@code role} may be
     * missing or repeated.
     */
    public static String issuer() {
        return ISSUER;
    }

    /** Returns this issuer's public key, for tests that try to abuse it. */
    public static RSAKey publicKey() {
        return KEY.join().toPublicJWK();
    }

    /** Returns the settings that make an application trust this issuer, and its console sign in there. */
    public static Map<String, Object> settings() {
        return Map.of(
                SETTINGS + "jwk-set-uri",
                ISSUER + "/jwks.json",
                SETTINGS + "audiences",
                AUDIENCE,
                "aiprod.console.client-id",
                DevelopmentSignIn.CLIENT,
                "aiprod.console.issuer",
                ISSUER);
    }

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        boolean another = List.of("issuer-uri", "jwk-set-uri", "public-key-location").stream()
                .anyMatch(name -> context.getEnvironment().containsProperty(SETTINGS + name));
        if (!another) {
            context.getEnvironment()
                    .getPropertySources()
                    .addFirst(new MapPropertySource("developmentTokens", settings()));
        }
    }

    private static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048)
                    .algorithm(JWSAlgorithm.RS256)
                    .keyIDFromThumbprint(true)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("The JDK does not support RSA", e);
        }
    }

    private static String serve() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext(
                    "/jwks.json",
                    exchange -> answer(exchange, 200, "application/jwk-set+json", new JWKSet(publicKey()).toString()));
            server.createContext("/token", DevelopmentTokens::issue);
            DevelopmentSignIn.addTo(server);
            // The server's dispatcher thread inherits the daemon flag, so it does not keep the JVM alive.
            Thread starter = new Thread(server::start, "development-tokens");
            starter.setDaemon(true);
            starter.start();
            starter.join();
            InetSocketAddress address = server.getAddress();
            return "http://" + address.getHostString() + ":" + address.getPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the development issuer started", e);
        }
    }

    private static void issue(HttpExchange exchange) throws IOException {
        MultiValueMap<String, String> query =
                UriComponentsBuilder.fromUri(exchange.getRequestURI()).build().getQueryParams();
        String subject = query.getFirst("sub");
        if (subject == null || subject.isBlank()) {
            answer(exchange, 400, "text/plain", "Whose token? Say so as in /token?sub=ann&role=admin\n");
        } else {
            String[] roles = query.getOrDefault("role", List.of()).toArray(String[]::new);
            answer(exchange, 200, "text/plain", token(subject, roles));
        }
    }

    static void answer(HttpExchange exchange, int status, String type, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
