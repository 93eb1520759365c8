package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.PipelineFolder;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/** Lets the check guard the files that a worker publishes. */
@Configuration(proxyBeanMethods = false)
class CheckConfiguration {

    /** @param sources a folder with the built-in pipelines, in place of those in the jar; blank except in development */
    @Bean
    @Lazy
    PipelineFolder pipelineFolder(
            PipelineContexts contexts,
            Environment environment,
            ObjectMapper json,
            @Value("${aiprod.routes-dir}") String folder,
            @Value("${aiprod.pipeline.sources:}") String sources) {
        List<Path> folders = Stream.of(sources, folder)
                .filter(path -> !path.isBlank())
                .map(Path::of)
                .toList();
        return new PipelineFolder(
                folders,
                sources.isBlank(),
                new PipelineCheck(contexts, environment)::checkAmong,
                RoutesFolder::strayPipelineFiles,
                environment,
                json);
    }
}
