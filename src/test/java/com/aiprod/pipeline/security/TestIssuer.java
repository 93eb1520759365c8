package com.aiprod.pipeline.security;

import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An issuer on the loopback interface that a test can make fail. */
final class TestIssuer implements AutoCloseable {

    /** How the issuer answers requests for keys. */
    enum Mood {
        WELL,
        /** Never completes a response. */
        HANGING,
        DRIPPING,
        REFUSING,
        /** Sends a key set without keys. */
        EMPTY
    }

    /** Making a pair is slow, so the keys of all issuers are these in turn, under new IDs. */
    private static final List<RSAKey> KEY_PAIRS = List.of(newKeyPair(), newKeyPair());

    private final List<RSAKey> keys = new CopyOnWriteArrayList<>();
    private final AtomicInteger fetches = new AtomicInteger();
    private final AtomicInteger hanging = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "test-issuer");
        thread.setDaemon(true);
        return thread;
    });
    private final HttpServer server;
    private volatile Mood mood = Mood.WELL;
    private volatile String name;

    private TestIssuer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/keys", this::keys);
        server.createContext("/realm/.well-known/openid-configuration", this::configuration);
        server.start();
        name = url() + "/realm";
        rotate();
    }

    static TestIssuer start() {
        try {
            return new TestIssuer();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String url() {
        InetSocketAddress address = server.getAddress();
        return "http://" + address.getHostString() + ":" + address.getPort();
    }

    String jwkSetUri() {
        return url() + "/keys";
    }

    String issuerUri() {
        return url() + "/realm";
    }

    void is(Mood mood) {
        this.mood = mood;
    }

    /** Sets the issuer name in the configuration document. */
    void calls(String name) {
        this.name = name;
    }

    /** Signs with a new key from now on. The older ones stay in the set. */
    void rotate() {
        RSAKey pair = KEY_PAIRS.get(keys.size() % KEY_PAIRS.size());
        keys.add(0, new RSAKey.Builder(pair).keyID(UUID.randomUUID().toString()).build());
    }

    /** Returns a new key without an ID. */
    static RSAKey newKeyPair() {
        try {
            return new RSAKeyGenerator(2048).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    int fetches() {
        return fetches.get();
    }

    /** Returns the number of open requests without an answer. */
    int hanging() {
        return hanging.get();
    }

    /** Returns a new token, signed with the newest key. */
    String token(String subject) {
        return token(subject, keys.get(0));
    }

    /** Returns a token signed with the first key. */
    String oldToken(String subject) {
        return token(subject, keys.get(keys.size() - 1));
    }

    private String token(String subject, RSAKey key) {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build(),
                new JWTClaimsSet.Builder(claims(subject)).issuer(issuerUri()).build());
        try {
            token.sign(new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return token.serialize();
    }

    /** Returns a token with an unknown key ID and an invalid signature. */
    static String forgedToken() {
        return Base64URL.encode("{\"alg\":\"RS256\",\"kid\":\"" + UUID.randomUUID() + "\"}") + "."
                + Base64URL.encode(claims("mallory").toString()) + "." + Base64URL.encode("junk");
    }

    private static JWTClaimsSet claims(String subject) {
        return new JWTClaimsSet.Builder()
                .subject(subject)
                .audience(DevelopmentTokens.AUDIENCE)
                .jwtID(UUID.randomUUID().toString())
                .expirationTime(Date.from(Instant.now().plusSeconds(3600)))
                .build();
    }

    private void configuration(HttpExchange exchange) throws IOException {
        if (mood == Mood.HANGING) {
            hanging.incrementAndGet();
            return;
        }
        answer(exchange, 200, "{\"issuer\":\"" + name + "\",\"jwks_uri\":\"" + jwkSetUri() + "\"}");
    }

    private void keys(HttpExchange exchange) throws IOException {
        fetches.incrementAndGet();
        switch (mood) {
            case HANGING -> hanging.incrementAndGet();
            case DRIPPING -> drip(exchange);
            case REFUSING -> answer(exchange, 500, "{}");
            case EMPTY -> answer(exchange, 200, new JWKSet().toString());
            case WELL ->
                answer(
                        exchange,
                        200,
                        new JWKSet(keys.stream()
                                        .map(key -> (JWK) key.toPublicJWK())
                                        .toList())
                                .toString());
        }
    }

    private static void drip(HttpExchange exchange) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        try {
            while (true) {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
                Thread.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
