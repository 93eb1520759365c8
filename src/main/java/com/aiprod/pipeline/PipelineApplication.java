package com.aiprod.pipeline;

import com.aiprod.pipeline.pipelines.command.Commands;
import com.aiprod.pipeline.startup.SchemaMigration;
import java.util.Locale;
import java.util.TimeZone;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * The entry point of the service, and of its commands. {@code AIPROD_ROLES} decides which parts of the service run; with
 * the name of a command as the first argument, only that runs.
 */
@SpringBootApplication
public class PipelineApplication {

    public static void main(String[] args) {
        fixTimeZoneAndLocale();
        if (Commands.isRequested(args)) {
            System.exit(Commands.run(args));
        } else if (SchemaMigration.isRequested(args)) {
            SchemaMigration.run(args);
        } else {
            SpringApplication.run(PipelineApplication.class, args);
        }
    }

    /**
     * The log and every database session use UTC. PostgreSQL receives the zone with each connection and may not know
     * one such as {@code JST}. The root locale keeps its digits and letter cases out of the output.
     */
    private static void fixTimeZoneAndLocale() {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        Locale.setDefault(Locale.ROOT);
    }
}
