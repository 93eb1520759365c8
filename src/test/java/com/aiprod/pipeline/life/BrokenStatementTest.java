package com.aiprod.pipeline.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.sessions.JqwikSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests the model test: its properties find each mistake. */
class BrokenStatementTest {

    private static final int TRIES = 500;
    private static final int SEED = 20260116;

    private static Database database;

    @BeforeAll
    static void connect() {
        database = Database.create();
    }

    @AfterAll
    static void disconnect() {
        database.close();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void findsTheMistake(Broken broken) {
        try (Database first = database.connect(broken);
                Database second = database.connect(broken)) {
            assertThat(broken.property == Broken.Property.LIFE ? lifeFinds(first) : raceFinds(first, second))
                    .as("the property finds %s", broken)
                    .isTrue();
        }
    }

    private static boolean lifeFinds(Database database) {
        boolean[] found = {false};
        JqwikSession.run(() -> found[0] = Life.any().generator(TRIES).stream(new Random(SEED))
                .limit(TRIES)
                .anyMatch(moves -> fails(() -> Life.check(database, moves.value()))));
        return found[0];
    }

    private static boolean raceFinds(Database database, Database other) {
        List<Move.Kind> statements = Race.statements().allValues().orElseThrow().toList();
        return Stream.of(Race.Situation.values())
                .anyMatch(situation -> statements.stream()
                        .anyMatch(first -> statements.stream()
                                .anyMatch(
                                        second -> fails(() -> Race.check(database, other, situation, first, second)))));
    }

    private static boolean fails(Runnable property) {
        try {
            property.run();
            return false;
        } catch (AssertionError found) {
            return true;
        } catch (Database.Refused refused) {
            if (!refused.isForAConstraint()) {
                throw refused;
            }
            return true;
        }
    }
}
