package com.aiprod.pipeline.worker;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.pipelines.LivePipelines;
import com.aiprod.pipeline.pipelines.OutputCheck;
import com.aiprod.pipeline.stage.WorkerCheck;
import com.aiprod.pipeline.telemetry.JobMetrics;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The beans of a worker process. */
@Configuration(proxyBeanMethods = false)
class WorkerConfiguration {

    /** Named as readiness reports it. */
    @Bean("worker")
    WorkerHealth workerHealth(
            ObjectProvider<WorkerCheck> checks,
            @Value("${aiprod.worker.check-interval}") Duration checkInterval,
            MeterRegistry registry) {
        return new WorkerHealth(checks.orderedStream().toList(), checkInterval, registry);
    }

    @Bean
    @Lazy
    OutputCheck outputCheck(
            ObjectMapper json,
            @Value("${aiprod.artifacts-dir}") String artifacts,
            @Value("${aiprod.routes-dir}") String routes,
            @Value("${aiprod.video.scratch-dir:}") String scratch) {
        return new OutputCheck(
                json,
                Stream.of(artifacts, routes, scratch)
                        .filter(folder -> !folder.isBlank())
                        .map(Path::of)
                        .toList());
    }

    @Bean
    @Lazy
    Slots slots(@Value("${aiprod.worker.concurrency}") int concurrency, MeterRegistry registry) {
        Slots slots =
                new Slots(concurrency > 0 ? concurrency : Runtime.getRuntime().availableProcessors());
        Gauge.builder("aiprod.worker.slots", slots, Slots::offered)
                .description("Pipelines that this worker can run at the same time")
                .register(registry);
        return slots;
    }

    @Bean
    @Lazy
    RunningAttempts attempts(
            ApplicationContext application,
            CamelContext camel,
            LivePipelines pipelines,
            @Value("${aiprod.pipeline.timeout}") Duration timeout,
            Slots slots,
            WorkerHealth health,
            MeterRegistry registry) {
        RunningAttempts attempts = new RunningAttempts(pipelines, timeout, slots);
        Gauge.builder("aiprod.worker.jobs.active", attempts, RunningAttempts::active)
                .description("Attempts in progress on this worker, including those waiting for a retry")
                .register(registry);
        health.manage(new WorkerIntake(application, camel, slots, attempts));
        return attempts;
    }

    @Bean
    @Lazy
    JobVariables jobVariables(CamelContext camel, ObjectMapper json) {
        return new JobVariables(camel, json);
    }

    @Bean
    @Lazy
    AttemptLeases leases(
            RunningAttempts attempts, @Value("${aiprod.worker.lease-sec}") int leaseSec, JobMetrics metrics) {
        return new AttemptLeases(attempts, Duration.ofSeconds(leaseSec), metrics);
    }

    @Bean
    @Lazy
    UnrecordedResults unrecordedResults(RunningAttempts attempts) {
        return new UnrecordedResults(attempts);
    }

    @Bean
    @Lazy
    DeferredAck deferredAck(RunningAttempts attempts) {
        return new DeferredAck(attempts);
    }

    /** Camel looks up the component by this name. */
    @Bean("pipeline-component")
    @Lazy
    PipelineComponent pipelineComponent(
            CamelContext camel,
            LivePipelines pipelines,
            WorkerHealth health,
            OutputCheck outputs,
            ArtifactStore artifacts) {
        return new PipelineComponent(new AttemptRunner(camel, pipelines, health, outputs, artifacts));
    }

    /** Not a candidate for injection as the application's data source; only routes use it, by name. */
    @Bean(defaultCandidate = false, autowireCandidate = false)
    @ConditionalOnExpression("'${aiprod.roles}'.contains('worker')")
    LeasePool leaseDataSource(HikariDataSource dataSource, @Value("${aiprod.worker.lease-sec}") int leaseSec) {
        return LeasePool.beside(dataSource, Duration.ofSeconds(leaseSec));
    }

    @Bean
    @Lazy
    WorkerCapacity workerCapacity(Slots slots, @Qualifier("pubsub") ObjectProvider<HealthIndicator> subscriptions) {
        return new WorkerCapacity(slots, subscriptions, Duration.ofMinutes(1));
    }

    @Bean
    @ConditionalOnExpression("'${aiprod.roles}'.contains('worker')")
    WorkerDrain workerDrain(
            ApplicationContext application,
            ObjectProvider<CamelContext> camel,
            ObjectProvider<Slots> slots,
            ObjectProvider<RunningAttempts> attempts,
            @Value("${aiprod.worker.shutdown-grace}") Duration grace) {
        return new WorkerDrain(application, camel, slots, attempts, grace);
    }
}
