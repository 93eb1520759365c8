package com.aiprod.pipeline.stage;

import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.Component;
import org.apache.camel.Endpoint;
import org.apache.camel.support.DefaultComponent;
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
        return component("progress", (uri, component, name, parameters) -> {
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
        return component("job", (uri, component, name, parameters) -> new JobEndpoint(uri, component, memory, name));
    }

    private interface Maker {

        Endpoint make(String uri, Component component, String name, Map<String, Object> parameters);
    }

    private static StageComponent component(String scheme, Maker maker) {
        Supplier<Component> made = () -> new DefaultComponent() {
            @Override
            protected Endpoint createEndpoint(String uri, String name, Map<String, Object> parameters) {
                return maker.make(uri, this, name, parameters);
            }
        };
        return new StageComponent(scheme, made);
    }
}
