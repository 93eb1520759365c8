package com.aiprod.pipeline.stage;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The components {@code progress:} and {@code job:} of pipelines. */
@Configuration(proxyBeanMethods = false)
class StageConfiguration {

    @Bean
    StageComponent progressComponent(ObjectProvider<Progress> receivers) {
        Progress progress =
                (jobId, attempt, stage, percent) -> receivers.getObject().report(jobId, attempt, stage, percent);
        return StageComponent.of("progress", (uri, component, name, parameters) -> {
            ProgressEndpoint endpoint = new ProgressEndpoint(uri, component, progress, name);
            Object percent = parameters.remove("percent");
            if (percent != null) {
                endpoint.setPercent(percent.toString());
            }
            return endpoint;
        });
    }

    @Bean
    StageComponent jobComponent(ObjectProvider<JobMemory> memories) {
        JobMemory memory = (jobId, attempt, name, value) -> memories.getObject().store(jobId, attempt, name, value);
        return StageComponent.of(
                "job", (uri, component, name, parameters) -> new JobEndpoint(uri, component, memory, name));
    }
}
