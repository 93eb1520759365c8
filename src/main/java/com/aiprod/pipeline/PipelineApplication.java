package com.aiprod.pipeline;

import com.aiprod.pipeline.startup.SchemaMigration;
import java.util.Locale;
import java.util.TimeZone;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** The service's entry point; which parts of it run is decided by {@code AIPROD_ROLES}. */
@SpringBootApplication
public class PipelineApplication {

    public static void main(String[] args) {
        ignoreTheMachinesHabits();
        if (SchemaMigration.isAskedFor(args)) {
            SchemaMigration.run(args);
        } else {
            SpringApplication.run(PipelineApplication.class, args);
        }
    }

    /**
     * All times are told in UTC, in the log too; and PostgreSQL, which each connection tells the zone, need not know one
     * such as {@code JST}. Nothing is written in the digits or letter cases of the locale.
     */
    private static void ignoreTheMachinesHabits() {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
        Locale.setDefault(Locale.ROOT);
    }
}
