package com.aiprod.pipeline.operations;

import com.aiprod.pipeline.pipeline.ArtifactStore;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.tracing.otel.bridge.Slf4JEventListener;
import io.micrometer.tracing.propagation.Propagator;
import java.time.Duration;
import java.util.Set;
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
import org.springframework.boot.autoconfigure.flyway.FlywayMigrationStrategy;
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

    /** As {@code variableParameters}, for a query that PostgreSQL plans once. */
    @Bean
    JdbcPrepareStatementStrategy preparedParameters() {
        return new VariableParameters(true);
    }

    /** Found by its name, as Camel finds components. */
    @Bean("jdbc-component")
    JdbcComponent jdbcComponent() {
        JdbcComponent jdbc = new JdbcComponent();
        jdbc.setConnectionStrategy(new ParameterCounts());
        return jdbc;
    }

    @Bean
    FlywayMigrationStrategy schema(@Value("${aiprod.schema}") SchemaMode mode) {
        return mode;
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

    @Bean
    @Lazy
    RunningJobs runningJobs(
            CamelContext camel,
            @Value("${aiprod.pipeline.route}") String pipelineRoute,
            @Value("${aiprod.pipeline.timeout}") Duration timeout,
            @Value("${aiprod.worker.lease-sec}") int leaseSec,
            @Value("${aiprod.worker.concurrency}") int concurrency,
            JobMetrics metrics) {
        RunningJobs jobs =
                new RunningJobs(camel, pipelineRoute, timeout, Duration.ofSeconds(leaseSec), concurrency, metrics);
        metrics.watch(jobs);
        return jobs;
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
            @Value("${aiprod.retention.work-files}") Duration workFiles) {
        return new Retention(artifacts, jobs, workFiles);
    }

    /** Made where measure-backlog runs, so that no other process shows figures that nobody measures. */
    @Bean
    @Lazy
    BacklogGauges backlogGauges(MeterRegistry registry, ObjectMapper json) {
        return new BacklogGauges(registry, json);
    }
}
