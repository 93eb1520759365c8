package com.aiprod.pipeline.routes;

import com.aiprod.pipeline.PipelineApplication;
import com.aiprod.pipeline.embedded.DevelopmentTokens;
import com.aiprod.pipeline.embedded.EmbeddedServices;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ContextConfiguration;

/** Tests the routes in the running application, on embedded services. All of these tests share one application. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        classes = PipelineApplication.class,
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "management.server.port=0",
            "aiprod.routes-dir=src/test/resources/routes-under-test",
            "aiprod.pipeline.route=acted",
            "aiprod.pipeline.timeout=12s",
            "aiprod.worker.concurrency=8",
            "aiprod.worker.renew-interval=100",
            "aiprod.dispatcher.lease-sec=2",
            "aiprod.rescue.interval=200",
            "spring.task.execution.pool.core-size=4"
        })
@ContextConfiguration(initializers = {EmbeddedServices.class, DevelopmentTokens.class})
@Import({Actor.class, Gates.class})
@interface RouteTest {}
