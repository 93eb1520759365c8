package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.StartRefusedException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Refuses an unsuitable PostgreSQL server or database before any table is created. */
final class ServerCheck {

    private static final int OLDEST = 14;
    private static final String QUERY = "SELECT current_database(), current_setting('server_version'),"
            + " current_setting('server_version_num')::integer / 10000, current_setting('server_encoding')";

    private ServerCheck() {}

    /**
     * @param dataSource the database for the schema
     * @throws StartRefusedException listing each fault and the remedy
     */
    static void verify(DataSource dataSource) {
        List<String> faults = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            row.next();
            faults.addAll(faults(row.getString(1), row.getString(2), row.getInt(3), row.getString(4)));
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot query PostgreSQL's version and encoding: " + e.getMessage(), e);
        }
        if (!faults.isEmpty()) {
            throw new StartRefusedException(
                    String.join(System.lineSeparator(), faults),
                    "Use a database on PostgreSQL %s or later, created with:".formatted(OLDEST)
                            + " CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0");
        }
    }

    static List<String> faults(String database, String version, int majorVersion, String encoding) {
        List<String> faults = new ArrayList<>();
        if (majorVersion < OLDEST) {
            faults.add("The server runs PostgreSQL %s, but %s or later is required.".formatted(version, OLDEST));
        }
        // SQL_ASCII accepts any bytes and cuts text within a character; other encodings lack most characters.
        if (!"UTF8".equals(encoding)) {
            faults.add("The database %s has the encoding %s, but UTF8 is required.".formatted(database, encoding));
        }
        return faults;
    }
}
