package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.StartRefusedException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Refuses a PostgreSQL that cannot hold what the application keeps, before a table is made in it. */
public final class ServerCheck {

    private static final int OLDEST = 14;
    private static final String QUERY = "SELECT current_database(), current_setting('server_version'),"
            + " current_setting('server_version_num')::integer / 10000, current_setting('server_encoding')";

    private ServerCheck() {}

    /**
     * @param dataSource the database that is to hold the schema
     * @throws StartRefusedException that names each thing that is not as it must be, and what to do
     */
    static void verify(DataSource dataSource) {
        List<String> faults = new ArrayList<>();
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(QUERY)) {
            row.next();
            faults.addAll(faults(row.getString(1), row.getString(2), row.getInt(3), row.getString(4)));
        } catch (SQLException e) {
            throw new IllegalStateException("PostgreSQL cannot be asked what it is: " + e.getMessage(), e);
        }
        if (!faults.isEmpty()) {
            throw new StartRefusedException(
                    String.join(System.lineSeparator(), faults),
                    "Give the application a database of PostgreSQL %s or later, made with:".formatted(OLDEST)
                            + " CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0");
        }
    }

    static List<String> faults(String database, String version, int majorVersion, String encoding) {
        List<String> faults = new ArrayList<>();
        if (majorVersion < OLDEST) {
            faults.add("The server is PostgreSQL %s, and %s is the oldest that will do.".formatted(version, OLDEST));
        }
        // SQL_ASCII takes any bytes and cuts texts within a character; others have no place for most characters.
        if (!"UTF8".equals(encoding)) {
            faults.add("The database %s has the encoding %s, and only UTF8 will do.".formatted(database, encoding));
        }
        return faults;
    }
}
