package com.aiprod.pipeline.bench.peers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;

/**
 * A job queue whose jobs do nothing. Reads commands from the standard input and answers each with a line:
 * {@code enqueue N}, {@code start}, {@code first} (the time at which the first job began to run since the start, in
 * milliseconds since 1970), and {@code stop}. Ends with its input.
 */
abstract class Peer {

    /** As many as the clients of SystemBench. */
    private static final int CLIENTS = 8;

    /** As large as the application's. */
    private static final int CONNECTIONS = 20;

    private static final AtomicLong FIRST = new AtomicLong();

    /** Queues one job. */
    abstract void enqueue(int number);

    /** Queues jobs with as few calls as the library offers. */
    abstract void enqueueAll(int from, int to);

    abstract void start();

    abstract void stop();

    /** The job. */
    static void runJob() {
        if (FIRST.get() == 0) {
            FIRST.compareAndSet(0, System.currentTimeMillis());
        }
    }

    static HikariDataSource pool(String url) {
        LoggingSystem.get(Peer.class.getClassLoader()).setLogLevel(LoggingSystem.ROOT_LOGGER_NAME, LogLevel.ERROR);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(CONNECTIONS);
        return new HikariDataSource(config);
    }

    /** @param bulk whether to queue jobs with {@link #enqueueAll} */
    final void serve(boolean bulk) throws IOException, InterruptedException {
        System.out.println("ready");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        int queued = 0;
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] command = line.split(" ");
            switch (command[0]) {
                case "enqueue" -> {
                    int from = queued;
                    queued += Integer.parseInt(command[1]);
                    if (bulk) {
                        enqueueAll(from, queued);
                    } else {
                        enqueueEach(from, queued);
                    }
                }
                case "start" -> {
                    FIRST.set(0);
                    start();
                }
                case "stop" -> stop();
                case "first" -> {}
                default -> throw new IllegalArgumentException(line);
            }
            System.out.println(FIRST.get());
        }
        System.exit(0);
    }

    private void enqueueEach(int from, int to) throws InterruptedException {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        IntStream.range(from, to).forEach(number -> clients.execute(() -> enqueue(number)));
        clients.shutdown();
        if (!clients.awaitTermination(5, TimeUnit.MINUTES)) {
            throw new IllegalStateException("The jobs are not queued");
        }
    }
}
