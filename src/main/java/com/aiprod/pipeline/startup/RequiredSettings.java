package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.sql.DatabaseSettings.Pooler;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.Ordered;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * Refuses a start with missing or invalid settings, and lists all of them at once. Runs before any bean is created, so
 * nothing connects with an incomplete configuration. The roles of the process decide which settings are required.
 */
@Component
class RequiredSettings implements BeanFactoryPostProcessor, EnvironmentAware, PriorityOrdered {

    private static final Set<String> ROLES = Set.of("api", "dispatcher", "worker", "recorder");
    private static final String JWT = "spring.security.oauth2.resourceserver.jwt.";

    private Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
        List<String> faults = faults();
        if (!faults.isEmpty()) {
            throw new InvalidSettingsException(faults);
        }
    }

    private List<String> faults() {
        List<String> faults = new ArrayList<>();
        List<String> roles = list("aiprod.roles");
        if (roles.isEmpty()) {
            roles = List.copyOf(ROLES);
        }
        if (roles.contains(SchemaMigration.ROLE) && roles.size() > 1) {
            faults.add("AIPROD_ROLES combines 'migrate' with other roles: a process that migrates has no other role");
        }
        roles.stream()
                .filter(role -> !ROLES.contains(role) && !role.equals(SchemaMigration.ROLE))
                .forEach(role -> faults.add("AIPROD_ROLES contains the unknown role '" + role
                        + "': use api, dispatcher, worker, and recorder in any combination, or migrate alone"));

        String schema = environment.getProperty("aiprod.schema", "migrate");
        if (Stream.of(SchemaMode.values()).noneMatch(mode -> mode.name().equalsIgnoreCase(schema))) {
            faults.add("AIPROD_SCHEMA is '" + schema + "': use migrate or check");
        }
        if (isBlank("spring.datasource.url")) {
            faults.add("SPRING_DATASOURCE_URL is not set: set the PostgreSQL URL, jdbc:postgresql://host:port/name");
        }
        if (Pooler.TRANSACTION.name().equalsIgnoreCase(environment.getProperty("aiprod.database.pooler"))
                && (roles.contains(SchemaMigration.ROLE) || schema.equalsIgnoreCase(SchemaMode.MIGRATE.name()))
                && isBlank("spring.flyway.url")) {
            faults.add("SPRING_FLYWAY_URL is not set: migrations need a session of their own, so with a transaction"
                    + " pooler, set a URL that bypasses it, or set AIPROD_SCHEMA=check");
        }
        if (roles.contains("api")) {
            if (Stream.of("issuer-uri", "jwk-set-uri", "public-key-location").allMatch(name -> isBlank(JWT + name))) {
                faults.add("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI, _JWK_SET_URI or _PUBLIC_KEY_LOCATION"
                        + " is not set: set the issuer of access tokens or its keys");
            }
            if (list(JWT + "audiences").isEmpty()) {
                faults.add("SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES is not set:"
                        + " set the audiences that access tokens must contain");
            }
            faults.addAll(consoleFaults());
        }
        if (Stream.of("dispatcher", "worker", "recorder").anyMatch(roles::contains)
                && isBlank("google.cloud.project")) {
            faults.add("GOOGLE_CLOUD_PROJECT is not set: set the project of the Pub/Sub topics and subscriptions");
        }
        if (Stream.of("api", "worker").anyMatch(roles::contains)) {
            if (isBlank("aiprod.artifacts-dir")) {
                faults.add("AIPROD_ARTIFACTS_DIR is not set: set the folder that stores the videos");
            } else {
                FolderSetting.fault("AIPROD_ARTIFACTS_DIR", environment.getProperty("aiprod.artifacts-dir"))
                        .ifPresent(faults::add);
            }
        }
        faults.addAll(DurationSettings.faults(environment));
        return faults;
    }

    private List<String> consoleFaults() {
        if (isBlank("aiprod.console.client-id")) {
            return List.of();
        }
        List<String> faults = new ArrayList<>();
        if (!environment
                .getProperty("aiprod.console.issuer", "")
                .matches("https?://[A-Za-z0-9.:\\[\\]-]+(/[^?#\\s]*)?")) {
            faults.add(
                    "AIPROD_CONSOLE_ISSUER, or SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUER_URI, is not the URL of"
                            + " an issuer: set where users of the console sign in, or unset AIPROD_CONSOLE_CLIENT_ID");
        }
        String token = environment.getProperty("aiprod.console.token", "access_token");
        if (!Set.of("access_token", "id_token").contains(token)) {
            faults.add("AIPROD_CONSOLE_TOKEN is '" + token + "': use access_token or id_token");
        }
        return faults;
    }

    private boolean isBlank(String property) {
        String value = environment.getProperty(property);
        return value == null || value.isBlank();
    }

    private List<String> list(String property) {
        return Binder.get(environment).bind(property, Bindable.listOf(String.class)).orElse(List.of()).stream()
                .map(String::strip)
                .filter(value -> !value.isEmpty())
                .toList();
    }
}
