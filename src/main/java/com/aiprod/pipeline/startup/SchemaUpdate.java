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
 * Brings a schema up to date while others use it. A migration that waits for a table holds up all who come after it, so
 * it gives up soon and comes back: what it had done is undone by then.
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

    /** @param patience how long to come back for a table that others hold */
    SchemaUpdate(Flyway flyway, Duration patience) {
        this.flyway = flyway;
        this.patience = patience;
    }

    void run() {
        Instant end = Instant.now().plus(patience);
        Duration pause = FIRST_PAUSE;
        while (!migrates(end)) {
            LOG.info("A migration found a table in use and comes back in {} s", pause.toSeconds());
            sleep(pause);
            pause = pause.multipliedBy(2);
            if (pause.compareTo(LONGEST_PAUSE) > 0) {
                pause = LONGEST_PAUSE;
            }
        }
    }

    /** Answers whether it is done; false to come back. */
    private boolean migrates(Instant end) {
        try {
            flyway.migrate();
            return true;
        } catch (FlywayException e) {
            if (SqlState.isIn(e, SqlState.READ_ONLY)) {
                throw new StartRefusedException(
                        "The database takes no writes, so its schema cannot be migrated.",
                        "Name the primary in SPRING_DATASOURCE_URL (targetServerType=primary finds it), or see why"
                                + " default_transaction_read_only is on.");
            }
            if (!SqlState.isIn(e, SqlState.LOCK_NOT_AVAILABLE)) {
                throw e;
            }
            if (Instant.now().isAfter(end)) {
                throw new StartRefusedException(
                        "A migration came back for %s s and found a table in use each time: %s"
                                .formatted(patience.toSeconds(), e.getMessage()),
                        "End who holds it, or migrate later. SELECT pid, query FROM pg_stat_activity"
                                + " WHERE xact_start < now() - interval '10 s' shows them.");
            }
            return false;
        }
    }

    private static void sleep(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted before the schema was migrated", e);
        }
    }
}
