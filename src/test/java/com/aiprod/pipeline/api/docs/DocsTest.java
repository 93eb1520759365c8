package com.aiprod.pipeline.api.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.api.http.EdgeTest;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;

/** The public OpenAPI document and its pages. */
@EdgeTest
class DocsTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    @LocalServerPort
    private int port;

    @Test
    void servesTheDocument() throws Exception {
        HttpResponse<String> answer = get("/openapi.json");
        OpenApi.check(answer);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(new ObjectMapper().readTree(answer.body())).isEqualTo(OpenApi.document());
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("max-age=300, public");

        String tag = answer.headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> unchanged = get("/openapi.json", "If-None-Match", tag);
        OpenApi.check(unchanged);
        assertThat(unchanged.statusCode()).isEqualTo(304);
        HttpResponse<String> refused = get("/openapi.json", "Accept", "image/png");
        OpenApi.check(refused);
        assertThat(refused.statusCode()).isEqualTo(406);
    }

    @ParameterizedTest
    @CsvSource({
        "/docs,                          text/html",
        "/docs/swagger-initializer.js,   text/javascript",
        "/docs/swagger-ui-bundle.js,     text/javascript",
        "/docs/swagger-ui.css,           text/css",
        "/docs/index.css,                text/css",
        "/docs/favicon-32x32.png,        image/png",
    })
    void servesThePages(String path, String type) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(given -> assertThat(given).startsWith(type));
        assertThat(answer.headers().firstValue("Content-Security-Policy"))
                .get()
                .asString()
                .contains("default-src 'self'", "frame-ancestors 'none'", "object-src 'none'")
                .doesNotContain("unsafe");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
    }

    @Test
    void loadsNothingFromOtherSites() throws Exception {
        String page = get("/docs").body();
        assertThat(Pattern.compile("(?:src|href)=\"([^\"]+)\"")
                        .matcher(page)
                        .results()
                        .map(MatchResult::group))
                .hasSize(5)
                .allMatch(link -> link.matches("(src|href)=\"/docs/.*"));
        // A policy without 'unsafe-inline' runs no inline script.
        assertThat(page).doesNotContainPattern("<script>|<style>| on[a-z]+=| style=");
        assertThat(get("/docs/swagger-initializer.js").body())
                .contains("/openapi.json")
                .doesNotContain("http");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/docs/nothing", "/docs/application.yaml", "/docs/..%2fapplication.yaml"})
    void servesNoOtherFile(String path) throws Exception {
        assertThat(get(path).statusCode()).isIn(400, 404);
    }

    @Test
    void rejectsOtherOrigins() throws Exception {
        assertThat(get("/openapi.json", "Origin", "https://evil.example.com")
                        .headers()
                        .map())
                .doesNotContainKey("access-control-allow-origin");
        HttpRequest preflight = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/pipeline/me"))
                .method("OPTIONS", BodyPublishers.noBody())
                .header("Origin", "https://evil.example.com")
                .header("Access-Control-Request-Method", "GET")
                .build();
        HttpResponse<String> refused = CLIENT.send(preflight, BodyHandlers.ofString());
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(refused.headers().map()).doesNotContainKey("access-control-allow-origin");
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        return CLIENT.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }
}
