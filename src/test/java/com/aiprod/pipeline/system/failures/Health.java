package com.aiprod.pipeline.system.failures;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.awaitility.Awaitility;

/** What an application reports of itself on its management port. */
record Health(int managementPort) {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** @param group {@code liveness} or {@code readiness} */
    HttpResponse<String> of(String group) throws Exception {
        URI uri = URI.create("http://localhost:" + managementPort + "/actuator/health/" + group);
        return CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
    }

    /** @param status {@code UP} or {@code DOWN} */
    void awaitReadiness(String status) {
        Awaitility.await(status)
                .atMost(Duration.ofSeconds(30))
                .until(() -> of("readiness"), health -> health.body().contains("{\"status\":\"" + status + "\""));
    }
}
