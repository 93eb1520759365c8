package com.aiprod.pipeline.life;

import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * One statement after the other, in any order. jqwik reports a failure with the shortest moves that lead to it and
 * tries these first on the next run. For a longer run: {@code -Djqwik.tries.default=10000}.
 */
class JobLifeTest {

    private static Database database;

    @BeforeContainer
    static void connect() {
        database = Database.create();
    }

    @AfterContainer
    static void disconnect() {
        database.close();
    }

    @Property
    void losesNothingAndDoesNothingTwice(@ForAll("lives") List<Move> moves) {
        Life.check(database, moves);
    }

    @Provide
    Arbitrary<List<Move>> lives() {
        return Life.any();
    }
}
