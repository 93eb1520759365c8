package com.aiprod.pipeline.bench.peers;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerClient;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.time.Instant;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** db-scheduler with the table and the indexes of its documentation. */
public final class DbSchedulerPeer extends Peer {

    /** A query that returns whether jobs are left. */
    public static final String LEFT = "SELECT EXISTS (SELECT FROM scheduled_tasks)";

    private static final String TABLE = """
            CREATE TABLE scheduled_tasks (
                task_name            text NOT NULL,
                task_instance        text NOT NULL,
                task_data            bytea,
                execution_time       timestamptz NOT NULL,
                picked               boolean NOT NULL,
                picked_by            text,
                last_success         timestamptz,
                last_failure         timestamptz,
                consecutive_failures integer,
                last_heartbeat       timestamptz,
                version              bigint NOT NULL,
                priority             smallint,
                PRIMARY KEY (task_name, task_instance)
            );
            CREATE INDEX execution_time_idx ON scheduled_tasks (execution_time);
            CREATE INDEX last_heartbeat_idx ON scheduled_tasks (last_heartbeat);
            CREATE INDEX priority_execution_time_idx ON scheduled_tasks (priority DESC, execution_time ASC)""";

    private static final int THREADS = 20;

    private final OneTimeTask<Void> task = Tasks.oneTime("nothing").execute((instance, context) -> runJob());
    private final DataSource database;
    private final SchedulerClient client;
    private final boolean tuned;
    private Scheduler scheduler;

    private DbSchedulerPeer(DataSource database, boolean tuned) {
        this.database = database;
        this.client = SchedulerClient.Builder.create(database, task).build();
        this.tuned = tuned;
    }

    /** @param args the JDBC URL of an empty database, and {@code default} or {@code tuned} */
    public static void main(String[] args) throws Exception {
        DataSource database = pool(args[0]);
        new JdbcTemplate(database).execute(TABLE);
        boolean tuned = args[1].equals("tuned");
        new DbSchedulerPeer(database, tuned).serve(tuned);
    }

    @Override
    void enqueue(int number) {
        client.scheduleIfNotExists(instance(number), Instant.now());
    }

    @Override
    void enqueueAll(int from, int to) {
        client.scheduleBatch(IntStream.range(from, to).mapToObj(this::instance), Instant.now());
    }

    private TaskInstance<?> instance(int number) {
        return task.instance("job-" + number);
    }

    @Override
    void start() {
        SchedulerBuilder builder = Scheduler.create(database, task);
        if (tuned) {
            // The first of the settings in the library's docs/performance.md, for 10,600 jobs/s on a larger machine.
            builder.threads(THREADS).pollUsingLockAndFetch(4.0, 20.0);
        }
        scheduler = builder.build();
        scheduler.start();
    }

    @Override
    void stop() {
        scheduler.stop();
    }
}
