package com.aiprod.pipeline.bench.peers;

import static org.jobrunr.server.BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration;

import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jobrunr.jobs.mappers.JobMapper;
import org.jobrunr.scheduling.JobScheduler;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.storage.StorageProvider;
import org.jobrunr.storage.sql.common.SqlStorageProviderFactory;
import org.jobrunr.utils.mapper.JsonMapper;
import org.jobrunr.utils.mapper.jackson.JacksonJsonMapper;

/** JobRunr, which creates its tables itself. */
public final class JobRunrPeer extends Peer {

    /** A query that returns whether jobs are left. */
    public static final String LEFT =
            "SELECT EXISTS (SELECT FROM jobrunr_jobs WHERE state IN ('ENQUEUED', 'PROCESSING', 'SCHEDULED', 'FAILED'))";

    private static final int WORKERS = 64;

    private final JsonMapper mapper = new JacksonJsonMapper();
    private final StorageProvider storage;
    private final JobScheduler scheduler;
    private final boolean tuned;
    private BackgroundJobServer server;

    private JobRunrPeer(DataSource database, boolean tuned) {
        this.storage = SqlStorageProviderFactory.using(database);
        storage.setJobMapper(new JobMapper(mapper));
        this.scheduler = new JobScheduler(storage);
        this.tuned = tuned;
    }

    /** @param args the JDBC URL of an empty database, and {@code default} or {@code tuned} */
    public static void main(String[] args) throws Exception {
        boolean tuned = args[1].equals("tuned");
        new JobRunrPeer(pool(args[0]), tuned).serve(tuned);
    }

    /** The job. Public, because JobRunr stores its name and calls it by reflection. */
    public static void run() {
        runJob();
    }

    @Override
    void enqueue(int number) {
        scheduler.enqueue(() -> run());
    }

    @Override
    void enqueueAll(int from, int to) {
        scheduler.enqueue(IntStream.range(from, to).boxed(), number -> run());
    }

    @Override
    void start() {
        BackgroundJobServerConfiguration configuration = usingStandardBackgroundJobServerConfiguration();
        if (tuned) {
            // The shortest interval that the library accepts. It asks for more whenever workers are idle.
            configuration.andWorkerCount(WORKERS).andPollIntervalInSeconds(5);
        }
        server = new BackgroundJobServer(storage, mapper, null, configuration);
        server.start();
    }

    @Override
    void stop() {
        server.stop();
    }
}
