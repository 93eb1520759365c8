package com.aiprod.pipeline.bench.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JVM that restarts whenever it ends, as under an orchestrator. Logs to a file with its name. */
final class Child implements AutoCloseable {

    private static final List<String> SMALL = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final String name;
    private final ProcessBuilder builder;
    private Process process;
    private int starts;
    private boolean closed;

    /**
     * Starts the process.
     *
     * @param folder the folder for its output
     */
    Child(String name, Path folder, Class<?> main, List<String> arguments) {
        this.name = name;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(SMALL);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(BoundToParent.class.getName());
        command.add(main.getName());
        command.addAll(arguments);
        this.builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(name + ".log").toFile()));
        start();
    }

    private synchronized void start() {
        if (closed) {
            return;
        }
        try {
            process = builder.start();
            starts++;
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be started", e);
        }
        // Not on the process reaper thread, whose stack is too small to start a process.
        var unused = process.onExit().thenRunAsync(this::start);
    }

    String name() {
        return name;
    }

    /** Returns the number of starts, including the first. */
    synchronized int starts() {
        return starts;
    }

    /** Sends SIGKILL. */
    synchronized void kill() {
        process.destroyForcibly();
    }

    /** Sends SIGTERM. */
    synchronized void terminate() {
        process.destroy();
    }

    /** Kills the process without a restart. */
    @Override
    public void close() {
        Process last;
        synchronized (this) {
            closed = true;
            last = process;
        }
        last.destroyForcibly();
        try {
            last.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
