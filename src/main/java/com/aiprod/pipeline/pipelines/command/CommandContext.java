package com.aiprod.pipeline.pipelines.command;

import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.trial.TrialReports;
import com.aiprod.pipeline.stage.JobMemory;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.jackson.JacksonAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ComponentScan;

/**
 * What commands need of the application: the beans that pipelines can call, and the settings. Without the web server, the
 * database, Pub/Sub, and the routes of the flow.
 */
@ImportAutoConfiguration({ConfigurationPropertiesAutoConfiguration.class, JacksonAutoConfiguration.class})
@ComponentScan({"com.aiprod.pipeline.stage", "com.aiprod.pipeline.artifact", "com.aiprod.pipeline.video"})
public final class CommandContext {

    @Bean
    TrialReports progress() {
        return new TrialReports();
    }

    /** Keeps nothing: a job that a command runs has what it remembers in its exchange variable alone. */
    @Bean
    JobMemory jobMemory() {
        return (jobId, attempt, name, value) -> {};
    }

    /** @param settings take precedence over the environment, as {@code name=value} */
    public static ConfigurableApplicationContext start(String... settings) {
        SpringApplication application = new SpringApplication(CommandContext.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setRegisterShutdownHook(false);
        application.setLogStartupInfo(false);
        List<String> arguments = new ArrayList<>(List.of(
                // A command reads the folder itself.
                "--aiprod.routes-dir=", "--spring.main.lazy-initialization=true"));
        for (String setting : settings) {
            arguments.add("--" + setting);
        }
        return application.run(arguments.toArray(String[]::new));
    }

    /** The contexts of pipelines in which commands check and run them. */
    public static PipelineContexts contexts(ConfigurableApplicationContext application) {
        return new PipelineContexts(application, application.getBean(ObjectMapper.class));
    }
}
