package com.aiprod.pipeline.system.access;

import com.aiprod.pipeline.api.docs.OpenApi;
import com.aiprod.pipeline.api.docs.OpenApi.Operation;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.springframework.web.util.UriUtils;

/** Makes almost valid requests: those of openapi.yaml with changes. The same seed makes the same requests. */
final class HostileClient {

    /** The longest time that a response may take. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final List<Operation> OPERATIONS = OpenApi.operations();
    private static final Operation SUBMIT = new Operation("POST", "/pipeline/run");
    private static final List<String> METHODS =
            List.of("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "TRICK");

    /** Strings that are known to break programs. */
    private static final List<String> STRINGS = List.of(
            "",
            " ",
            "\0",
            "\u0007\u001b[31m",
            "null",
            "true",
            "-1",
            "0",
            "1e309",
            "NaN",
            "1.5",
            "0x10",
            "2147483648",
            "9223372036854775808",
            "99999999999999999999999999",
            "\u0661\u0662",
            "\uFF11\uFF10",
            "[]",
            "{}",
            "[1,2]",
            "'",
            "\"",
            "\\",
            "' OR '1'='1",
            "'; DROP TABLE jobs; --",
            ":?userId",
            "${body}",
            "${7*7}",
            "#{7*7}",
            "${exception.stacktrace}",
            "${sys.user.home}",
            "{{role:api}}",
            "resource:file:/etc/passwd",
            "resource:classpath:application.yaml",
            "../../../../etc/passwd",
            "..\\..\\windows",
            "%00",
            "%2e%2e%2f",
            "%",
            "%zz",
            "a\r\nX-Evil: 1",
            "<script>alert(1)</script>",
            "\uD800",
            "\uDFFFx",
            "\uFEFF",
            "\u202E",
            "e\u0301\u0301\u0301",
            "\uD83C\uDFAC",
            "QUEUED",
            "DONE",
            "video.mp4",
            "*",
            "W/\"x\"",
            "\"x\", *",
            "bytes=0-",
            "bytes=-1,5-4,9-99999999999999999999",
            "wait=1",
            "wait=-1",
            "wait=",
            "application/json; charset=utf-16",
            "text/html",
            "*/*;q=0",
            "x".repeat(300),
            "x".repeat(3000));

    private static final List<String> HEADERS = List.of(
            "Accept",
            "Accept-Encoding",
            "Content-Type",
            "Content-Encoding",
            "Cookie",
            "Forwarded",
            "X-Forwarded-For",
            "X-Forwarded-Host",
            "X-Forwarded-Proto",
            "X-HTTP-Method-Override",
            "X-Original-URL",
            "Origin",
            "If-Match",
            "If-Modified-Since",
            "If-Unmodified-Since",
            "TE",
            "CamelHttpPath",
            "CamelHttpUri",
            "breadcrumbId",
            "traceparent");

    private final Random random;
    private final int port;
    private final List<String> ids;
    private final List<String> tokens;

    /**
     * @param ids IDs that exist, some of them of other users
     * @param tokens tokens to call with, mostly the first; an empty string means no token
     */
    HostileClient(Random random, int port, List<String> ids, List<String> tokens) {
        this.random = random;
        this.port = port;
        this.ids = List.copyOf(ids);
        this.tokens = List.copyOf(tokens);
    }

    /** Returns the next request to send. */
    HttpRequest next() {
        Operation operation = oneIn(5) ? SUBMIT : pick(OPERATIONS);
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + path(operation) + query(operation)))
                .timeout(PATIENCE);
        String token = oneIn(3) ? pick(tokens) : tokens.get(0);
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        for (JsonNode parameter : operation.parameters()) {
            if ("header".equals(parameter.path("in").asText()) && oneIn(3)) {
                put(request, parameter.path("name").asText(), value(parameter));
            }
        }
        if (oneIn(4)) {
            put(request, pick(HEADERS), string());
        }
        String method = oneIn(12) ? pick(METHODS) : operation.method();
        byte[] body = body(operation, method);
        if (body.length > 0 && !oneIn(15)) {
            request.header("Content-Type", "application/json");
        }
        return request.method(method, BodyPublishers.ofByteArray(body)).build();
    }

    private String path(Operation operation) {
        StringBuilder path = new StringBuilder();
        for (String segment : operation.path().substring(1).split("/")) {
            path.append(oneIn(80) ? "//" : "/");
            String plain = segment;
            if (segment.startsWith("{name")) {
                plain = oneIn(3) ? string() : "video.mp4";
            } else if (segment.startsWith("{")) {
                plain = oneIn(5) ? string() : pick(ids);
            } else if (oneIn(60)) {
                plain = oneIn(2) ? string() : segment.toUpperCase(Locale.ROOT);
            }
            path.append(encoded(plain));
            if (oneIn(100)) {
                path.append(";x=1");
            }
        }
        return path.toString();
    }

    private String query(Operation operation) {
        List<String> pairs = new ArrayList<>();
        for (JsonNode parameter : operation.parameters()) {
            if ("query".equals(parameter.path("in").asText()) && oneIn(2)) {
                pairs.add(parameter.path("name").asText() + "=" + encoded(value(parameter)));
                if (oneIn(12)) {
                    pairs.add(parameter.path("name").asText() + "=" + encoded(value(parameter)));
                }
            }
        }
        if (oneIn(8)) {
            pairs.add(encoded(string()) + "=" + encoded(string()));
        }
        if (oneIn(30)) {
            pairs.add("limit=%25zz&&=&status");
        }
        return pairs.isEmpty() ? "" : "?" + String.join("&", pairs);
    }

    /** A value that the parameter's schema allows, or an arbitrary one. */
    private String value(JsonNode parameter) {
        if (oneIn(2)) {
            return string();
        }
        JsonNode schema = OpenApi.resolve(parameter.path("schema"));
        if (schema.has("enum")) {
            return schema.path("enum")
                    .path(random.nextInt(schema.path("enum").size()))
                    .asText();
        }
        if ("integer".equals(schema.path("type").asText())) {
            int most = Math.min(schema.path("maximum").asInt(100), 1000);
            return String.valueOf(schema.path("minimum").asInt() + random.nextInt(most));
        }
        // Otherwise a long wait would look like a hang.
        return "Prefer".equals(parameter.path("name").asText())
                ? "wait=1"
                : parameter.path("example").asText("x");
    }

    private byte[] body(Operation operation, String method) {
        JsonNode examples = operation.node().at("/requestBody/content/application~1json/examples");
        if (examples.isMissingNode()) {
            return oneIn(10) ? text(mutated(NODES.objectNode().put("a", 1))) : new byte[0];
        }
        if (method.equals("GET") || oneIn(25)) {
            return new byte[0];
        }
        if (oneIn(60)) {
            return "x".repeat(300 * 1024).getBytes(StandardCharsets.US_ASCII);
        }
        List<JsonNode> values = new ArrayList<>();
        examples.forEach(example -> values.add(example.path("value")));
        JsonNode value = pick(values).deepCopy();
        for (int i = random.nextInt(4); i > 0; i--) {
            value = mutated(value);
        }
        return text(value);
    }

    /** The JSON text, sometimes broken. */
    private byte[] text(JsonNode value) {
        byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
        if (!oneIn(4) || text.length == 0) {
            return text;
        }
        int at = random.nextInt(text.length);
        switch (random.nextInt(4)) {
            case 0 -> text[at] = (byte) random.nextInt(256);
            case 1 -> text = Arrays.copyOf(text, at);
            case 2 -> text = (value + string()).getBytes(StandardCharsets.UTF_8);
            default -> text = ("\uFEFF" + value).getBytes(StandardCharsets.UTF_8);
        }
        return text;
    }

    private JsonNode mutated(JsonNode value) {
        if (value instanceof ObjectNode object && !object.isEmpty() && !oneIn(12)) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            String name = pick(names);
            switch (random.nextInt(5)) {
                case 0 -> object.remove(name);
                case 1 -> object.set(string(), any(0));
                case 2 -> object.set(name, any(0));
                default -> object.set(name, mutated(object.path(name)));
            }
            return object;
        }
        return any(0);
    }

    private JsonNode any(int depth) {
        return switch (random.nextInt(depth > 3 ? 6 : 9)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.numberNode(random.nextInt());
            case 3 -> NODES.numberNode(random.nextDouble() * Double.MAX_VALUE);
            case 4, 5 -> NODES.textNode(string());
            case 6 -> {
                ArrayNode array = NODES.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(any(depth + 1));
                }
                yield array;
            }
            case 7 -> {
                JsonNode nested = NODES.objectNode();
                for (int i = random.nextInt(120); i > 0; i--) {
                    nested = NODES.objectNode().set("a", nested);
                }
                yield nested;
            }
            default -> NODES.objectNode().set(string(), any(depth + 1));
        };
    }

    private String string() {
        if (!oneIn(6)) {
            return pick(STRINGS);
        }
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i >= 0; i--) {
            text.append((char) random.nextInt(oneIn(3) ? 0x10000 : 0x100));
        }
        return text.toString();
    }

    /** Drops characters that Java's client refuses to send. {@link Garbage} covers those. */
    private static void put(HttpRequest.Builder request, String name, String value) {
        StringBuilder sendable = new StringBuilder();
        value.chars().filter(c -> c >= ' ' && c != 127 && c < 256).forEach(c -> sendable.append((char) c));
        request.header(name, sendable.toString());
    }

    private static String encoded(String text) {
        return UriUtils.encode(text.replaceAll("[\uD800-\uDFFF]", "?"), StandardCharsets.UTF_8);
    }

    private boolean oneIn(int n) {
        return random.nextInt(n) == 0;
    }

    private <T> T pick(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
