package com.aiprod.pipeline.sql;

import java.sql.SQLException;
import java.util.stream.Stream;

/**
 * What PostgreSQL's error codes tell. See
 * <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">its list</a>.
 */
public final class SqlState {

    public static final String READ_ONLY = "25006";
    public static final String LOCK_NOT_AVAILABLE = "55P03";

    /**
     * Connection exceptions (08), out of resources such as connections (53), shutting down or starting (57P), ended by
     * a time-out (57014, 55P03, 25P03, 25P04), lost to a concurrent statement (40001, 40P01), no writes (25006).
     */
    private static final String[] PASSING = {
        "08", "53", "57P", "57014", LOCK_NOT_AVAILABLE, "25P03", "25P04", "40001", "40P01", READ_ONLY
    };

    private SqlState() {}

    /** Whether PostgreSQL did not do it and may do it in some seconds; nothing in the statement is at fault. */
    public static boolean mayPass(SQLException failure) {
        String state = failure.getSQLState();
        return state != null && Stream.of(PASSING).anyMatch(state::startsWith);
    }

    /** Whether that code is the failure's or that of one of its causes. */
    public static boolean isIn(Throwable failure, String state) {
        // A cause chain can be a ring; no honest one is this deep.
        return Stream.iterate(failure, t -> t != null, Throwable::getCause)
                .limit(50)
                .anyMatch(cause -> cause instanceof SQLException sql && state.equals(sql.getSQLState()));
    }
}
