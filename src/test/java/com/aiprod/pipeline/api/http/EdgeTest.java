package com.aiprod.pipeline.api.http;

import com.aiprod.pipeline.embedded.DevelopmentTokens;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.ContextConfiguration;

/** Tests what is in front of the routes, over real HTTP with real tokens. All of these tests share one server. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        classes = Edge.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "camel.main.routes-include-pattern=false",
            "management.endpoint.health.validate-group-membership=false",
            "camel.component.platform-http.header-filter-strategy=#responseHeaders",
            "server.max-http-request-header-size=16KB",
            "aiprod.artifacts-dir=" + Edge.ARTIFACTS,
            "aiprod.watch.heartbeat=100ms",
            "aiprod.watch.max-open=6",
            "aiprod.watch.max-open-per-user=4"
        })
@ContextConfiguration(initializers = DevelopmentTokens.class)
public @interface EdgeTest {}
