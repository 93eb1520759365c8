package com.aiprod.pipeline.video;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process of one of FFmpeg's programs. {@link #close()} ends it. Standard output is discarded. */
final class FfmpegProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("ffmpeg");

    /** The last lines of standard error; they contain the error message. */
    private static final int KEPT_LINES = 12;

    private static final int KEPT_CHARACTERS = 400;

    /** The dynamic linker's warning about the stand-ins in {@link BundledFfmpeg}. */
    private static final String LINKER_NOISE = ": no version information available (required by ";

    /** How long a killed process may take to end; less than a stopped pipeline may take. */
    private static final Duration KILL_LIMIT = Duration.ofSeconds(3);

    private static final Duration LAST_WORDS_LIMIT = Duration.ofSeconds(1);

    private final String name;
    private final Process process;
    private final Thread errorReader;
    private final Deque<String> errorLines = new ArrayDeque<>();

    private final Set<FfmpegProcess> running;

    private FfmpegProcess(String name, Process process, Set<FfmpegProcess> running) {
        this.name = name;
        this.process = process;
        this.running = running;
        this.errorReader = new Thread(this::readErrors, name + "-" + process.pid());
        errorReader.setDaemon(true);
        errorReader.start();
    }

    /**
     * Starts a process.
     *
     * @param environment its whole environment
     * @param running set that contains the process until it is closed
     */
    static FfmpegProcess start(List<String> command, Map<String, String> environment, Set<FfmpegProcess> running)
            throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(environment);
        FfmpegProcess started = new FfmpegProcess(command.get(0).replaceAll(".*[/\\\\]", ""), builder.start(), running);
        running.add(started);
        return started;
    }

    private void readErrors() {
        // A full pipe would block the process.
        try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isBlank() && !line.contains(LINKER_NOISE)) {
                    keep(line.strip());
                }
            }
        } catch (IOException e) {
            LOG.debug("{} was killed while it wrote to standard error", name, e);
        }
    }

    private void keep(String line) {
        LOG.debug("{}: {}", name, line);
        synchronized (errorLines) {
            errorLines.add(line.substring(0, Math.min(line.length(), KEPT_CHARACTERS)));
            if (errorLines.size() > KEPT_LINES) {
                errorLines.remove();
            }
        }
    }

    /** The process's standard input. A write fails once the process is dead, and blocks while it does not read. */
    OutputStream stdin() {
        return process.getOutputStream();
    }

    /** Waits for the process to end, at most for this time. */
    boolean await(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits for the process to end. */
    void await() throws InterruptedException {
        process.waitFor();
    }

    /** Whether the process has ended with exit code 0. */
    boolean succeeded() {
        return !process.isAlive() && process.exitValue() == 0;
    }

    /** The exit code, 128 plus the signal number if a signal ended the process; -1 while it runs. */
    int exitCode() {
        return process.isAlive() ? -1 : process.exitValue();
    }

    /** The last lines of standard error. */
    String lastErrorLines() {
        uninterruptibly(LAST_WORDS_LIMIT, limit -> {
            errorReader.join(Math.max(1, limit.toMillis()));
            return true;
        });
        synchronized (errorLines) {
            return String.join(" | ", errorLines);
        }
    }

    /** How the process ended, with its last lines of standard error. */
    @Override
    public String toString() {
        String end = process.isAlive() ? "is still running" : "ended with exit code " + process.exitValue();
        return "%s %s: %s".formatted(name, end, lastErrorLines());
    }

    /** Kills the process if it still runs, and waits until it is gone, even if this thread is interrupted. */
    @Override
    public void close() {
        if (process.isAlive()) {
            // A custom program may be a script that has started the real one.
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            if (!uninterruptibly(KILL_LIMIT, this::await)) {
                LOG.error("{} (process {}) did not end after it was killed", name, process.pid());
            }
        }
        try {
            process.getOutputStream().close();
        } catch (IOException e) {
            LOG.debug("{} did not read all of its input", name, e);
        }
        running.remove(this);
    }

    private interface Wait {
        boolean upTo(Duration limit) throws InterruptedException;
    }

    private static boolean uninterruptibly(Duration limit, Wait wait) {
        long end = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wait.upTo(Duration.ofNanos(end - System.nanoTime()));
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
