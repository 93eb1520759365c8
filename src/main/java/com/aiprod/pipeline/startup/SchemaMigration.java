package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.sql.DatabaseConfiguration;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.flyway.FlywayAutoConfiguration;
import org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.core.env.StandardEnvironment;

/** A process that brings the database's schema up to date and ends: {@code AIPROD_ROLES=migrate}. */
@ImportAutoConfiguration({DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class})
@Import({RequiredSettings.class, DatabaseConfiguration.class, SchemaConfiguration.class})
public final class SchemaMigration {

    static final String ROLE = "migrate";

    /**
     * Whether the process is to do this and nothing else.
     *
     * @param args its command line
     */
    public static boolean isAskedFor(String... args) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(args));
        return environment.getProperty("aiprod.roles", "").strip().equals(ROLE);
    }

    /**
     * Migrates and returns; what stands in the way is logged and thrown.
     *
     * @param args its command line
     */
    public static void run(String... args) {
        SpringApplication application = new SpringApplication(SchemaMigration.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.run(args).close();
    }
}
