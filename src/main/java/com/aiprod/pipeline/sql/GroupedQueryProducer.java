package com.aiprod.pipeline.sql;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultProducer;

/**
 * Runs one statement for all exchanges that reach the endpoint while the statement before it runs. A lone exchange waits
 * for nobody. Each exchange gets its own row as the body, or null.
 *
 * <p>One bad exchange harms no other: if PostgreSQL rejects the statement of a group, each exchange runs it alone. After
 * a failure that may have been committed, none does, and all fail as they would alone.
 */
final class GroupedQueryProducer extends DefaultProducer {

    /** A statement that waits for a lock does not hold up others for longer; they run beside it. */
    private static final Duration PATIENCE = Duration.ofMillis(50);

    private static final String MEMBER = "n";

    private enum Turn {
        LEAD,
        DONE,
        ALONE
    }

    private static final class Member {
        private final Exchange exchange;
        private final CompletableFuture<Turn> turn = new CompletableFuture<>();
        private Map<String, Object> row;

        private Member(Exchange exchange) {
            this.exchange = exchange;
        }
    }

    private final QueryEndpoint endpoint;
    private final DataSource dataSource;
    private final Deque<Member> waiting = new ArrayDeque<>();
    private int leaders;

    GroupedQueryProducer(QueryEndpoint endpoint, DataSource dataSource) {
        super(endpoint);
        this.endpoint = endpoint;
        this.dataSource = dataSource;
    }

    @Override
    public void process(Exchange exchange) throws SQLException {
        Member member = new Member(exchange);
        Turn turn = enter(member) ? Turn.LEAD : await(member);
        if (turn == Turn.LEAD) {
            turn = lead(member);
        }
        if (turn == Turn.ALONE) {
            execute(List.of(member));
        }
        exchange.getMessage().setBody(member.row);
    }

    /** Returns whether the exchange leads a group at once, because no statement runs. */
    private synchronized boolean enter(Member member) {
        if (leaders == 0) {
            leaders++;
            return true;
        }
        waiting.add(member);
        return false;
    }

    private Turn await(Member member) throws SQLException {
        long impatientAt = System.nanoTime() + PATIENCE.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    long left = impatientAt - System.nanoTime();
                    return left > 0 ? member.turn.get(left, TimeUnit.NANOSECONDS) : member.turn.get();
                } catch (TimeoutException e) {
                    if (leadBesides(member)) {
                        return Turn.LEAD;
                    }
                } catch (InterruptedException e) {
                    // A statement that runs for this exchange has to be waited for; its timeout bounds the time.
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw e.getCause() instanceof SQLException failure
                            ? new SQLException(failure.getMessage(), failure.getSQLState(), failure)
                            : new SQLException("The statement for this group failed", e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private synchronized boolean leadBesides(Member member) {
        boolean waits = waiting.remove(member);
        leaders += waits ? 1 : 0;
        return waits;
    }

    /** Runs the statement for the exchange and those that wait; returns whether it is done or has to run alone. */
    private Turn lead(Member leader) throws SQLException {
        List<Member> group = gather(leader);
        List<Member> others = group.subList(1, group.size());
        Turn turn = Turn.DONE;
        try {
            execute(group);
        } catch (SQLException e) {
            if (others.isEmpty() || !SqlState.rolledBack(e)) {
                others.forEach(member -> member.turn.completeExceptionally(e));
                throw e;
            }
            turn = Turn.ALONE;
        } catch (Throwable e) {
            others.forEach(member -> member.turn.completeExceptionally(e));
            throw e;
        } finally {
            passOn();
            Turn theirs = turn;
            others.forEach(member -> member.turn.complete(theirs));
        }
        return turn;
    }

    private synchronized List<Member> gather(Member leader) {
        List<Member> group = new ArrayList<>();
        group.add(leader);
        while (group.size() < endpoint.groupSize() && !waiting.isEmpty()) {
            group.add(waiting.remove());
        }
        return group;
    }

    private synchronized void passOn() {
        if (waiting.isEmpty()) {
            leaders--;
        } else {
            waiting.remove().turn.complete(Turn.LEAD);
        }
    }

    private void execute(List<Member> group) throws SQLException {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = endpoint.prepare(connection)) {
            int index = 1;
            for (Query.Parameter parameter : endpoint.query().parameters()) {
                statement.setObject(
                        index++,
                        parameter.ofEach()
                                ? values(connection, parameter.name(), group)
                                : endpoint.value(parameter.name(), group.get(0).exchange));
            }
            try (ResultSet rows = statement.executeQuery()) {
                ResultSetMetaData columns = rows.getMetaData();
                while (rows.next()) {
                    group.get(rows.getInt(MEMBER) - 1).row = row(rows, columns);
                }
            }
        }
    }

    private Array values(Connection connection, String parameter, List<Member> group) throws SQLException {
        Object[] values = new Object[group.size()];
        for (int i = 0; i < values.length; i++) {
            Object value = endpoint.value(parameter, group.get(i).exchange);
            values[i] = value == null ? null : value.toString();
        }
        return connection.createArrayOf("text", values);
    }

    private static Map<String, Object> row(ResultSet rows, ResultSetMetaData columns) throws SQLException {
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            String name = columns.getColumnLabel(i);
            if (!name.equals(MEMBER)) {
                row.put(name, rows.getObject(i));
            }
        }
        return row;
    }
}
