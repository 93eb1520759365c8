package com.aiprod.pipeline.life;

import static com.aiprod.pipeline.life.Move.Kind.ANNOUNCE;
import static com.aiprod.pipeline.life.Move.Kind.CANCEL;
import static com.aiprod.pipeline.life.Move.Kind.CONFIRM;
import static com.aiprod.pipeline.life.Move.Kind.DEFER;
import static com.aiprod.pipeline.life.Move.Kind.DELIVER;
import static com.aiprod.pipeline.life.Move.Kind.DISCARD;
import static com.aiprod.pipeline.life.Move.Kind.FAIL;
import static com.aiprod.pipeline.life.Move.Kind.PASS_A_DAY;
import static com.aiprod.pipeline.life.Move.Kind.PASS_TIME;
import static com.aiprod.pipeline.life.Move.Kind.PUBLISH;
import static com.aiprod.pipeline.life.Move.Kind.PUBLISH_AGAIN;
import static com.aiprod.pipeline.life.Move.Kind.PURGE;
import static com.aiprod.pipeline.life.Move.Kind.RECORD_DEAD_LETTER;
import static com.aiprod.pipeline.life.Move.Kind.RECORD_DEAD_LETTER_TWICE;
import static com.aiprod.pipeline.life.Move.Kind.RECORD_RESULT;
import static com.aiprod.pipeline.life.Move.Kind.RECORD_RESULT_TWICE;
import static com.aiprod.pipeline.life.Move.Kind.REDRIVE;
import static com.aiprod.pipeline.life.Move.Kind.RELEASE;
import static com.aiprod.pipeline.life.Move.Kind.RENEW;
import static com.aiprod.pipeline.life.Move.Kind.REPUBLISH;
import static com.aiprod.pipeline.life.Move.Kind.RESCUE;
import static com.aiprod.pipeline.life.Move.Kind.SUBMIT;
import static com.aiprod.pipeline.life.Move.Kind.SUBMIT_WITH_KEY;
import static com.aiprod.pipeline.life.Move.Kind.SUCCEED;
import static com.aiprod.pipeline.life.Move.Kind.TAKE_FROM_OUTBOX;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;

/**
 * The property for two concurrent statements: the second begins and takes its snapshot before the first commits, and
 * continues afterward. So the races are systematic, not random: every two statements in every situation.
 */
final class Race {

    /** A situation of one job and its messages. The moves of each begin with those of another. */
    enum Situation {
        NONE(null),
        WAITING(NONE, SUBMIT),
        TAKEN(WAITING, TAKE_FROM_OUTBOX),
        PUBLISHED(TAKEN, PUBLISH, PUBLISH_AGAIN),
        CONFIRMED(PUBLISHED, CONFIRM),
        MESSAGE_LATE(CONFIRMED, PASS_TIME, ANNOUNCE),
        RUNNING_UNCONFIRMED(PUBLISHED, DELIVER),
        LEASE_OVER(RUNNING_UNCONFIRMED, PASS_TIME),
        SUCCEEDED(RUNNING_UNCONFIRMED, SUCCEED),
        FAILED(CONFIRMED, DELIVER, FAIL),
        FAILED_LATE(RUNNING_UNCONFIRMED, FAIL, PASS_TIME),
        ENDED(FAILED, RECORD_DEAD_LETTER_TWICE, RECORD_RESULT_TWICE),
        ENDED_LONG_AGO(ENDED, PASS_A_DAY);

        private final Situation before;
        private final ImmutableList<Move.Kind> moves;

        Situation(Situation before, Move.Kind... moves) {
            this.before = before;
            this.moves = ImmutableList.copyOf(moves);
        }

        private void arise(World world, Statements database) {
            if (before != null) {
                before.arise(world, database);
            }
            moves.forEach(kind -> new Move(kind, PICK).take(world, database));
        }
    }

    /** Picks the longest time, always the same worker, and the job's owner. */
    private static final int PICK = 29;

    private static final Executor THREADS = task -> new Thread(task).start();

    private Race() {}

    /** The moves that run a statement of the system. */
    static Arbitrary<Move.Kind> statements() {
        return Arbitraries.of(
                SUBMIT_WITH_KEY,
                TAKE_FROM_OUTBOX,
                CONFIRM,
                DELIVER,
                DEFER,
                RENEW,
                RECORD_RESULT,
                RECORD_DEAD_LETTER,
                RESCUE,
                REPUBLISH,
                ANNOUNCE,
                CANCEL,
                REDRIVE,
                DISCARD,
                RELEASE,
                PURGE);
    }

    /** Checks that statement beside every other one. */
    static void check(Database database, Database other, Situation situation, Move.Kind first) {
        List<Move.Kind> statements = statements().allValues().orElseThrow().toList();
        boolean called = true;
        for (int i = 0; i < statements.size() && called; i++) {
            called = check(database, other, situation, first, statements.get(i));
        }
    }

    /**
     * After both statements, the invariants of a job hold and every job ends. Skips pairs with nothing to do.
     *
     * @return whether the first has anything to do, which does not depend on the second
     */
    private static boolean check(
            Database database, Database other, Situation situation, Move.Kind first, Move.Kind second) {
        database.empty();
        World world = new World();
        situation.arise(world, database);
        Patient early = new Patient(database);
        Patient late = new Patient(other);
        overlap(
                () -> new Move(first, PICK).take(world, early),
                () -> new Move(second, PICK).take(world, late),
                database,
                other);
        if (early.called && late.called) {
            try {
                database.jobs().forEach(StoredJob::check);
                Life.end(world, database, database);
            } catch (AssertionError e) {
                throw new AssertionError("%s, then %s beside %s".formatted(situation, first, second), e);
            }
        }
        return early.called;
    }

    private static void overlap(Runnable early, Runnable late, Database database, Database other) {
        var second = new CompletableFuture<Void>();
        Runnable begin = () -> {
            THREADS.execute(() -> {
                try {
                    late.run();
                    second.complete(null);
                } catch (Throwable failure) {
                    second.completeExceptionally(failure);
                }
            });
            while (!second.isDone() && !database.waits(other.backend())) {
                LockSupport.parkNanos(100_000);
            }
        };
        database.inTransaction(early, begin);
        try {
            second.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) e.getCause();
        }
    }

    static Arbitrary<List<List<Move>>> threads(int count) {
        return Move.any()
                .filter(move -> !move.isTime() || move.pick() % 4 == 0)
                .list()
                .ofSize(40)
                .list()
                .ofSize(count);
    }

    /** Runs each list of moves on its own thread and connection. */
    static void checkThreads(List<Database> connections, List<List<Move>> threads) {
        connections.get(0).empty();
        World world = new World();
        List<CompletableFuture<Void>> running = new ArrayList<>();
        for (int i = 0; i < threads.size(); i++) {
            Statements database = new Patient(connections.get(i));
            List<Move> moves = threads.get(i);
            running.add(CompletableFuture.runAsync(() -> moves.forEach(move -> move.take(world, database)), THREADS));
        }
        running.forEach(CompletableFuture::join);
        connections.get(0).jobs().forEach(StoredJob::check);
        Life.end(world, connections.get(0), connections.get(0));
    }

    /** Retries statements, as redelivery and the timers do for the routes. */
    private static final class Patient implements Statements {
        private final Database database;
        private boolean called;

        private Patient(Database database) {
            this.database = database;
        }

        @Override
        public List<Map<String, Object>> run(String name, Map<String, Object> parameters) {
            called = true;
            while (true) {
                try {
                    return database.run(name, parameters);
                } catch (Database.Refused refused) {
                    if (!refused.mayPass()) {
                        throw refused;
                    }
                }
            }
        }

        @Override
        public void passTime(int seconds) {
            while (true) {
                try {
                    database.passTime(seconds);
                    return;
                } catch (Database.Refused refused) {
                    if (!refused.mayPass()) {
                        throw refused;
                    }
                }
            }
        }
    }
}
