package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.StartRefusedException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** What happens to the database schema at startup: {@code aiprod.schema}. */
enum SchemaMode {

    /** Migrates the schema to the version that this build needs. */
    MIGRATE {
        @Override
        void apply(Flyway flyway) {
            new SchemaUpdate(flyway).run();
        }
    },

    /**
     * Leaves the schema unchanged, and refuses the start if it is older than this build needs. A newer schema is
     * accepted: during a rollout, pods of the old version may start too, so a migration must support both versions.
     */
    CHECK {
        @Override
        void apply(Flyway flyway) {
            MigrationInfoService info = flyway.info();
            MigrationInfo[] pending = info.pending();
            if (pending.length > 0) {
                MigrationInfo current = info.current();
                throw new StartRefusedException(
                        "The database schema is at version %s, but this build needs version %s."
                                .formatted(
                                        current == null ? "none" : current.getVersion(),
                                        pending[pending.length - 1].getVersion()),
                        HOW_TO_MIGRATE);
            }
            try {
                flyway.validate();
            } catch (FlywayValidateException e) {
                throw new StartRefusedException(
                        "The migrations applied to the database schema do not match this build: " + e.getMessage(),
                        HOW_TO_MIGRATE);
            }
        }
    };

    private static final String HOW_TO_MIGRATE =
            "Run this build once with AIPROD_ROLES=migrate, or set AIPROD_SCHEMA=migrate to let each process migrate.";

    abstract void apply(Flyway flyway);
}
