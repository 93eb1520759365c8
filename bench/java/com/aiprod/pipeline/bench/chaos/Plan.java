package com.aiprod.pipeline.bench.chaos;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How much is done and broken in one run.
 *
 * @param jobs how many jobs are accepted
 * @param duration over which time they are submitted
 * @param faultEvery the time from one fault to the next
 * @param calm how long a stalled connection or a slow one stays so
 * @param processes the roles of each process of the application
 * @param first the faults that come before any others
 * @param backlog slow jobs of one user that wait when the faults begin
 * @param cancelledRenders long videos that are cancelled while they are rendered, when the faults are over
 * @param drain how long the last jobs may take, to be accepted first and then to end once all processes run again
 * @param seed which faults come in which order, and which jobs are cancelled
 */
record Plan(
        int jobs,
        Duration duration,
        Duration faultEvery,
        Duration calm,
        List<String> processes,
        List<Fault> first,
        int backlog,
        int cancelledRenders,
        Duration drain,
        long seed) {

    /** What issue trackers and READMEs quote: ten minutes. */
    static Plan full() {
        return new Plan(
                2000,
                Duration.ofMinutes(10),
                Duration.ofSeconds(15),
                Duration.ofSeconds(6),
                List.of("api", "api", "dispatcher,recorder", "worker", "worker"),
                List.of(),
                300,
                100,
                Duration.ofSeconds(120),
                randomSeed());
    }

    /**
     * What each build runs: under a minute of faults, those that no other test shows in processes of their own first. Two processes that do everything start in a third of the time that
     * one for each role takes.
     */
    static Plan brief() {
        return new Plan(
                150,
                Duration.ofSeconds(50),
                Duration.ofSeconds(8),
                Duration.ofSeconds(4),
                Collections.nCopies(2, "api,dispatcher,worker,recorder"),
                List.of(Fault.READ_ONLY_DATABASE, Fault.REMAKE_TOPIC),
                80,
                40,
                Duration.ofSeconds(90),
                randomSeed());
    }

    /** The plan that the command line asks for. */
    static Plan of(String... arguments) {
        Plan plan = full();
        for (String argument : arguments) {
            String value = argument.substring(argument.indexOf('=') + 1);
            if (argument.equals("short")) {
                plan = brief();
            } else if (argument.startsWith("--jobs=")) {
                plan = plan.with(Integer.parseInt(value), plan.duration, plan.faultEvery, plan.seed);
            } else if (argument.startsWith("--seconds=")) {
                plan = plan.with(plan.jobs, seconds(value), plan.faultEvery, plan.seed);
            } else if (argument.startsWith("--fault-every=")) {
                plan = plan.with(plan.jobs, plan.duration, seconds(value), plan.seed);
            } else if (argument.startsWith("--seed=")) {
                plan = plan.with(plan.jobs, plan.duration, plan.faultEvery, Long.parseLong(value));
            } else {
                throw new IllegalArgumentException("Unknown argument " + argument);
            }
        }
        return plan;
    }

    private Plan with(int newJobs, Duration newDuration, Duration newFaultEvery, long newSeed) {
        return new Plan(
                newJobs, newDuration, newFaultEvery, calm, processes, first, backlog, cancelledRenders, drain, newSeed);
    }

    private static Duration seconds(String value) {
        return Duration.ofSeconds(Long.parseLong(value));
    }

    private static long randomSeed() {
        return RandomGenerator.getDefault().nextLong(1_000_000);
    }
}
