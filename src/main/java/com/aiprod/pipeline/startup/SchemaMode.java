package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.StartRefusedException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.exception.FlywayValidateException;

/** What becomes of the database's schema at the start: {@code aiprod.schema}. */
public enum SchemaMode {

    /** It is brought up to what this build needs. */
    MIGRATE {
        @Override
        void apply(Flyway flyway) {
            new SchemaUpdate(flyway).run();
        }
    },

    /**
     * It is left as it is, and the start is refused where it is older than what this build needs. A newer one is taken:
     * while a new version rolls out, pods of the old one may start as well, so a migration must leave room for both.
     */
    CHECK {
        @Override
        void apply(Flyway flyway) {
            MigrationInfoService info = flyway.info();
            MigrationInfo[] pending = info.pending();
            if (pending.length > 0) {
                MigrationInfo current = info.current();
                throw new StartRefusedException(
                        "The database's schema is at version %s, and this build needs version %s."
                                .formatted(
                                        current == null ? "none" : current.getVersion(),
                                        pending[pending.length - 1].getVersion()),
                        MIGRATE_IT);
            }
            try {
                flyway.validate();
            } catch (FlywayValidateException e) {
                throw new StartRefusedException(
                        "The database's schema was made by other migrations than this build's: " + e.getMessage(),
                        MIGRATE_IT);
            }
        }
    };

    private static final String MIGRATE_IT =
            "Run this build once with AIPROD_ROLES=migrate, or let each process migrate: AIPROD_SCHEMA=migrate.";

    abstract void apply(Flyway flyway);
}
