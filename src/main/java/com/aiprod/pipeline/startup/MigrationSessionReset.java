package com.aiprod.pipeline.startup;

import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/** Lets each migration begin as the first one does, since a script outside a transaction may set something else. */
public final class MigrationSessionReset extends BaseCallback {

    @Override
    public boolean supports(Event event, Context context) {
        return event == Event.BEFORE_EACH_MIGRATE;
    }

    @Override
    public void handle(Event event, Context context) {
        try (Statement statement = context.getConnection().createStatement()) {
            statement.execute(MigrationSessions.BEGINNING);
        } catch (SQLException e) {
            throw new FlywayException("The session of a migration cannot be set", e);
        }
    }
}
