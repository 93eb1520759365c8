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

/** Runs a process with {@code AIPROD_ROLES=migrate}: it migrates the database schema and ends. */
@ImportAutoConfiguration({DataSourceAutoConfiguration.class, FlywayAutoConfiguration.class})
@Import({RequiredSettings.class, DatabaseConfiguration.class, SchemaConfiguration.class})
public final class SchemaMigration {

    static final String ROLE = "migrate";

    /**
     * Whether the process only migrates.
     *
     * @param args the command line
     */
    public static boolean isRequested(String... args) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(args));
        return environment.getProperty("aiprod.roles", "").strip().equals(ROLE);
    }

    /**
     * Migrates and returns; logs and throws a failure.
     *
     * @param args the command line
     */
    public static void run(String... args) {
        SpringApplication application = new SpringApplication(SchemaMigration.class);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.run(args).close();
    }
}
