package com.aiprod.pipeline.video;

import com.aiprod.pipeline.stage.WorkerCheck;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The checks that a worker runs before it accepts jobs of the built-in pipeline. */
@Configuration(proxyBeanMethods = false)
class VideoConfiguration {

    /** Other pipelines may not need FFmpeg; in one that calls the video stages, its faults show in jobs. */
    @Bean
    @ConditionalOnExpression("'${aiprod.pipeline.route}' == '' or '${aiprod.pipeline.route}' == 'video'")
    WorkerCheck videoToolsCheck(VideoTools tools) {
        return tools::check;
    }
}
