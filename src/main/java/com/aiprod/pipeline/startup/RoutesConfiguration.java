package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.pipelines.InnerRoutes;
import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.check.FolderCheck;
import java.nio.file.Path;
import java.util.List;
import org.apache.camel.CamelContext;
import org.apache.camel.model.ModelLifecycleStrategy;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Prepares Camel for the route files. */
@Configuration(proxyBeanMethods = false)
class RoutesConfiguration {

    /** A bean, because Camel looks it up before it loads the route files. */
    @Bean
    ModelLifecycleStrategy innerRoutes() {
        return new InnerRoutes();
    }

    /** @param sources the source folder of the built-in files; set in development only */
    @Bean
    @ConditionalOnExpression("!'${aiprod.pipeline.sources:}'.isBlank()")
    CamelContextConfiguration flowReload(
            @Value("${aiprod.pipeline.sources:}") String sources,
            @Value("${aiprod.routes-dir}") String folder,
            @Value("${aiprod.roles}") List<String> roles,
            PipelineContexts contexts,
            Environment environment) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext camel) {}

            @Override
            public void afterApplicationStart(CamelContext camel) {
                DevelopedFlow flow = new DevelopedFlow(
                        Path.of(sources),
                        folder.isBlank() ? null : Path.of(folder),
                        path -> RouteFiles.isLoaded(path, roles),
                        new FolderCheck(contexts, environment));
                try {
                    camel.addService(new FlowReload(flow, flow.loaded()));
                } catch (Exception e) {
                    throw new IllegalStateException("Cannot watch the files of the flow", e);
                }
            }
        };
    }
}
