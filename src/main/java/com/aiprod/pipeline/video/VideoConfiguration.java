package com.aiprod.pipeline.video;

import com.aiprod.pipeline.stage.WorkerCheck;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What a worker checks before it takes jobs of the built-in pipeline. */
@Configuration(proxyBeanMethods = false)
class VideoConfiguration {

    /** Other pipelines may not need FFmpeg; one that calls the video's stages meets its faults in its jobs. */
    @Bean
    @ConditionalOnExpression("'${aiprod.pipeline.route}' == 'video'")
    WorkerCheck videoToolsCheck(VideoTools tools) {
        return tools::check;
    }
}
