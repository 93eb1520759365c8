package com.aiprod.pipeline.security;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.api.http.EdgeTest;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Which tokens are accepted, over real HTTP and with tokens that an attacker would make. */
@EdgeTest
class TokensTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final RSAKey FOREIGN_KEY = TestIssuer.newKeyPair();

    @LocalServerPort
    private int port;

    static Stream<Arguments> badTokens() throws Exception {
        Instant now = Instant.now();
        return Stream.of(
                Arguments.of("empty", ""),
                Arguments.of("malformed", "abc"),
                Arguments.of("three parts of nothing", "a.b.c"),
                Arguments.of("with spaces", "a b"),
                Arguments.of("too long", "a".repeat(8193)),
                Arguments.of("expired", signed(claims().expirationTime(at(now, -120)))),
                Arguments.of("of the future", signed(claims().notBeforeTime(at(now, 120)))),
                Arguments.of("endless", signed(claims().expirationTime(null))),
                Arguments.of("for somebody else", signed(claims().audience("another"))),
                Arguments.of("for nobody", signed(claims().audience((String) null))),
                Arguments.of("without a user", signed(claims().subject(null))),
                Arguments.of("with a blank user", signed(claims().subject("  "))),
                Arguments.of("with an unprintable user", signed(claims().subject("a\u0000b"))),
                Arguments.of("with a number for a user", signed(claims().claim("sub", 12345))),
                Arguments.of("with too long a user", signed(claims().subject("x".repeat(256)))),
                Arguments.of("unsigned", new PlainJWT(claims().build()).serialize()),
                Arguments.of("of a wrong key", foreign(claims().build(), "wrong")),
                Arguments.of("of a wrong key with the right id", foreign(claims().build(), publicKeyId())),
                Arguments.of("signed with the public key as a secret", confused(publicKeyId())),
                Arguments.of("signed with the public key as a secret, and no key id", confused(null)),
                Arguments.of("unsigned in another spelling", respelled("nOnE")),
                Arguments.of("unsigned and of no algorithm", respelled("")),
                Arguments.of("unsigned, and said to be signed", respelled("RS256")),
                Arguments.of("of a key id that is a path", foreign(claims().build(), "../../../../dev/null")),
                Arguments.of("of a key id that is SQL", foreign(claims().build(), "x' UNION SELECT 'key' --")),
                Arguments.of("of a key id that is an address", foreign(claims().build(), "http://localhost:1/key")),
                Arguments.of("of a very long key id", foreign(claims().build(), "k".repeat(4000))),
                Arguments.of("of no key id and a wrong key", foreign(claims().build(), null)),
                Arguments.of("changed", changed()),
                Arguments.of("cut", DevelopmentTokens.token("alice").replaceAll("\\.[^.]*$", ".")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badTokens")
    void rejectsATokenThat(String is, String token) throws Exception {
        HttpResponse<String> answer = get("/pipeline/me", "Bearer " + token);
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate"))
                .get()
                .asString()
                .startsWith("Bearer");
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
        assertThat(answer.body())
                .contains("\"type\":\"/problems/unauthenticated\"", "\"status\":401", "\"instance\":\"/pipeline/me\"")
                .doesNotContain("Jwt", "JWT", "Exception", "jwks", "localhost", "127.0.0.1");
        assertThat(answer.headers().map().toString()).doesNotContain("Jwt", "JWT", "jwks", "127.0.0.1");
    }

    /** A token header that names or contains the key: the sender would vouch for themselves. */
    @Test
    void ignoresKeysThatTheTokenNames() throws Exception {
        RSAKey mine = new RSAKey.Builder(FOREIGN_KEY).keyID("mine").build();
        AtomicInteger calls = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            calls.incrementAndGet();
            byte[] keys = new JWKSet(mine.toPublicJWK()).toString().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, keys.length);
            exchange.getResponseBody().write(keys);
            exchange.close();
        });
        server.start();
        try {
            URI keys = URI.create("http://localhost:" + server.getAddress().getPort() + "/keys");
            List<JWSHeader> headers = List.of(
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID("mine")
                            .jwkURL(keys)
                            .build(),
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID("mine")
                            .x509CertURL(keys)
                            .build(),
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .jwk(mine.toPublicJWK())
                            .build(),
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(publicKeyId())
                            .jwkURL(keys)
                            .build(),
                    new JWSHeader.Builder(JWSAlgorithm.RS256)
                            .keyID(publicKeyId())
                            .jwk(mine.toPublicJWK())
                            .build());
            for (JWSHeader header : headers) {
                SignedJWT token = new SignedJWT(header, claims().build());
                token.sign(new RSASSASigner(mine));
                HttpResponse<String> answer = get("/pipeline/me", "Bearer " + token.serialize());
                assertThat(answer.statusCode()).as(header.toString()).isEqualTo(401);
            }
            assertThat(calls).hasValue(0);
        } finally {
            server.stop(0);
        }
    }

    @Test
    void requiresAToken() throws Exception {
        HttpResponse<String> answer = CLIENT.send(request("/pipeline/me").build(), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        HttpResponse<String> basic = get("/pipeline/me", "Basic YWxpY2U6YWxpY2U=");
        assertThat(basic.statusCode()).isEqualTo(401);
    }

    @Test
    void rejectsATokenInTheQuery() throws Exception {
        String path = "/pipeline/me?access_token=" + DevelopmentTokens.token("alice");
        assertThat(CLIENT.send(request(path).build(), BodyHandlers.ofString()).statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"alice", "auth0|5f7c8ec7c33c6c004bbafe82", "Jürgen Müller", "\uD83C\uDFAC"})
    void acceptsTheUserOfAValidToken(String subject) throws Exception {
        HttpResponse<String> answer = get("/pipeline/me", "Bearer " + DevelopmentTokens.token(subject));
        assertThat(answer.body()).isEqualTo(subject + " false");
        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void allowsAdministratorsIntoTheAdminApi() throws Exception {
        String admin = "Bearer " + DevelopmentTokens.token("root", "viewer", "admin");
        assertThat(get("/admin/me", admin).body()).isEqualTo("root true");
    }

    @Test
    void developmentIssuerGivesATokenToAnyone() throws Exception {
        String issuer = DevelopmentTokens.issuer() + "/token";
        assertThat(send(issuer + "?sub=olga&role=viewer&role=admin"))
                .satisfies(token ->
                        assertThat(get("/admin/me", "Bearer " + token).body()).isEqualTo("olga true"));
        assertThat(get("/admin/me", "Bearer " + send(issuer + "?sub=bob")).statusCode())
                .isEqualTo(403);
        assertThat(send(issuer)).contains("/token?sub=ann");
    }

    /** What leads to a route of the Admin API must match the rule that protects it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/admin/me",
                "/%61dmin/me",
                "/admin/%6De",
                "/admin/me/",
                "/admin//me",
                "//admin/me",
                "/./admin/me",
                "/x/../admin/me",
                "/x/%2e%2e/admin/me",
                "/admin%2Fme",
                "/admin;x=1/me",
                "/admin/me;x=1",
                "/ADMIN/me",
                "/Admin/me",
                "/admin/me.json",
                "/docs/../admin/me",
                "/docs/%2e%2e/admin/me",
                "/console/..%2Fadmin/me"
            })
    void noSpellingOfAPathAvoidsTheAdminRule(String path) throws Exception {
        String answer;
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                                    + DevelopmentTokens.token("bob") + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(answer).matches("(?s)HTTP/1.1 (400|403|404) .*").doesNotContain("bob");
    }

    static Stream<Object> rolesOfOthers() {
        return Stream.of(List.of(), List.of("administrator"), List.of("Admin"), "admin", Map.of("admin", true), 1);
    }

    @ParameterizedTest
    @MethodSource("rolesOfOthers")
    void rejectsOtherRolesInTheAdminApi(Object roles) throws Exception {
        HttpResponse<String> answer = get("/admin/me", "Bearer " + signed(claims().claim("roles", roles)));
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(answer.body()).contains("\"type\":\"/problems/forbidden\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/openapi.json", "/docs", "/docs/index.html"})
    void requiresNoTokenForPublicPaths(String path) throws Exception {
        assertThat(CLIENT.send(request(path).build(), BodyHandlers.ofString()).statusCode())
                .isIn(200, 404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/pipeline/me/", "/pipeline/me;x=1", "//pipeline/me", "/docs/..;/pipeline/me", "/docs/%2e%2e/x"})
    void isNotBypassedByPathSpellings(String path) throws Exception {
        assertThat(CLIENT.send(request(path).build(), BodyHandlers.ofString()).statusCode())
                .isIn(400, 401);
    }

    @Test
    void sendsBrowserSecurityHeaders() throws Exception {
        HttpResponse<String> answer = get("/pipeline/me", "Bearer " + DevelopmentTokens.token("alice"));
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("X-Frame-Options")).hasValue("DENY");
        assertThat(answer.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
        assertThat(answer.headers().firstValue("Content-Security-Policy"))
                .get()
                .asString()
                .contains("default-src");
        assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
    }

    private static String send(String url) throws Exception {
        return CLIENT.send(HttpRequest.newBuilder(URI.create(url)).build(), BodyHandlers.ofString())
                .body();
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .subject("alice")
                .audience(DevelopmentTokens.AUDIENCE)
                .expirationTime(Date.from(Instant.now().plus(Duration.ofMinutes(5))));
    }

    private static Date at(Instant now, int seconds) {
        return Date.from(now.plusSeconds(seconds));
    }

    private static String signed(JWTClaimsSet.Builder claims) {
        return DevelopmentTokens.token(claims.build());
    }

    private static String publicKeyId() {
        return DevelopmentTokens.publicKey().getKeyID();
    }

    private static String foreign(JWTClaimsSet claims, String keyId) throws Exception {
        return sign(JWSAlgorithm.RS256, keyId, claims, new RSASSASigner(FOREIGN_KEY));
    }

    /** Algorithm confusion: signs with the public key as if it were a shared secret. */
    private static String confused(String keyId) throws Exception {
        byte[] secret = DevelopmentTokens.publicKey().toRSAPublicKey().getEncoded();
        return sign(JWSAlgorithm.HS256, keyId, claims().build(), new MACSigner(secret));
    }

    /** Returns an unsigned token that names this algorithm. */
    private static String respelled(String algorithm) {
        String header = "{\"alg\":\"" + algorithm + "\",\"kid\":\"" + publicKeyId() + "\"}";
        return Base64URL.encode(header) + "."
                + Base64URL.encode(claims().build().toString()) + ".";
    }

    private static String changed() {
        String[] parts = DevelopmentTokens.token("alice").split("\\.", -1);
        String[] others = DevelopmentTokens.token("mallory").split("\\.", -1);
        return parts[0] + "." + others[1] + "." + parts[2];
    }

    private static String sign(JWSAlgorithm algorithm, String keyId, JWTClaimsSet claims, JWSSigner signer)
            throws Exception {
        SignedJWT token =
                new SignedJWT(new JWSHeader.Builder(algorithm).keyID(keyId).build(), claims);
        token.sign(signer);
        return token.serialize();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
    }

    private HttpResponse<String> get(String path, String authorization) throws Exception {
        return CLIENT.send(request(path).header("Authorization", authorization).build(), BodyHandlers.ofString());
    }
}
