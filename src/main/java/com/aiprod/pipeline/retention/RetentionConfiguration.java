package com.aiprod.pipeline.retention;

import com.aiprod.pipeline.artifact.ArtifactStore;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The beans of the purge routes. Lazy, because no other process needs the artifacts folder for them. */
@Lazy
@Configuration(proxyBeanMethods = false)
class RetentionConfiguration {

    @Bean
    Retention retention(
            ArtifactStore artifacts,
            @Value("${aiprod.retention.jobs}") Duration jobs,
            @Value("${aiprod.retention.work-files}") Duration workFiles,
            @Value("${aiprod.retention.orphans-interval}") Duration orphansInterval) {
        return new Retention(artifacts, jobs, workFiles, orphansInterval);
    }

    @Bean
    RowRetention rowRetention(
            @Value("${aiprod.retention.letters}") Duration letters,
            @Value("${aiprod.retention.webhook-secrets}") Duration webhookSecrets) {
        return new RowRetention(letters, webhookSecrets);
    }
}
