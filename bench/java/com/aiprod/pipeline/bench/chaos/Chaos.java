package com.aiprod.pipeline.bench.chaos;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.LoggerFactory;

/**
 * Breaks a running system repeatedly while clients use it, then checks that every accepted job ended
 * exactly once: {@code bench/chaos}.
 */
public final class Chaos {

    private static final Duration CHECK = Duration.ofMillis(250);

    private final Plan plan;
    private final Path folder;
    private final Random random;
    private final long begun = System.nanoTime();
    private final List<Instant> faults = new ArrayList<>();
    private final Map<Fault, Integer> kinds = new EnumMap<>(Fault.class);
    private final Deque<Fault> deck = new ArrayDeque<>();

    private Chaos(Plan plan, Path folder) {
        this.plan = plan;
        this.folder = folder;
        this.random = new Random(plan.seed());
    }

    /** Exits with 1 unless {@link Verdict#good} holds. */
    public static void main(String[] arguments) throws Exception {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).setLevel(Level.OFF);
        Plan plan = Plan.of(arguments);
        System.exit(run(plan).good(plan) ? 0 : 1);
    }

    /** Runs everything, from the start of the processes to the printed table. */
    static Verdict run(Plan plan) throws IOException, SQLException, InterruptedException {
        Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target", "chaos")), "run-");
        return new Chaos(plan, folder.toAbsolutePath()).run();
    }

    private Verdict run() throws IOException, SQLException, InterruptedException {
        say("%d jobs in %d s, a fault every %d s, seed %d; logs in %s"
                .formatted(
                        plan.jobs(),
                        plan.duration().toSeconds(),
                        plan.faultEvery().toSeconds(),
                        plan.seed(),
                        folder));
        Path told = folder.resolve("told.log");
        try (Environment environment = new Environment(plan, folder);
                Receivers receivers = new Receivers()) {
            ApiClient api = new ApiClient("chaos", environment.apiPorts());
            try (Clients clients = new Clients(plan, api, receivers, told)) {
                say("all processes are ready; one user queues %d slow jobs".formatted(plan.backlog()));
                Backlog backlog = Backlog.pile(
                        plan,
                        new ApiClient("backlog", environment.apiPorts()),
                        new ApiClient("newcomer", environment.apiPorts()),
                        environment.databaseUrl(),
                        environment.slots());
                say("a newcomer's job has started; faults begin");
                clients.start();
                breakThings(environment, clients);
                clients.await(plan.drain());
                say("all jobs submitted; waiting for the processes hit last");
                environment.awaitReady();
                say("waiting for open jobs and webhooks");
                drain(environment, receivers);
                say("cancelling %d renders".formatted(plan.cancelledRenders()));
                Renders renders = Renders.cancel(
                        plan, new ApiClient("renders", environment.apiPorts()), environment, environment.slots());
                Verdict verdict = Verdict.read(environment.databaseUrl(), told, faults, receivers, backlog, renders);
                print(verdict, api.retries());
                return verdict;
            }
        }
    }

    private void breakThings(Environment environment, Clients clients) throws IOException {
        long end = System.nanoTime() + plan.duration().toNanos();
        long next = System.nanoTime() + plan.faultEvery().toNanos();
        while (clients.submitting() && System.nanoTime() - end < 0) {
            if (System.nanoTime() - next > 0) {
                next += plan.faultEvery().toNanos();
                Fault fault = draw();
                faults.add(Instant.now());
                kinds.merge(fault, 1, Integer::sum);
                say(fault.description() + ": " + environment.inflict(fault));
            }
            LockSupport.parkNanos(CHECK.toNanos());
        }
    }

    /** Draws every kind once before repeating any. */
    private Fault draw() {
        if (deck.isEmpty()) {
            List<Fault> all = new ArrayList<>(Arrays.asList(Fault.values()));
            Collections.shuffle(all, random);
            if (faults.isEmpty()) {
                all.removeAll(plan.first());
                deck.addAll(plan.first());
            }
            deck.addAll(all);
        }
        return deck.remove();
    }

    private void drain(Environment environment, Receivers receivers) throws SQLException {
        long end = System.nanoTime() + plan.drain().toNanos();
        while (Verdict.open(environment.databaseUrl(), receivers) > 0 && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(CHECK.toNanos());
        }
    }

    private void print(Verdict verdict, int retries) {
        say("done");
        row("accepted", verdict.accepted());
        row("completed", verdict.completed());
        row("failed, by chance as planned", verdict.failed());
        row("cancelled", verdict.cancelled());
        row("LOST", verdict.lost());
        row("ENDED TWICE", verdict.endedTwice());
        row("reported with a wrong end", verdict.toldOtherwise());
        row("keys without exactly one job", verdict.keysWithoutOneJob());
        row("webhooks missed by the answering receiver", verdict.untold());
        row("backlog jobs started before the newcomer's", verdict.backlog().overtaken());
        row("renders cancelled", verdict.renders().cancelled());
        row("processes that ended during the renders", verdict.renders().crashed());
        row("calls rejected", verdict.refused());
        row("calls retried by clients", retries);
        row("run more than once", verdict.ranMoreThanOnce());
        row("longest time in one state, s", verdict.longestStandstill().toMillis() / 1000.0);
        row(
                "longest time from a fault to a completion, s",
                verdict.longestRecovery().toMillis() / 1000.0);
        row("faults", faults.size());
        kinds.forEach((kind, times) -> row("  " + kind.description(), times));
    }

    private static void row(String what, Object value) {
        System.out.printf("| %-46s | %10s |%n", what, value);
    }

    private void say(String what) {
        System.out.printf("%6.1f s  %s%n", (System.nanoTime() - begun) / 1e9, what);
    }
}
