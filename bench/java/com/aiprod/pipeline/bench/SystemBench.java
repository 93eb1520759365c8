package com.aiprod.pipeline.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.DoubleToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/**
 * Throughput, latency, and CPU of the system on this machine: {@code bench/run SystemBench}. The load generator, the
 * system, its PostgreSQL, and its Pub/Sub share the machine, so ratios within one run, and the CPU time of each process,
 * say more than a single rate.
 */
public final class SystemBench {

    static final String ECHO = "--aiprod.pipeline.route=echo";
    /** As many as jobs of a millisecond need, whatever else bounds them. */
    static final String SLOTS = "--aiprod.worker.concurrency=40";

    static final String JOB =
            "{\"content\": \"Create a video about the sea. The tide comes and goes. Nothing stays, and nothing is lost.\"}";

    private static final Duration ROUND = Duration.ofSeconds(4);
    private static final int ROUNDS = 2;
    private static final Duration HELD = Duration.ofMinutes(5);
    private static final Duration DATABASE_WARM_UP = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final String LONG_VIDEO =
            "{\"content\": \"The sea. It comes and it goes.\", \"preset\": \"cinema_spot\", \"priority\": \"high\"}";
    private static final int USERS = 1_000;
    private static final int LONE_JOBS = 200;
    private static final String SYSTEM = "system";

    private SystemBench() {}

    private interface Part {
        void run() throws Exception;
    }

    /** Prints the tables. {@code BENCH_ONLY=limits,preQueued bench/run SystemBench} prints some. */
    public static void main(String[] args) throws Exception {
        part("submissions", SystemBench::submissions);
        part("allRoles", SystemBench::allRoles);
        part("preQueued", SystemBench::preQueued);
        if (!Load.isShort()) {
            part("limits", SystemBench::limits);
            part("heldTransaction", SystemBench::heldTransaction);
            part("whileVideoRenders", SystemBench::whileVideoRenders);
        }
    }

    private static void part(String name, Part part) throws Exception {
        String only = System.getenv().getOrDefault("BENCH_ONLY", "");
        if (only.isEmpty() || List.of(only.split(",")).contains(name)) {
            part.run();
            System.out.println();
        }
    }

    /** Only the role api runs. */
    private static void submissions() throws Exception {
        try (Services services = new Services();
                SystemUnderTest system = services.start(ECHO, "--aiprod.roles=api");
                HikariDataSource database = pool(services.databaseUrl())) {
            Meter meter = services.meter().with(SYSTEM, system.pid());
            system.warmUp(() -> system.submit(JOB));
            Load.closed(8, DATABASE_WARM_UP, () -> insert(database));
            System.out.println("Submissions, role api alone (CPU: µs each)");
            header();
            double highest = 0;
            for (int clients : new int[] {1, 8, 32}) {
                Measured jdbc = Measured.none();
                Measured http = Measured.none();
                for (int round = 0; round < ROUNDS; round++) {
                    jdbc = jdbc.plus(meter, () -> Load.closed(clients, ROUND, () -> insert(database)));
                    http = http.plus(meter, () -> Load.closed(clients, ROUND, () -> system.submit(JOB)));
                }
                row("bare JDBC, %d clients".formatted(clients), jdbc, "");
                row(
                        "POST /pipeline/run, %d clients".formatted(clients),
                        http,
                        "%.2f".formatted(http.perSecond() / jdbc.perSecond()));
                highest = Math.max(highest, http.perSecond());
            }
            int half = (int) (highest / 2);
            row(
                    "half of the highest, %d due per s".formatted(half),
                    Measured.none()
                            .plus(meter, () -> Load.open(half, 32, ROUND.multipliedBy(2), () -> system.submit(JOB))),
                    "");
        }
    }

    /** Alternates between two systems, so that both have the same share of the machine. */
    private static void limits() throws Exception {
        try (Services services = new Services();
                Services limitedServices = new Services();
                SystemUnderTest system = services.start(ECHO, "--aiprod.roles=api");
                SystemUnderTest limited = limitedServices.start(
                        ECHO,
                        "--aiprod.roles=api",
                        "--aiprod.max-active-jobs=1000000",
                        "--aiprod.submit-rate=1000000")) {
            Runnable without = ofManyUsers(system);
            Runnable with = ofManyUsers(limited);
            system.warmUp(without);
            limited.warmUp(with);
            Meter meter = services.meter().with(SYSTEM, system.pid());
            Meter limitedMeter = limitedServices.meter().with(SYSTEM, limited.pid());
            Measured off = Measured.none();
            Measured on = Measured.none();
            System.out.println("Limits for each user, role api alone");
            header();
            for (int round = 0; round < 2 * ROUNDS; round++) {
                off = off.plus(meter, () -> Load.closed(8, ROUND, without));
                on = on.plus(limitedMeter, () -> Load.closed(8, ROUND, with));
            }
            row("8 clients of %,d users, limits off".formatted(USERS), off, "");
            row("the same, limits on", on, "%.2f".formatted(on.perSecond() / off.perSecond()));
        }
    }

    private static Runnable ofManyUsers(SystemUnderTest system) throws Exception {
        List<String> tokens = system.tokens(USERS);
        AtomicInteger next = new AtomicInteger();
        return () -> system.submit(tokens.get(Math.floorMod(next.getAndIncrement(), USERS)), JOB);
    }

    private static void allRoles() throws Exception {
        System.out.println("All roles in one process");
        if (!Load.isShort()) {
            try (SystemUnderTest system = SystemUnderTest.forDevelopment()) {
                line("start for development, s", "%.1f".formatted(system.startSeconds()));
            }
        }
        try (Services services = new Services();
                SystemUnderTest system = services.start(ECHO, SLOTS);
                HikariDataSource database = pool(services.databaseUrl())) {
            Meter meter = services.meter().with(SYSTEM, system.pid());
            line("resident after the start, MB", "%d".formatted(system.residentMegabytes()));
            EchoRun echo = EchoRun.of(system, database, meter, rate ->
                    (int) (rate * Load.shortened(ROUND.multipliedBy(6)).toMillis() / 1_000));
            line("echo jobs, submission to COMPLETED, per s", "%.0f".formatted(echo.perSecond()));
            line("", echo.cost().text());
            line("resident after the jobs, MB", "%d".formatted(system.residentMegabytes()));
            int half = Math.max(1, (int) (echo.perSecond() / 2));
            Load load = Load.open(half, 16, ROUND.multipliedBy(3), () -> system.submit(JOB));
            line("submit p50, p99 ms, half of that rate", "%.1f, %.1f".formatted(load.p50Ms(), load.p99Ms()));
            awaitEnd(database);
            line("idle: submit to worker, p50, p99 ms", idle(system, database));
        }
    }

    /** One job at a time, at random moments, so that no timer is in step with them. */
    private static String idle(SystemUnderTest system, DataSource database) throws SQLException {
        Random random = new Random(1);
        try (Connection connection = database.getConnection();
                var statement = connection.createStatement()) {
            String start;
            try (ResultSet row = statement.executeQuery("SELECT cast(clock_timestamp() AS text)")) {
                row.next();
                start = row.getString(1);
            }
            int jobs = LONE_JOBS * Integer.getInteger(Load.PERCENT, 100) / 100;
            for (int i = 0; i < jobs; i++) {
                system.submit(JOB);
                // Until then, the job has ended, without a query that would disturb it.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(60 + random.nextInt(60)));
            }
            PreQueued.awaitEnd(connection);
            String sql = "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY waited),"
                    + " percentile_disc(0.99) WITHIN GROUP (ORDER BY waited), count(*)"
                    + " FROM (SELECT extract(epoch FROM run.entered_at - jobs.created_at) * 1000 AS waited"
                    + " FROM jobs JOIN job_states AS run ON run.job_id = jobs.id AND run.state = 'PROCESSING'"
                    + " WHERE jobs.created_at >= '" + start + "') AS waits";
            try (ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return "%.1f, %.1f (%d jobs)".formatted(row.getDouble(1), row.getDouble(2), row.getInt(3));
            }
        }
    }

    private static void preQueued() throws Exception {
        System.out.println("Pre-queued echo jobs, the dispatcher in a process of its own");
        try (Services services = new Services();
                SystemUnderTest worker = services.start(ECHO, SLOTS, "--aiprod.roles=worker,recorder");
                SystemUnderTest dispatcher = services.start(ECHO, "--aiprod.roles=dispatcher")) {
            Meter meter =
                    services.meter().with("dispatcher", dispatcher.pid()).with("worker and recorder", worker.pid());
            int jobs = PreQueued.warmUp(services.databaseUrl(), meter, 1, Load.shortened(ROUND.multipliedBy(3)));
            PreQueued run = PreQueued.run(services.databaseUrl(), meter, jobs, 1);
            line("first to last COMPLETED, per s", "%.0f (%,d jobs)".formatted(run.perSecond(), run.jobs()));
            line("", run.cost().text());
        }
    }

    /** Nothing that was deleted since a transaction began can be vacuumed before it ends. */
    private static void heldTransaction() throws Exception {
        System.out.println("Pre-queued echo jobs while another transaction is held open");
        try (Services services = new Services();
                SystemUnderTest system = services.start(ECHO, SLOTS, "--aiprod.roles=dispatcher,worker,recorder");
                Connection holder = DriverManager.getConnection(services.databaseUrl());
                var statement = holder.createStatement()) {
            Meter meter = services.meter().with(SYSTEM, system.pid());
            int jobs = PreQueued.warmUp(services.databaseUrl(), meter, 1, Load.shortened(ROUND.multipliedBy(2)));
            PreQueued without = PreQueued.run(services.databaseUrl(), meter, jobs, 1);
            line(
                    "without, per s",
                    "%.0f; %s".formatted(without.perSecond(), without.cost().text()));
            holder.setAutoCommit(false);
            holder.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            statement.execute("SELECT FROM jobs LIMIT 1");
            long start = System.nanoTime();
            long end = start + Load.shortened(HELD).toNanos();
            PreQueued run = without;
            int done = 0;
            while (System.nanoTime() < end) {
                run = PreQueued.run(services.databaseUrl(), meter, jobs, 1);
                done += jobs;
            }
            line(
                    "held for %d s and %,d jobs, per s".formatted((System.nanoTime() - start) / 1_000_000_000, done),
                    "%.0f, ratio %.2f; %s"
                            .formatted(
                                    run.perSecond(),
                                    run.perSecond() / without.perSecond(),
                                    run.cost().text()));
            holder.rollback();
        }
    }

    private static void whileVideoRenders() throws Exception {
        try (Services services = new Services();
                SystemUnderTest system = services.start("--aiprod.worker.concurrency=1")) {
            Meter meter = services.meter().with(SYSTEM, system.pid());
            system.warmUp(() -> system.submit(JOB));
            system.submit(LONG_VIDEO);
            System.out.println("While one video renders");
            header();
            row(
                    "POST /pipeline/run, 200 due per s",
                    Measured.none()
                            .plus(meter, () -> Load.open(200, 32, Duration.ofSeconds(20), () -> system.submit(JOB))),
                    "");
            line("resident, MB", "%d".formatted(system.residentMegabytes()));
        }
    }

    /**
     * Jobs from their submission over HTTP until all have completed.
     *
     * @param perSecond from the first submission to the last end
     */
    record EchoRun(double perSecond, Meter.Cost cost) {

        /** @param jobs the number of jobs, from the rate at which the warm-up submitted */
        static EchoRun of(SystemUnderTest system, DataSource database, Meter meter, DoubleToIntFunction jobs)
                throws Exception {
            try (Backlog backlog = new Backlog(database)) {
                Runnable echo = () -> {
                    backlog.awaitRoom();
                    system.submit(JOB);
                };
                double rate = system.warmUp(echo);
                awaitEnd(database);
                Meter.Reading before = meter.read();
                long start = System.nanoTime();
                int done = Load.counted(8, jobs.applyAsInt(rate), echo).calls();
                awaitEnd(database);
                double seconds = (System.nanoTime() - start) / 1e9;
                Meter.Cost cost = meter.since(before, done);
                if (count(database, "SELECT count(*) FROM results WHERE NOT success") > 0) {
                    throw new IllegalStateException("An echo job has failed");
                }
                return new EchoRun(done / seconds, cost);
            }
        }
    }

    /** Throttles submitters while the backlog is full: jobs may be accepted faster than they end. */
    private static final class Backlog implements AutoCloseable {

        private static final int ENOUGH = 1_000;
        private static final String UNENDED =
                "SELECT count(*) FROM (SELECT FROM jobs WHERE completed_at IS NULL LIMIT %d) AS some"
                        .formatted(ENOUGH + 1);

        private final ScheduledExecutorService poller = Executors.newSingleThreadScheduledExecutor();
        private volatile long unended;

        Backlog(DataSource database) {
            var unused = poller.scheduleWithFixedDelay(
                    () -> unended = count(database, UNENDED), 0, POLL.toMillis(), TimeUnit.MILLISECONDS);
        }

        void awaitRoom() {
            while (unended > ENOUGH) {
                LockSupport.parkNanos(POLL.toNanos() / 4);
            }
        }

        @Override
        public void close() {
            poller.shutdownNow();
        }
    }

    private static void awaitEnd(DataSource database) throws SQLException {
        try (Connection connection = database.getConnection()) {
            PreQueued.awaitEnd(connection);
        }
    }

    private static long count(DataSource database, String query) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(query);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void insert(DataSource database) {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(Statement.SUBMIT.sql())) {
            for (int index = 0; index < Statement.SUBMIT.parameters().size(); index++) {
                statement.setObject(
                        index + 1,
                        Statement.VALUES.get(Statement.SUBMIT.parameters().get(index)));
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static HikariDataSource pool(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(20);
        return new HikariDataSource(config);
    }

    /** Loads of the same kind, together. The costs are of the last one. */
    private record Measured(Load load, Meter.Cost cost) {

        static Measured none() {
            return new Measured(null, null);
        }

        Measured plus(Meter meter, Round round) throws InterruptedException {
            Meter.Reading before = meter.read();
            Load more = round.run();
            return new Measured(load == null ? more : load.plus(more), meter.since(before, more.calls()));
        }

        double perSecond() {
            return load.perSecond();
        }
    }

    @FunctionalInterface
    private interface Round {
        Load run() throws InterruptedException;
    }

    private static void header() {
        System.out.printf(
                "%-40s %8s %8s %8s %8s %8s %10s %8s %8s%n",
                "", "per s", "p50 ms", "p99 ms", "ratio", SYSTEM, Meter.POSTGRES, Meter.LOAD, "WAL");
    }

    private static void row(String name, Measured measured, String ratio) {
        Meter.Cost cost = measured.cost();
        System.out.printf(
                "%-40s %8.0f %8.1f %8.1f %8s %8.0f %10.0f %8.0f %8.0f%n",
                name,
                measured.perSecond(),
                measured.load().p50Ms(),
                measured.load().p99Ms(),
                ratio,
                cost.of(SYSTEM),
                cost.of(Meter.POSTGRES),
                cost.of(Meter.LOAD),
                measured.cost().wal());
    }

    private static void line(String name, String value) {
        System.out.printf("%-44s %s%n", name, value);
    }

    /** What a submission runs without concurrent ones, as a client of the database would. */
    private record Statement(String sql, List<String> parameters) {

        private static final Statement SUBMIT = load();
        private static final Map<String, Object> VALUES = Map.of(
                "userId", "developer",
                "content", "Create a video about the sea. The tide comes and goes. Nothing stays, and nothing is lost.",
                "preset", "quick_social",
                "priority", "low",
                "lang", "en",
                "durationSec", 10,
                "requestHash", "0".repeat(64),
                "requestId", "00000000-0000-0000-0000-000000000000");

        private static Statement load() {
            try {
                String text = Files.readString(Path.of("bench/sql/submit-one.sql"));
                Pattern parameter = Pattern.compile(":\\?(\\w+)");
                List<String> names = new ArrayList<>();
                Matcher found = parameter.matcher(text);
                while (found.find()) {
                    names.add(found.group(1));
                }
                return new Statement(parameter.matcher(text).replaceAll("?"), names);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
