package com.aiprod.pipeline.sql;

import java.sql.SQLException;
import java.util.stream.Stream;

/**
 * The meaning of PostgreSQL error codes; see <a
 * href="https://www.postgresql.org/docs/current/errcodes-appendix.html">the list</a>.
 */
public final class SqlState {

    /** A write in a session that takes no writes. */
    public static final String READ_ONLY = "25006";
    /** A lock that lock_timeout gave up on. */
    public static final String LOCK_NOT_AVAILABLE = "55P03";

    /**
     * Connection exceptions (08), out of resources such as connections (53), shutdown or startup (57P), timeouts
     * (57014, 55P03, 25P03, 25P04), lost to a concurrent statement (40001, 40P01), read-only (25006).
     */
    private static final String[] PASSING = {
        "08", "53", "57P", "57014", LOCK_NOT_AVAILABLE, "25P03", "25P04", "40001", "40P01", READ_ONLY
    };

    private SqlState() {}

    /**
     * Whether the failure is transient: PostgreSQL did not run the statement, the statement is not at fault, and a
     * retry in some seconds may succeed.
     */
    public static boolean mayPass(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && Stream.of(PASSING).anyMatch(state::startsWith);
    }

    /**
     * Whether PostgreSQL certainly rolled the statement back. After a lost connection or a shutdown, it may have
     * committed.
     */
    static boolean rolledBack(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && !state.startsWith("08") && !state.startsWith("57P");
    }

    /** Whether the failure or one of its causes has this code. */
    public static boolean isIn(Throwable failure, String state) {
        // A cause chain can be circular; no real one is this deep.
        return Stream.iterate(failure, t -> t != null, Throwable::getCause)
                .limit(50)
                .anyMatch(cause -> cause instanceof SQLException sql && state.equals(sql.getSQLState()));
    }
}
