package com.aiprod.pipeline.stage.http;

import com.aiprod.pipeline.stage.StageComponent;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The components {@code http:} and {@code https:} of pipelines. */
@Configuration(proxyBeanMethods = false)
class PipelineHttpConfiguration {

    @Bean
    StageComponent httpComponent(
            @Value("${aiprod.pipeline.http.connect-timeout}") Duration connectTimeout,
            @Value("${aiprod.pipeline.http.response-timeout}") Duration responseTimeout) {
        return new StageComponent("http", () -> new PipelineHttpComponent(connectTimeout, responseTimeout));
    }

    @Bean
    StageComponent httpsComponent(
            @Value("${aiprod.pipeline.http.connect-timeout}") Duration connectTimeout,
            @Value("${aiprod.pipeline.http.response-timeout}") Duration responseTimeout) {
        return new StageComponent("https", () -> new PipelineHttpComponent(connectTimeout, responseTimeout));
    }
}
