package com.aiprod.pipeline.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The CPU time that processes use, and the WAL that PostgreSQL writes. Reads {@code /proc}, so it works on Linux only;
 * the kernel counts in ticks of 10 ms.
 */
final class Meter {

    static final String POSTGRES = "PostgreSQL";
    static final String LOAD = "load";
    private static final String JIT = "'s JIT";

    private static final long TICK_MICROS = 10_000;
    /** Where the times of a process and of its ended children are in its {@code stat}, after the name. */
    private static final int USER = 11;

    private static final int SYSTEM = 12;
    private static final int USER_OF_CHILDREN = 13;
    private static final int SYSTEM_OF_CHILDREN = 14;
    private static final int PARENT = 1;

    private static final Pattern COMPILER = Pattern.compile("C[12] Compiler");

    private final String url;
    private final long postmaster;
    private final Map<String, LongSupplier> processes = new LinkedHashMap<>();

    /** @param url the JDBC URL of a database of the server */
    Meter(String url) {
        this.url = url;
        // While the connection lives, its process does.
        this.postmaster = query("SELECT pg_backend_pid()", pid -> Long.parseLong(stat(ofPid(pid))[PARENT]));
        processes.put(POSTGRES, this::ofPostgres);
        processes.put(LOAD, () -> ofProcess(ProcessHandle.current().pid()));
    }

    /** Adds a JVM, and its JIT compiler, which uses most of the CPU in the first minutes, apart. */
    Meter with(String name, long pid) {
        processes.put(name, () -> ofProcess(pid) - ofCompiler(pid));
        processes.put(name + JIT, () -> ofCompiler(pid));
        return this;
    }

    Reading read() {
        Map<String, Long> micros = new LinkedHashMap<>();
        processes.forEach((name, reader) -> micros.put(name, reader.getAsLong()));
        return new Reading(micros, query("SELECT pg_current_wal_lsn() - '0/0'", wal -> wal));
    }

    /** Returns what was used since a reading, divided by the number of jobs. */
    Cost since(Reading before, long jobs) {
        Reading now = read();
        Map<String, Double> micros = new LinkedHashMap<>();
        now.micros()
                .forEach((name, value) ->
                        micros.put(name, (value - before.micros().get(name)) / (double) jobs));
        return new Cost(micros, (now.wal() - before.wal()) / (double) jobs);
    }

    /** The server, its processes, and those that have ended. */
    private long ofPostgres() {
        String[] server = stat(ofPid(postmaster));
        long ended = ticks(server, USER_OF_CHILDREN) + ticks(server, SYSTEM_OF_CHILDREN);
        return ofProcess(postmaster)
                + ended * TICK_MICROS
                + ProcessHandle.of(postmaster)
                        .orElseThrow()
                        .children()
                        .mapToLong(child -> ofProcess(child.pid()))
                        .sum();
    }

    private static long ofProcess(long pid) {
        return micros(ofPid(pid));
    }

    private static Path ofPid(long pid) {
        return Path.of("/proc", String.valueOf(pid));
    }

    private static long ofCompiler(long pid) {
        try (Stream<Path> threads = Files.list(ofPid(pid).resolve("task"))) {
            return threads.filter(thread ->
                            COMPILER.matcher(read(thread.resolve("comm"))).lookingAt())
                    .mapToLong(Meter::micros)
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The CPU time of a process or of a thread. */
    private static long micros(Path folder) {
        String[] stat = stat(folder);
        return (ticks(stat, USER) + ticks(stat, SYSTEM)) * TICK_MICROS;
    }

    private static long ticks(String[] stat, int field) {
        return stat.length == 0 ? 0 : Long.parseLong(stat[field]);
    }

    private static String[] stat(Path folder) {
        String line = read(folder.resolve("stat"));
        // The name, in parentheses, may contain spaces.
        return line.isEmpty()
                ? new String[0]
                : line.substring(line.lastIndexOf(')') + 2).split(" ");
    }

    /** Returns an empty text for a process or a thread that has just ended. */
    private static String read(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long query(String sql, LongUnaryOperator then) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return then.applyAsLong(row.getLong(1));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Microseconds of CPU by process, and bytes of WAL, since some start. */
    record Reading(Map<String, Long> micros, long wal) {}

    /** Microseconds of CPU a job, by process, and bytes of WAL a job. */
    record Cost(Map<String, Double> micros, double wal) {

        /** Returns what the system uses, without the load generator. */
        double system() {
            return micros.entrySet().stream()
                    .filter(entry -> !entry.getKey().equals(LOAD))
                    .mapToDouble(Map.Entry::getValue)
                    .sum();
        }

        /** Returns what a process uses, with its JIT compiler. */
        double of(String name) {
            return micros.get(name) + micros.getOrDefault(name + JIT, 0.0);
        }

        /** Returns the sum, what each process uses, and the WAL. */
        String text() {
            return micros.entrySet().stream()
                    .map(entry -> "%s %.0f".formatted(entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining(
                            ", ",
                            "CPU µs a job %.0f without load: ".formatted(system()),
                            ", WAL bytes %.0f".formatted(wal)));
        }
    }
}
