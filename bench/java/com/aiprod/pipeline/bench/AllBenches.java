package com.aiprod.pipeline.bench;

/**
 * The benchmarks that a change may make worse, each in a short form: {@code bench/run} takes less than five minutes.
 * {@code bench/run NAME} runs one at full length, with all its parts and steadier figures.
 */
public final class AllBenches {

    /** Of the time that a benchmark loads the system at full length. */
    private static final int PERCENT = 20;

    private AllBenches() {}

    /** Prints the tables. */
    public static void main(String[] args) throws Exception {
        System.setProperty(Load.PERCENT, String.valueOf(PERCENT));
        System.setProperty("rounds", "1");
        System.setProperty("presets", "quick_social");
        run("SystemBench", () -> SystemBench.main(args));
        run("PeersBench", () -> PeersBench.main(args));
        run("VideoBench", () -> VideoBench.main(args));
    }

    private interface Bench {
        void run() throws Exception;
    }

    private static void run(String name, Bench bench) throws Exception {
        System.out.printf("== %s%n", name);
        long started = System.nanoTime();
        bench.run();
        System.out.printf("== took %.0f s%n%n", (System.nanoTime() - started) / 1e9);
    }
}
