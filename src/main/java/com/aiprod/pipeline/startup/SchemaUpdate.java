package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.StartRefusedException;
import com.aiprod.pipeline.sql.SqlState;
import java.time.Duration;
import java.time.Instant;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Migrates a schema that is in use. A migration that waits for a table lock blocks every statement queued behind it, so
 * it gives up soon, rolls back, and retries.
 */
final class SchemaUpdate {

    private static final Logger LOG = LoggerFactory.getLogger(SchemaUpdate.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Flyway flyway;
    private final Duration patience;

    SchemaUpdate(Flyway flyway) {
        this(flyway, PATIENCE);
    }

    /** @param patience how long to retry while others lock a table */
    SchemaUpdate(Flyway flyway, Duration patience) {
        this.flyway = flyway;
        this.patience = patience;
    }

    void run() {
        Instant end = Instant.now().plus(patience);
        Duration pause = FIRST_PAUSE;
        while (!migrates(end)) {
            LOG.info("The migration could not lock a table that is in use; retrying in {} s", pause.toSeconds());
            sleep(pause);
            pause = pause.multipliedBy(2);
            if (pause.compareTo(LONGEST_PAUSE) > 0) {
                pause = LONGEST_PAUSE;
            }
        }
    }

    /** Returns true when the migration is done, false to retry. */
    private boolean migrates(Instant end) {
        try {
            flyway.migrate();
            return true;
        } catch (FlywayException e) {
            if (SqlState.isIn(e, SqlState.READ_ONLY)) {
                throw new StartRefusedException(
                        "The database is read-only, so its schema cannot be migrated.",
                        "Point SPRING_DATASOURCE_URL to the primary (targetServerType=primary finds it) or check why"
                                + " default_transaction_read_only is on.");
            }
            if (!SqlState.isIn(e, SqlState.LOCK_NOT_AVAILABLE)) {
                throw e;
            }
            if (Instant.now().isAfter(end)) {
                throw new StartRefusedException(
                        "The migration retried for %s s, but a table stayed locked: %s"
                                .formatted(patience.toSeconds(), e.getMessage()),
                        "End the session that holds the lock, or migrate later. SELECT pid, query FROM pg_stat_activity"
                                + " WHERE xact_start < now() - interval '10 s' lists the candidates.");
            }
            return false;
        }
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted before the schema migration finished", e);
        }
    }
}
