package com.aiprod.pipeline.life;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.GenerationMode;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Concurrent statements. */
class JobRaceTest {

    private static Database database;
    private static Database other;
    private static List<Database> connections;

    @BeforeContainer
    static void connect() {
        database = Database.create();
        other = database.connect(Broken.NONE);
        connections = List.of(database, other, database.connect(Broken.NONE), database.connect(Broken.NONE));
    }

    @AfterContainer
    static void disconnect() {
        connections.forEach(Database::close);
    }

    @Property(generation = GenerationMode.EXHAUSTIVE)
    void nothingIsLostWhenTwoStatementsOverlap(
            @ForAll Race.Situation situation, @ForAll("statements") Move.Kind first) {
        Race.check(database, other, situation, first);
    }

    /** Threads without a fixed order: jqwik does not control the schedule, so a failure may not be reproducible. */
    @Property
    void losesNothingInConcurrentThreads(@ForAll("threads") List<List<Move>> threads) {
        Race.checkThreads(connections, threads);
    }

    @Provide
    Arbitrary<List<List<Move>>> threads() {
        return Race.threads(connections.size());
    }

    @Provide
    Arbitrary<Move.Kind> statements() {
        return Race.statements();
    }
}
