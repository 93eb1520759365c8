package com.aiprod.pipeline.api.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.forwardedUrl;

import com.aiprod.pipeline.api.http.EdgeTest;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;

/** The files of the console, which need no token. */
@EdgeTest
class ConsoleFilesTest {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Path FILES = Path.of("src/main/resources/console");

    @LocalServerPort
    private int port;

    @ParameterizedTest
    @CsvSource({
        "/console/,                           text/html",
        "/console/jobs,                       text/html",
        "/console/jobs/01a20f67-2e20,         text/html",
        "/console/signed-in?code=1&state=2,   text/html",
        "/console/app.js,                     text/javascript",
        "/console/pages/jobs.js,              text/javascript",
        "/console/console.css,                text/css",
        "/console/icon.svg,                   image/svg+xml",
        "/console/lib/lit-html/lit-html.js,   text/javascript",
        "/console/lib/lit-html/directives/repeat.js, text/javascript",
        "/console/lib/uplot/uPlot.esm.js,     text/javascript",
        "/console/lib/uplot/uPlot.min.css,    text/css",
    })
    void servesTheFilesUnderAStrictPolicy(String path, String type) throws Exception {
        HttpResponse<String> answer = fetch(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type"))
                .hasValueSatisfying(given -> assertThat(given).startsWith(type));
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'self'", "frame-ancestors 'none'")
                .endsWith("connect-src 'self' " + DevelopmentTokens.issuer())
                .doesNotContain("unsafe", "*");
        assertThat(answer.headers().firstValue("Cache-Control")).hasValue("no-cache");

        String tag = answer.headers().firstValue("ETag").orElseThrow();
        assertThat(fetch(path, "If-None-Match", tag).statusCode()).isEqualTo(304);
    }

    @Test
    void leadsFromTheRootToTheConsole() throws Exception {
        for (String path : new String[] {"/", "/console"}) {
            HttpResponse<String> answer = fetch(path);
            assertThat(answer.statusCode()).isEqualTo(302);
            assertThat(answer.headers().firstValue("Location").orElseThrow()).endsWith("/console/");
        }
    }

    @Test
    void saysHowToSignInAndNothingMore() throws Exception {
        JsonNode config =
                new ObjectMapper().readTree(fetch("/console/config.json").body());
        assertThat(config.properties())
                .extracting(property ->
                        property.getKey() + "=" + property.getValue().asText())
                .containsExactly(
                        "issuer=" + DevelopmentTokens.issuer(),
                        "client_id=aiprod-console",
                        "scopes=openid profile email",
                        "token=access_token");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/console/nothing.js",
                "/console/application.yaml",
                "/console/..%2fapplication.yaml",
                "/console/lib/lit-html/../../application.yaml"
            })
    void servesNoOtherFile(String path) throws Exception {
        assertThat(fetch(path).statusCode()).isIn(400, 401, 404);
    }

    @Test
    void saysWhatToSetIfThereIsNoConsole() {
        new WebApplicationContextRunner()
                .withConfiguration(
                        AutoConfigurations.of(WebMvcAutoConfiguration.class, DispatcherServletAutoConfiguration.class))
                .withUserConfiguration(ConsoleConfiguration.class, ConsoleSignIn.class)
                .run(context -> {
                    MockMvc http = MockMvcBuilders.webAppContextSetup(context).build();
                    http.perform(get("/console/")).andExpect(forwardedUrl("/console/off.html"));
                    http.perform(get("/console/jobs"))
                            .andExpect(content().string(Matchers.containsString("AIPROD_CONSOLE_CLIENT_ID")));
                    assertThat(context).doesNotHaveBean(ConsoleSignIn.class);
                });
    }

    @Test
    void existsOnlyInProcessesWithTheApi() {
        new WebApplicationContextRunner()
                .withPropertyValues("aiprod.roles=worker,recorder", "aiprod.console.client-id=x")
                .withUserConfiguration(ConsoleConfiguration.class, ConsoleSignIn.class)
                .run(context -> assertThat(context)
                        .doesNotHaveBean(ConsoleConfiguration.class)
                        .doesNotHaveBean(ConsoleSignIn.class));
    }

    /** What a user sends is never HTML, and a page needs no exception from the policy. */
    @Test
    void usesNothingThatMakesHtmlOfText() throws IOException {
        try (Stream<Path> files = Files.walk(FILES)) {
            files.filter(Files::isRegularFile)
                    .forEach(
                            file -> assertThat(text(file))
                                    .as(file.toString())
                                    .doesNotContainPattern(
                                            "unsafeHTML|unsafeSVG|innerHTML|outerHTML|insertAdjacentHTML|document\\.write"
                                                    + "|\\beval\\(|new Function|<style|\\sstyle=|\\son[a-z]+=\"|https?://(?!www\\.w3\\.org|example\\.com|THIS-HOST)"));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpResponse<String> fetch(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path));
        return CLIENT.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }
}
