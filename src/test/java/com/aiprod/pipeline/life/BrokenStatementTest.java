package com.aiprod.pipeline.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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

    /** Those that found a mistake come first: they often find the next one. At first, two that find rare mistakes. */
    private static final List<List<Move>> LIVES = new ArrayList<>();

    private static final int[] TELLING = {387, 285};

    private static Database database;

    @BeforeAll
    static void connect() {
        database = Database.create();
        JqwikSession.run(() -> Life.any().generator(TRIES).stream(new Random(SEED))
                .limit(TRIES)
                .forEach(moves -> LIVES.add(moves.value())));
        List<List<Move>> telling = Arrays.stream(TELLING).mapToObj(LIVES::get).toList();
        telling.forEach(BrokenStatementTest::putFirst);
    }

    private static void putFirst(List<Move> life) {
        LIVES.remove(life);
        LIVES.add(0, life);
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
        Optional<List<Move>> found = LIVES.stream()
                .filter(moves -> fails(() -> Life.check(database, moves)))
                .findFirst();
        found.ifPresent(BrokenStatementTest::putFirst);
        return found.isPresent();
    }

    private static boolean raceFinds(Database database, Database other) {
        List<Move.Kind> statements = Race.statements().allValues().orElseThrow().toList();
        // The richest situation first, which finds most.
        return Stream.concat(Stream.of(Race.Situation.LEASE_OVER), Stream.of(Race.Situation.values()))
                .anyMatch(situation -> statements.stream()
                        .anyMatch(first -> fails(() -> Race.check(database, other, situation, first))));
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
