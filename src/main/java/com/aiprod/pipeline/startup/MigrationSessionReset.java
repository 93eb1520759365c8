package com.aiprod.pipeline.startup;

import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/**
 * Resets the session settings before each migration, because a script that runs outside a transaction may have changed
 * them.
 */
final class MigrationSessionReset extends BaseCallback {

    @Override
    public boolean supports(Event event, Context context) {
        return event == Event.BEFORE_EACH_MIGRATE;
    }

    @Override
    public void handle(Event event, Context context) {
        try (Statement statement = context.getConnection().createStatement()) {
            statement.execute(MigrationSessions.INIT_SQL);
        } catch (SQLException e) {
            throw new FlywayException("Cannot reset the session before a migration", e);
        }
    }
}
