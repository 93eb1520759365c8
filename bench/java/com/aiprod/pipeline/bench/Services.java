package com.aiprod.pipeline.bench;

import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSubMain;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * An empty database and a Pub/Sub for systems under test, outside their JVM, so that the CPU of each can be told. All
 * databases of a benchmark are on one PostgreSQL.
 */
final class Services implements AutoCloseable {

    private static final Pattern ADDRESS = Pattern.compile("PUBSUB_EMULATOR_HOST=(\\S+)");
    private static final Pattern DATABASE = Pattern.compile("/(aiprod_\\d+)");

    static {
        // The log of the embedded PostgreSQL would be between the tables.
        LoggingSystem.get(Services.class.getClassLoader()).setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.WARN);
    }

    private final String database = EmbeddedDatabase.create();
    private final Process pubSub;
    private final String address;

    Services() throws IOException {
        pubSub = SystemUnderTest.jvm(EmbeddedPubSubMain.class, "--port=0")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(pubSub::destroy));
        BufferedReader output = pubSub.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        Matcher found = ADDRESS.matcher(line == null ? "" : line);
        if (!found.find()) {
            throw new IOException("Pub/Sub did not start: " + line);
        }
        address = found.group(1);
    }

    String databaseUrl() {
        return database;
    }

    /** Starts a system that uses these services. */
    SystemUnderTest start(String... settings) throws IOException {
        List<String> all = new ArrayList<>(
                List.of("--spring.datasource.url=" + database, "--aiprod.pubsub.emulator-host=" + address));
        all.addAll(List.of(settings));
        return new SystemUnderTest(all.toArray(String[]::new));
    }

    /** Returns a meter of PostgreSQL, Pub/Sub, and this JVM. */
    Meter meter() {
        return new Meter(database).with("Pub/Sub", pubSub.pid());
    }

    /** Also drops the database, so that its vacuum does not load what is measured next. */
    @Override
    public void close() {
        pubSub.destroy();
        Matcher name = DATABASE.matcher(database);
        if (!name.find()) {
            throw new IllegalStateException("Not the URL of a database: " + database);
        }
        try (Connection connection = DriverManager.getConnection(name.replaceFirst("/postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute("DROP DATABASE " + name.group(1) + " WITH (FORCE)");
            pubSub.waitFor(10, TimeUnit.SECONDS);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
