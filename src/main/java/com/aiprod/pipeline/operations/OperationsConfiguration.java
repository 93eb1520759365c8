package com.aiprod.pipeline.operations;

import com.aiprod.pipeline.pipeline.ArtifactStore;
import com.aiprod.pipeline.pipeline.VideoTools;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.otel.bridge.Slf4JEventListener;
import io.micrometer.tracing.propagation.Propagator;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.component.jdbc.JdbcComponent;
import org.apache.camel.component.jdbc.JdbcPrepareStatementStrategy;
import org.apache.camel.spi.LogListener;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;

/** The beans that routes run by, whatever they carry. */
@Configuration(proxyBeanMethods = false)
class OperationsConfiguration {

    @Bean
    JdbcPrepareStatementStrategy variableParameters() {
        return new VariableParameters(false);
    }

    /** As {@code variableParameters}, for a query that PostgreSQL plans once, where it keeps what is prepared. */
    @Bean
    JdbcPrepareStatementStrategy preparedParameters(DatabaseSettings database) {
        return new VariableParameters(database.keepsSessions());
    }

    /** Found by its name, as Camel finds components. */
    @Bean("jdbc-component")
    JdbcComponent jdbcComponent() {
        JdbcComponent jdbc = new JdbcComponent();
        jdbc.setConnectionStrategy(new ParameterCounts());
        return jdbc;
    }

    /** By the name of the one that it takes the place of. */
    @Bean
    HealthIndicator dbHealthIndicator(DataSource dataSource) {
        return new DatabaseHealth(dataSource);
    }

    @Bean
    RepeatedFailures repeatedFailures() {
        return new RepeatedFailures(Clock.systemUTC());
    }

    @Bean
    RetryLog retryLog(JobMetrics metrics) {
        return new RetryLog(metrics);
    }

    @Bean
    JobMetrics jobMetrics(MeterRegistry registry) {
        return new JobMetrics(registry);
    }

    @Bean
    RoutePolicyFactory stageTimer(JobMetrics metrics, @Value("${aiprod.pipeline.route}") String pipelineRoute) {
        return new StageTimer(metrics, pipelineRoute);
    }

    @Bean
    RoutePolicyFactory jobTrace(ObjectProvider<Propagator> propagators) {
        return new JobTrace(propagators);
    }

    /** Under the names that the other fields of a line have. */
    @Bean
    Slf4JEventListener logOfTraces() {
        return new Slf4JEventListener("trace_id", "span_id");
    }

    @Bean
    LogListener logFields() {
        return new LogFields();
    }

    @Bean
    CamelContextConfiguration roles(
            @Value("${aiprod.roles}") Set<String> roles, @Value("${aiprod.pipeline.route}") String pipelineRoute) {
        return new CamelContextConfiguration() {
            @Override
            public void beforeApplicationStart(CamelContext camel) {
                camel.getPropertiesComponent().addPropertiesFunction(new RoleFunction(roles));
                if (roles.contains("worker")) {
                    camel.addLifecycleStrategy(new PipelineRouteCheck(pipelineRoute));
                }
            }

            @Override
            public void afterApplicationStart(CamelContext camel) {
                // Everything is said before the routes are loaded.
            }
        };
    }

    /** Named as readiness shows it. */
    @Bean("worker")
    WorkerFitness workerFitness(
            ObjectProvider<WorkerCheck> checks,
            @Value("${aiprod.worker.check-interval}") Duration checkInterval,
            MeterRegistry registry) {
        return new WorkerFitness(checks.orderedStream().toList(), checkInterval, registry);
    }

    /** Other pipelines may need no FFmpeg; one that calls the video's stages meets its faults in its jobs. */
    @Bean
    @ConditionalOnExpression("'${aiprod.pipeline.route}' == 'video'")
    WorkerCheck videoToolsCheck(VideoTools tools) {
        return tools::check;
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
    RunningJobs runningJobs(
            ApplicationContext application,
            CamelContext camel,
            @Value("${aiprod.pipeline.route}") String pipelineRoute,
            @Value("${aiprod.pipeline.timeout}") Duration timeout,
            @Value("${aiprod.worker.lease-sec}") int leaseSec,
            @Value("${aiprod.worker.concurrency}") int concurrency,
            WorkerFitness fitness,
            OutputCheck outputs,
            JobMetrics metrics) {
        Slots slots =
                new Slots(concurrency > 0 ? concurrency : Runtime.getRuntime().availableProcessors());
        RunningJobs jobs = new RunningJobs(
                camel, pipelineRoute, timeout, Duration.ofSeconds(leaseSec), slots, fitness, outputs, metrics);
        metrics.watch(jobs);
        fitness.lookAfter(new WorkerDoor(application, camel, slots, jobs));
        return jobs;
    }

    /** Not a candidate where the application's data source is meant: routes alone ask for it, by its name. */
    @Bean(defaultCandidate = false, autowireCandidate = false)
    @ConditionalOnExpression("'${aiprod.roles}'.contains('worker')")
    LeasePool leaseDataSource(HikariDataSource dataSource, @Value("${aiprod.worker.lease-sec}") int leaseSec) {
        return LeasePool.beside(dataSource, Duration.ofSeconds(leaseSec));
    }

    @Bean
    @Lazy
    Vacancies vacancies(RunningJobs jobs, @Qualifier("pubsub") ObjectProvider<HealthIndicator> subscriptions) {
        return new Vacancies(jobs, subscriptions);
    }

    @Bean
    @ConditionalOnExpression("'${aiprod.roles}'.contains('worker')")
    WorkerDrain workerDrain(
            ApplicationContext application,
            ObjectProvider<CamelContext> camel,
            ObjectProvider<RunningJobs> runningJobs,
            @Value("${aiprod.worker.shutdown-grace}") Duration grace) {
        return new WorkerDrain(application, camel, runningJobs, grace);
    }

    @Bean
    @Lazy
    Retention retention(
            ArtifactStore artifacts,
            @Value("${aiprod.retention.jobs}") Duration jobs,
            @Value("${aiprod.retention.work-files}") Duration workFiles,
            @Value("${aiprod.retention.orphans-interval}") Duration orphansInterval) {
        return new Retention(artifacts, jobs, workFiles, orphansInterval);
    }

    @Bean
    @Lazy
    Leftovers leftovers(
            @Value("${aiprod.retention.letters}") Duration letters,
            @Value("${aiprod.retention.webhook-secrets}") Duration webhookSecrets) {
        return new Leftovers(letters, webhookSecrets);
    }

    /** Made where measure-backlog runs, so that no other process shows figures that nobody measures. */
    @Bean
    @Lazy
    BacklogGauges backlogGauges(MeterRegistry registry, ObjectMapper json) {
        return new BacklogGauges(registry, json);
    }
}
