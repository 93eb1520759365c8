package com.aiprod.pipeline.bench;

import com.aiprod.pipeline.bench.peers.DbSchedulerPeer;
import com.aiprod.pipeline.bench.peers.JobRunrPeer;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * The same number of jobs that do nothing in other queues on PostgreSQL and in this system: {@code bench/run PeersBench}.
 * Each runs alone, in JVMs of the same size, on the same server, and warms up with as many jobs before. The others need
 * neither HTTP, token, broker, nor history: they are a scale, not equivalents.
 */
public final class PeersBench {

    private static final int JOBS =
            Integer.getInteger("peers.jobs", 10_000) * Integer.getInteger(Load.PERCENT, 100) / 100;
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String JVM = "JVM";

    private PeersBench() {}

    /** Prints the table. */
    public static void main(String[] args) throws Exception {
        System.out.printf("%,d jobs each%n", JOBS);
        System.out.printf(
                "%-66s %9s %22s %9s %32s %9s%n",
                "", "enqueue/s", "CPU µs: JVM+PostgreSQL", "drain/s", "CPU µs: JVM+PostgreSQL+Pub/Sub", "WAL bytes");
        peer(
                "db-scheduler, 20 threads, lock-and-fetch 4.0, 20.0, scheduleBatch",
                DbSchedulerPeer.class,
                "tuned",
                DbSchedulerPeer.LEFT);
        if (!Load.isShort()) {
            peer("db-scheduler, default: 10 threads, fetch", DbSchedulerPeer.class, "default", DbSchedulerPeer.LEFT);
            peer("JobRunr, default: 8 workers per core, poll 15 s", JobRunrPeer.class, "default", JobRunrPeer.LEFT);
            peer("JobRunr, 64 workers, poll 5 s, enqueue(Stream)", JobRunrPeer.class, "tuned", JobRunrPeer.LEFT);
        }
        preQueued();
        if (!Load.isShort()) {
            overHttp();
        }
    }

    private static void peer(String name, Class<?> main, String settings, String left) throws Exception {
        try (Services services = new Services();
                Child child = new Child(main, services.databaseUrl(), settings);
                Connection database = DriverManager.getConnection(services.databaseUrl());
                Statement statement = database.createStatement()) {
            Meter meter = services.meter().with(JVM, child.pid());
            child.ask("enqueue " + JOBS);
            drain(child, statement, left);
            Meter.Reading before = meter.read();
            long start = System.nanoTime();
            child.ask("enqueue " + JOBS);
            double enqueued = JOBS / ((System.nanoTime() - start) / 1e9);
            Meter.Cost enqueue = meter.since(before, JOBS);
            before = meter.read();
            double seconds = drain(child, statement, left);
            Meter.Cost drain = meter.since(before, JOBS);
            System.out.printf(
                    "%-66s %9.0f %22s %9.0f %32s %9.0f%n",
                    name,
                    enqueued,
                    micros(enqueue, JVM),
                    JOBS / seconds,
                    micros(drain, JVM),
                    enqueue.wal() + drain.wal());
        }
    }

    /** Returns the seconds from the start of the first job to the end of the last. */
    private static double drain(Child child, Statement statement, String left) throws IOException, SQLException {
        child.ask("start");
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        while (isTrue(statement, left)) {
            if (System.nanoTime() > giveUp) {
                throw new IllegalStateException("Jobs have not ended after " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        long end = System.currentTimeMillis();
        long first = child.ask("first");
        child.ask("stop");
        return (end - first) / 1e3;
    }

    private static boolean isTrue(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static void preQueued() throws Exception {
        try (Services services = new Services();
                SystemUnderTest system = services.start(
                        SystemBench.ECHO, SystemBench.SLOTS, "--aiprod.roles=dispatcher,worker,recorder")) {
            Meter meter = services.meter().with(JVM, system.pid());
            PreQueued.warmUp(services.databaseUrl(), meter, 1, Duration.ZERO);
            PreQueued run = PreQueued.run(services.databaseUrl(), meter, JOBS, 1);
            ours("this system, pre-queued, dispatcher + worker + recorder", run.perSecond(), run.cost());
        }
    }

    private static void overHttp() throws Exception {
        try (Services services = new Services();
                SystemUnderTest system = services.start(SystemBench.ECHO, SystemBench.SLOTS);
                HikariDataSource database = SystemBench.pool(services.databaseUrl())) {
            Meter meter = services.meter().with(JVM, system.pid());
            SystemBench.EchoRun run = SystemBench.EchoRun.of(system, database, meter, rate -> JOBS);
            ours("this system, HTTP submission to COMPLETED, all roles", run.perSecond(), run.cost());
        }
    }

    private static void ours(String name, double perSecond, Meter.Cost cost) {
        System.out.printf(
                "%-66s %9s %22s %9.0f %32s %9.0f%n", name, "", "", perSecond, micros(cost, JVM, "Pub/Sub"), cost.wal());
    }

    private static String micros(Meter.Cost cost, String jvm, String... more) {
        StringBuilder text = new StringBuilder("%.0f + %.0f".formatted(cost.of(jvm), cost.of(Meter.POSTGRES)));
        double sum = cost.of(jvm) + cost.of(Meter.POSTGRES);
        for (String other : more) {
            text.append(" + %.0f".formatted(cost.of(other)));
            sum += cost.of(other);
        }
        return text + " = %.0f".formatted(sum);
    }

    /** A peer's process. */
    private static final class Child implements AutoCloseable {

        private final Process process;
        private final BufferedReader output;
        private final Writer input;

        Child(Class<?> main, String... args) throws IOException {
            process = SystemUnderTest.jvm(main, args)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            output = process.inputReader(StandardCharsets.UTF_8);
            input = process.outputWriter(StandardCharsets.UTF_8);
            while (!"ready".equals(line())) {
                // Libraries greet.
            }
        }

        long pid() {
            return process.pid();
        }

        /** Sends a command and waits until it is done. */
        long ask(String command) throws IOException {
            input.write(command + "\n");
            input.flush();
            String line = line();
            while (!line.matches("\\d+")) {
                line = line();
            }
            return Long.parseLong(line);
        }

        private String line() throws IOException {
            String line = output.readLine();
            if (line == null) {
                throw new IOException("The process has ended");
            }
            return line;
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
