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

/** A run of one of FFmpeg's programs, which ends with {@link #close()} at the latest. What it prints is thrown away. */
final class FfmpegProcess implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger("ffmpeg");

    /** Of its standard error; an error is told at the end. */
    private static final int KEPT_LINES = 12;

    private static final int KEPT_CHARACTERS = 400;

    /** The dynamic linker's, of the stand-ins in {@link BundledFfmpeg}. */
    private static final String LINKER_NOISE = ": no version information available (required by ";

    /** How long a killed process may take; less than a stopped pipeline has. */
    private static final Duration KILL_LIMIT = Duration.ofSeconds(3);

    private static final Duration LAST_WORDS_LIMIT = Duration.ofSeconds(1);

    private final String name;
    private final Process process;
    private final Thread listener;
    private final Deque<String> said = new ArrayDeque<>();

    private final Set<FfmpegProcess> running;

    private FfmpegProcess(String name, Process process, Set<FfmpegProcess> running) {
        this.name = name;
        this.process = process;
        this.running = running;
        this.listener = new Thread(this::listen, name + "-" + process.pid());
        listener.setDaemon(true);
        listener.start();
    }

    /**
     * Starts one.
     *
     * @param environment all that it gets
     * @param running it is in this set until it is closed
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

    private void listen() {
        // A pipe that nobody empties would stop the process.
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
        synchronized (said) {
            said.add(line.substring(0, Math.min(line.length(), KEPT_CHARACTERS)));
            if (said.size() > KEPT_LINES) {
                said.remove();
            }
        }
    }

    /** What it reads; a write fails once it is dead, and waits while it does not read. */
    OutputStream stdin() {
        return process.getOutputStream();
    }

    /** Waits for its end, but not longer than that. */
    boolean await(Duration limit) throws InterruptedException {
        return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Waits for its end. */
    void await() throws InterruptedException {
        process.waitFor();
    }

    /** Whether it has ended, and well. */
    boolean succeeded() {
        return !process.isAlive() && process.exitValue() == 0;
    }

    /** Its exit code, 128 and the signal's number where a signal ended it; -1 while it runs. */
    int exitCode() {
        return process.isAlive() ? -1 : process.exitValue();
    }

    /** The last lines of its standard error. */
    String lastWords() {
        uninterruptibly(LAST_WORDS_LIMIT, limit -> {
            listener.join(Math.max(1, limit.toMillis()));
            return true;
        });
        synchronized (said) {
            return String.join(" | ", said);
        }
    }

    /** How it ended, with its last words. */
    @Override
    public String toString() {
        String end = process.isAlive() ? "is still running" : "ended with exit code " + process.exitValue();
        return "%s %s: %s".formatted(name, end, lastWords());
    }

    /** Kills it, if it has not ended, and waits until it is gone, also while this thread is interrupted. */
    @Override
    public void close() {
        if (process.isAlive()) {
            // Another program may be a script that has started the real one.
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
