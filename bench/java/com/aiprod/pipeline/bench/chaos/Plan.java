package com.aiprod.pipeline.bench.chaos;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The load and the faults of one run.
 *
 * @param jobs the number of accepted jobs
 * @param duration the time over which they are submitted
 * @param faultEvery the time from one fault to the next
 * @param calm how long a connection stays stalled or slow
 * @param processes the roles of each application process
 * @param first the faults that come before any others
 * @param backlog slow jobs of one user that are queued when the faults begin
 * @param cancelledRenders long videos to cancel while they render, after the faults
 * @param drain the time limit for the last jobs to be accepted, and again to end once all processes run
 * @param seed determines the order of faults and the jobs to cancel
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

    /** The full run of ten minutes, which issues and READMEs quote. */
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
     * The run in each build: under a minute of faults, first those that no other test shows in separate processes.
     * Two processes with all roles start in a third of the time of
     * one for each role.
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

    /** Returns the plan for the command line. */
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
