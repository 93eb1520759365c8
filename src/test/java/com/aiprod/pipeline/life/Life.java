package com.aiprod.pipeline.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitrary;

/** The property for one statement after the other. */
final class Life {

    private Life() {}

    static Arbitrary<List<Move>> any() {
        return Move.any().list().ofMinSize(40).ofMaxSize(120);
    }

    /** Each statement does what the model predicts. After everything but the database is lost, every job still ends. */
    static void check(Database database, List<Move> moves) {
        database.empty();
        World world = new World();
        Model model = new Model(database);
        moves.forEach(move -> move.take(world, model));
        end(world, model, database);
    }

    /** Loses everything but the database, then lets the system work until every job has ended. */
    static void end(World world, Statements statements, Database database) {
        world.loseAll();
        List<StoredJob> jobs = database.jobs();
        // Each round ends at least one job, but the first may only free what blocks others.
        int rounds = jobs.size() + 2;
        while (rounds-- > 0 && !jobs.stream().allMatch(job -> job.state().ended())) {
            world.goOn(statements);
            jobs = database.jobs();
        }
        jobs.forEach(StoredJob::check);
        assertThat(jobs).as("every job ends").allMatch(job -> job.state().ended());
    }
}
