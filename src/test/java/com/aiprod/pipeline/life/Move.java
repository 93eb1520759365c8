package com.aiprod.pipeline.life;

import com.google.errorprone.annotations.Immutable;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/**
 * One event in the {@link World}.
 *
 * @param pick chooses the object of the event among all that exist
 */
record Move(Kind kind, int pick) {

    @Immutable
    private interface Action {
        void take(World world, Statements database, int pick);
    }

    enum Kind {
        SUBMIT(1, (world, database, pick) -> world.submit(database, pick, false)),
        SUBMIT_WITH_KEY(2, (world, database, pick) -> world.submit(database, pick, true)),
        TAKE_FROM_OUTBOX(10, (world, database, pick) -> world.takeFromOutbox(database)),
        PUBLISH(12, (world, database, pick) -> world.publish(pick)),
        PUBLISH_AGAIN(2, (world, database, pick) -> world.publishAgain(pick)),
        CONFIRM(6, (world, database, pick) -> world.confirmPublished(database, pick)),
        LOSE_DISPATCHER(1, (world, database, pick) -> world.loseDispatcher()),
        DELIVER(14, (world, database, pick) -> world.deliver(database, pick, true)),
        DELIVER_TWICE(4, (world, database, pick) -> world.deliver(database, pick, false)),
        DEFER(3, (world, database, pick) -> world.defer(database, pick)),
        LOSE_JOB_MESSAGE(1, (world, database, pick) -> world.loseJobMessage(pick)),
        RENEW(4, (world, database, pick) -> world.renew(database, pick)),
        CRASH(3, (world, database, pick) -> world.crash(pick)),
        SUCCEED(3, (world, database, pick) -> world.finish(pick, true)),
        FAIL(7, (world, database, pick) -> world.finish(pick, false)),
        RECORD_RESULT(8, (world, database, pick) -> world.recordResult(database, pick, true)),
        RECORD_RESULT_TWICE(3, (world, database, pick) -> world.recordResult(database, pick, false)),
        LOSE_RESULT(1, (world, database, pick) -> world.loseResult(pick)),
        RECORD_DEAD_LETTER(6, (world, database, pick) -> world.recordDeadLetter(database, pick, true)),
        RECORD_DEAD_LETTER_TWICE(1, (world, database, pick) -> world.recordDeadLetter(database, pick, false)),
        CANCEL(2, (world, database, pick) -> world.cancel(database, pick)),
        REDRIVE(5, (world, database, pick) -> world.redrive(database, pick)),
        DISCARD(1, (world, database, pick) -> world.discard(database, pick)),
        RELEASE(2, (world, database, pick) -> world.release(database, pick)),
        PURGE(1, (world, database, pick) -> world.purge(database)),
        PASS_TIME(8, (world, database, pick) -> world.passTime(database, pick)),
        PASS_A_DAY(1, (world, database, pick) -> world.passADay(database)),
        RESCUE(8, (world, database, pick) -> world.rescue(database)),
        ANNOUNCE(6, (world, database, pick) -> world.announce(database, pick)),
        REPUBLISH(8, (world, database, pick) -> world.republish(database, pick));

        private final int frequency;
        private final Action action;

        Kind(int frequency, Action action) {
            this.frequency = frequency;
            this.action = action;
        }
    }

    void take(World world, Statements database) {
        kind.action.take(world, database, pick);
    }

    boolean isTime() {
        return kind == Kind.PASS_TIME || kind == Kind.PASS_A_DAY;
    }

    /** Any move, weighted so that lives get far and also go wrong on the way. */
    static Arbitrary<Move> any() {
        Arbitrary<Kind> kinds = Arbitraries.frequency(Arrays.stream(Kind.values())
                .map(kind -> Tuple.of(kind.frequency, kind))
                .toList());
        return Combinators.combine(kinds, Arbitraries.integers().between(0, 59)).as(Move::new);
    }

    @Override
    public String toString() {
        return kind + "(" + pick + ")";
    }
}
