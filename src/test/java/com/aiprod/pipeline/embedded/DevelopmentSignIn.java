package com.aiprod.pipeline.embedded;

import com.nimbusds.jwt.JWTClaimsSet;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.web.util.HtmlUtils;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * The part of {@link DevelopmentTokens} that the console signs in at: OpenID Connect's authorization code flow with
 * PKCE (RFC 7636), without passwords. Its page offers three users by one click each, and anyone else by name.
 */
public final class DevelopmentSignIn {

    /** The client ID of the console. */
    public static final String CLIENT = "aiprod-console";

    private static final String FORM = "application/x-www-form-urlencoded";

    /** Short, so that what renews the session is used in development. */
    private static volatile Duration lifetime = Duration.ofMinutes(5);

    private static final Map<String, Grant> CODES = new ConcurrentHashMap<>();
    private static final Map<String, Person> SESSIONS = new ConcurrentHashMap<>();
    private static final Map<String, Grant> REFRESH_TOKENS = new ConcurrentHashMap<>();

    private record Person(String id, boolean operator) {}

    private record Grant(Person person, Map<String, String> request) {}

    private DevelopmentSignIn() {}

    /** Sets how long the tokens of the next sign-ins and renewals say that they last. */
    public static void tokensLast(Duration lifetime) {
        DevelopmentSignIn.lifetime = lifetime;
    }

    /** Forgets who is signed in: no session can be renewed, and the next sign-in shows the page again. */
    public static void forget(String user) {
        SESSIONS.values().removeIf(person -> person.id().equals(user));
        REFRESH_TOKENS.values().removeIf(grant -> grant.person().id().equals(user));
    }

    static void addTo(HttpServer server) {
        server.createContext("/.well-known/openid-configuration", DevelopmentSignIn::configuration);
        server.createContext("/authorize", DevelopmentSignIn::authorize);
        server.createContext("/sign-in", DevelopmentSignIn::signIn);
        server.createContext("/sign-out", DevelopmentSignIn::signOut);
        server.createContext("/oauth/token", DevelopmentSignIn::tokens);
    }

    private static void configuration(HttpExchange exchange) throws IOException {
        String issuer = DevelopmentTokens.issuer();
        json(exchange, 200, """
                {"issuer":"%1$s","authorization_endpoint":"%1$s/authorize","token_endpoint":"%1$s/oauth/token",
                "end_session_endpoint":"%1$s/sign-out","jwks_uri":"%1$s/jwks.json",
                "response_types_supported":["code"],"code_challenge_methods_supported":["S256"]}""".formatted(issuer));
    }

    private static void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> request = parameters(exchange.getRequestURI().getRawQuery());
        String fault = fault(request);
        if (fault != null) {
            DevelopmentTokens.answer(exchange, 400, "text/plain", fault + "\n");
            return;
        }
        Person person = SESSIONS.get(session(exchange));
        boolean asks = Set.of("login", "select_account").contains(request.getOrDefault("prompt", ""));
        if (person != null && !asks) {
            grant(exchange, person, request);
        } else if ("none".equals(request.get("prompt"))) {
            redirect(exchange, back(request, "error", "login_required"));
        } else {
            DevelopmentTokens.answer(exchange, 200, "text/html; charset=utf-8", page(request));
        }
    }

    private static String fault(Map<String, String> request) {
        if (!CLIENT.equals(request.get("client_id"))) {
            return "The client_id is not " + CLIENT;
        }
        if (!request.getOrDefault("redirect_uri", "")
                .matches("http://(localhost|127\\.0\\.0\\.1):\\d+/console/signed-in")) {
            return "The redirect_uri is not the console's";
        }
        if (!"S256".equals(request.get("code_challenge_method")) || request.get("code_challenge") == null) {
            return "PKCE with S256 is required";
        }
        return "code".equals(request.get("response_type")) ? null : "The response_type is not code";
    }

    private static void signIn(HttpExchange exchange) throws IOException {
        Map<String, String> request = parameters(exchange.getRequestURI().getRawQuery());
        String id = request.getOrDefault("user", "").strip();
        String fault = id.isEmpty() ? "Who?" : fault(request);
        if (fault != null) {
            DevelopmentTokens.answer(exchange, 400, "text/plain", fault + "\n");
            return;
        }
        Person person = new Person(id, request.containsKey("operator"));
        String session = UUID.randomUUID().toString();
        SESSIONS.put(session, person);
        exchange.getResponseHeaders()
                .add(HttpHeaders.SET_COOKIE, cookie(exchange) + "=" + session + "; Path=/; HttpOnly");
        grant(exchange, person, request);
    }

    private static void grant(HttpExchange exchange, Person person, Map<String, String> request) throws IOException {
        String code = UUID.randomUUID().toString();
        CODES.put(code, new Grant(person, request));
        redirect(exchange, back(request, "code", code));
    }

    private static void signOut(HttpExchange exchange) throws IOException {
        Map<String, String> request = parameters(exchange.getRequestURI().getRawQuery());
        SESSIONS.remove(session(exchange));
        String back = request.getOrDefault("post_logout_redirect_uri", "");
        if (back.matches("http://(localhost|127\\.0\\.0\\.1):\\d+/console/")) {
            redirect(exchange, back);
        } else {
            DevelopmentTokens.answer(exchange, 200, "text/plain", "Signed out\n");
        }
    }

    private static void tokens(HttpExchange exchange) throws IOException {
        if (exchange.getRequestMethod().equals("OPTIONS")) {
            exchange.getResponseHeaders().set("Access-Control-Allow-Headers", "Content-Type");
            json(exchange, 200, "{}");
            return;
        }
        String type = String.valueOf(exchange.getRequestHeaders().getFirst(HttpHeaders.CONTENT_TYPE));
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Map<String, String> request = type.startsWith(FORM) ? parameters(body) : Map.of();
        Grant grant = switch (request.getOrDefault("grant_type", "")) {
            case "authorization_code" -> ofCode(request);
            case "refresh_token" -> REFRESH_TOKENS.remove(request.getOrDefault("refresh_token", ""));
            default -> null;
        };
        if (grant == null) {
            json(exchange, 400, "{\"error\":\"invalid_grant\"}");
            return;
        }
        String refresh = UUID.randomUUID().toString();
        REFRESH_TOKENS.put(refresh, grant);
        json(exchange, 200, """
                {"token_type":"Bearer","expires_in":%d,"access_token":"%s","id_token":"%s","refresh_token":"%s"}""".formatted(
                        lifetime.toSeconds(), token(grant, DevelopmentTokens.AUDIENCE), token(grant, CLIENT), refresh));
    }

    /** A code is good once, for the client that began the sign-in (RFC 7636, section 4.6). */
    private static Grant ofCode(Map<String, String> request) {
        Grant grant = CODES.remove(request.getOrDefault("code", ""));
        return grant != null
                        && grant.request().get("code_challenge").equals(s256(request.getOrDefault("code_verifier", "")))
                        && grant.request().get("redirect_uri").equals(request.get("redirect_uri"))
                        && CLIENT.equals(request.get("client_id"))
                ? grant
                : null;
    }

    private static String token(Grant grant, String audience) {
        Instant now = Instant.now();
        Person person = grant.person();
        return DevelopmentTokens.token(new JWTClaimsSet.Builder()
                .issuer(DevelopmentTokens.issuer())
                .subject(person.id())
                .audience(audience)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plus(lifetime)))
                .claim("nonce", grant.request().get("nonce"))
                .claim("email", person.id() + "@example.com")
                .claim("roles", person.operator() ? List.of("admin") : List.of())
                .build());
    }

    private static String s256(String verifier) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    private static String back(Map<String, String> request, String name, String value) {
        return UriComponentsBuilder.fromUriString(request.get("redirect_uri"))
                .queryParam(name, value)
                .queryParam("state", "{state}")
                .encode()
                .buildAndExpand(request.getOrDefault("state", ""))
                .toUriString();
    }

    private static Map<String, String> parameters(String query) {
        return UriComponentsBuilder.newInstance()
                .query(query == null ? "" : query.replace('+', ' '))
                .build()
                .getQueryParams()
                .toSingleValueMap()
                .entrySet()
                .stream()
                .filter(parameter -> parameter.getValue() != null)
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        parameter ->
                                URLDecoder.decode(parameter.getValue().replace("+", "%2B"), StandardCharsets.UTF_8)));
    }

    /** Browsers share cookies between ports. */
    private static String cookie(HttpExchange exchange) {
        return "development_session_" + exchange.getLocalAddress().getPort();
    }

    private static String session(HttpExchange exchange) {
        String name = cookie(exchange) + "=";
        return exchange.getRequestHeaders().getOrDefault(HttpHeaders.COOKIE, List.of()).stream()
                .flatMap(line -> List.of(line.split("; ")).stream())
                .filter(pair -> pair.startsWith(name))
                .map(pair -> pair.substring(name.length()))
                .findFirst()
                .orElse("");
    }

    private static void redirect(HttpExchange exchange, String location) throws IOException {
        exchange.getResponseHeaders().set(HttpHeaders.LOCATION, location);
        exchange.sendResponseHeaders(302, -1);
        exchange.close();
    }

    private static void json(HttpExchange exchange, int status, String json) throws IOException {
        exchange.getResponseHeaders().set(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        exchange.getResponseHeaders().set(HttpHeaders.CACHE_CONTROL, "no-store");
        DevelopmentTokens.answer(exchange, status, "application/json", json);
    }

    private static String page(Map<String, String> request) {
        StringBuilder hidden = new StringBuilder();
        request.forEach((name, value) -> hidden.append("<input type=\"hidden\" name=\"%s\" value=\"%s\">"
                .formatted(HtmlUtils.htmlEscape(name), HtmlUtils.htmlEscape(value))));
        return PAGE.replace("HIDDEN", hidden);
    }

    private static final String PAGE = """
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Sign in for development</title><style>
            :root { color-scheme: light dark }
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 22rem; margin: 12vh auto; padding: 0 1rem }
            h1 { font-size: 1.4rem; margin: 0 } p { margin: .25rem 0 1.5rem; opacity: .8 }
            button { display: block; width: 100%; text-align: left; font: inherit; padding: .6rem .9rem; margin: .5rem 0;
              border: 1px solid #8886; border-radius: 8px; background: none; cursor: pointer }
            button:hover, button:focus-visible { border-color: #3b5bdb; outline: 2px solid #3b5bdb55 }
            button small { display: block; opacity: .8 } input[name=user] { font: inherit; width: 100%; padding: .5rem;
              box-sizing: border-box; margin-top: .25rem } details { margin-top: 1.5rem }
            </style><main><h1>Sign in</h1><p>The issuer of development tokens. It asks for no password.</p>
            <form action="/sign-in">HIDDEN
            <button name="user" value="developer">developer<small>submits videos</small></button>
            <button name="user" value="another-developer">another-developer<small>sees none of the first one's jobs</small></button></form>
            <form action="/sign-in">HIDDEN<input type="hidden" name="operator" value="on">
            <button name="user" value="operator">operator<small>has the role admin</small></button></form>
            <details><summary>Someone else</summary><form action="/sign-in">HIDDEN
            <label>User ID<input name="user" required></label>
            <p><label><input type="checkbox" name="operator"> has the role admin</label></p>
            <button id="else">Sign in</button></form></details></main></html>
            """;
}
