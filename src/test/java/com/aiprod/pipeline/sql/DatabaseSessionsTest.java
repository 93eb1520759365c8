package com.aiprod.pipeline.sql;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.embedded.EmbeddedDatabase;
import com.aiprod.pipeline.sql.DatabaseSettings.Pooler;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.health.Status;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

/** The settings of pooled sessions, and which sessions leave the pool. */
class DatabaseSessionsTest {

    private static final String DATABASE = EmbeddedDatabase.create();

    private HikariDataSource pool;

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void overridesTheSettingsOfTheDatabase() {
        pool = pool("", Pooler.NONE);
        assertThat(settings()).containsExactly("10s", "5s", "30s", "read committed", "off", "off", "off");
        // The pool has opened a session by now; the next one starts with other defaults.
        alter("SET default_transaction_isolation = 'serializable'");
        alter("SET statement_timeout = '1h'");
        pool.getHikariPoolMXBean().softEvictConnections();
        assertThat(settings()).containsExactly("10s", "5s", "30s", "read committed", "off", "off", "off");
    }

    @Test
    void serverTimesOutBeforeTheDriver() {
        pool = pool("&socketTimeout=8", Pooler.NONE);
        assertThat(settings()).startsWith("6s");
    }

    @Test
    void setsNothingInSessionsBehindATransactionPooler() {
        pool = pool("", Pooler.TRANSACTION);
        alter("SET statement_timeout = '7s'");
        assertThat(settings()).startsWith("7s", "0", "0");
    }

    @Test
    void evictsAllSessionsWhenOneIsReadOnly() {
        pool = pool("", Pooler.NONE);
        JdbcTemplate jdbc = new JdbcTemplate(pool);
        jdbc.execute("CREATE TABLE IF NOT EXISTS written (at timestamptz)");
        jdbc.execute("SET default_transaction_read_only = on");
        DatabaseHealth health = new DatabaseHealth(pool);

        assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(1);
        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> jdbc.update("INSERT INTO written VALUES (now())")))
                .isInstanceOf(DataAccessException.class)
                .hasMessageContaining("read-only transaction");
        jdbc.update("INSERT INTO written VALUES (now())");

        jdbc.execute("SET default_transaction_read_only = on");
        assertThat(health.health().getStatus()).isEqualTo(Status.DOWN);
        assertThat(health.health().getStatus()).isEqualTo(Status.UP);
    }

    private List<String> settings() {
        JdbcTemplate jdbc = new JdbcTemplate(pool);
        return List.of(
                        "statement_timeout",
                        "lock_timeout",
                        "idle_in_transaction_session_timeout",
                        "transaction_isolation",
                        "enable_seqscan",
                        "enable_bitmapscan",
                        "jit")
                .stream()
                .map(setting -> jdbc.queryForObject("SHOW " + setting, String.class))
                .toList();
    }

    private void alter(String what) {
        JdbcTemplate jdbc = new JdbcTemplate(pool);
        jdbc.execute("ALTER DATABASE " + jdbc.queryForObject("SELECT current_database()", String.class) + " " + what);
        if (pool.getConnectionInitSql() == null) {
            pool.getHikariPoolMXBean().softEvictConnections();
        }
    }

    private static HikariDataSource pool(String parameters, Pooler pooler) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(DATABASE + parameters);
        config.setMaximumPoolSize(1);
        config.addDataSourceProperty("socketTimeout", 30);
        HikariDataSource pool = new HikariDataSource();
        config.copyStateTo(pool);
        DatabaseSettings settings =
                new DatabaseSettings(Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofSeconds(30), pooler);
        return (HikariDataSource) new DatabaseSessions(settings).postProcessAfterInitialization(pool, "dataSource");
    }
}
