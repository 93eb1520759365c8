package com.aiprod.pipeline.bench;

import com.aiprod.pipeline.artifact.ArtifactStore;
import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.pipelines.BuiltInPresets;
import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.video.BareEncode;
import com.aiprod.pipeline.video.CheckStage;
import com.aiprod.pipeline.video.DeliverStage;
import com.aiprod.pipeline.video.FilmQuality;
import com.aiprod.pipeline.video.Formats;
import com.aiprod.pipeline.video.RenderStage;
import com.aiprod.pipeline.video.SanitizeStage;
import com.aiprod.pipeline.video.StoryboardStage;
import com.aiprod.pipeline.video.VideoTools;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.springframework.util.FileSystemUtils;

/**
 * Seconds of video rendered per second, with as many concurrent jobs as cores, beside an encode of the same frames by
 * FFmpeg alone, the size of a video, and how close it is to the drawn frames: {@code bench/run VideoBench}.
 */
public final class VideoBench {

    private static final String CONTENT = "Small batches, big mornings. Roasted today, at your door on Friday."
            + " Wake up to better coffee. The river remembers every stone.";
    private static final Progress NOBODY = (jobId, attempt, stage, percent) -> {};
    private static final List<String> PRESETS =
            List.of(System.getProperty("presets", "quick_social,brand_story,cinema_spot,social_vertical,brand_wide")
                    .split(","));
    private static final int SECONDS = 10;
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final int ROUNDS = Integer.getInteger("rounds", 3);

    private final ArtifactStore store;
    private final VideoTools tools;

    private VideoBench(Path folder) {
        store = new ArtifactStore(folder.resolve("artifacts"));
        tools = new VideoTools("", folder);
    }

    /** Prints the table. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Files.createTempDirectory("video-bench-");
        VideoBench bench = new VideoBench(folder);
        try {
            System.out.printf(
                    "%-14s %14s %18s %12s %10s %12s %16s%n",
                    "preset",
                    "made s per s",
                    "bare encode, ratio",
                    "bytes per s",
                    "PSNR, dB",
                    "bands, steps",
                    "flat blocks, ‰");
            for (String preset : PRESETS) {
                bench.measure(preset, SECONDS, folder);
            }
            if (Load.isShort()) {
                return;
            }
            System.out.printf("%n%-16s %10s %10s %22s%n", "preset", "jobs", "film, s", "slowest job, s of 90");
            for (Preset preset : BuiltInPresets.catalog().all()) {
                if (PRESETS.contains(preset.name())) {
                    bench.longest(preset.name(), preset.maxDurationSec());
                }
            }
        } finally {
            bench.tools.destroy();
            FileSystemUtils.deleteRecursively(folder);
        }
    }

    /** The worst that a worker meets: as many jobs of the longest duration as it has cores. */
    private void longest(String preset, int seconds) throws Exception {
        double slowest = makeAll("longest-" + preset, preset, CORES, seconds);
        System.out.printf("%-16s %10d %10d %22.1f%n", preset, CORES, seconds, slowest);
    }

    /** Makes videos, as many at a time as the machine has cores; returns how long that took, in seconds. */
    private double makeAll(String name, String preset, int jobs, int seconds) throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(CORES);
        long started = System.nanoTime();
        List<Future<?>> made = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            String id = name.replace('_', '-') + "-" + i;
            made.add(workers.submit(() -> make(id, preset, seconds)));
        }
        for (Future<?> video : made) {
            video.get();
        }
        workers.shutdown();
        return (System.nanoTime() - started) / 1e9;
    }

    private void measure(String preset, int seconds, Path folder) throws Exception {
        // The JIT compiler takes a third of the JVM's time in the first minute.
        makeAll(preset + "-warm-up", preset, Load.isShort() ? 1 : ROUNDS * CORES, seconds);
        double wall = makeAll(preset, preset, ROUNDS * CORES, seconds);
        Path film = store.find(preset.replace('_', '-') + "-0", 1, "video.mp4").orElseThrow();
        double made = ROUNDS * CORES * seconds / wall;
        double bare = BareEncode.madePerSecond(plan("plan", preset, seconds), tools, folder, CORES);
        FilmQuality quality = FilmQuality.of(film, plan("plan", preset, seconds), tools, folder);
        System.out.printf(
                "%-14s %14.2f %11.2f, %.2f %12d %10.1f %12.3f %16.1f%n",
                preset,
                made,
                bare,
                made / bare,
                Files.size(film) / seconds,
                quality.psnr(),
                quality.band(),
                quality.flat());
    }

    private static Map<String, Object> plan(String id, String preset, int seconds) throws Exception {
        Map<String, Object> job = Map.of("content", CONTENT, "preset", preset, "lang", "en", "duration_sec", seconds);
        Map<String, Object> settings = Formats.preset(preset);
        Map<String, Object> clean = new SanitizeStage(NOBODY).sanitize(job, settings, id, 1);
        return new StoryboardStage(NOBODY).plan(clean, settings, id, 1);
    }

    private Map<String, Object> make(String id, String preset, int seconds) throws Exception {
        Map<String, Object> settings = Formats.preset(preset);
        Map<String, Object> rendered =
                new RenderStage(store, tools, NOBODY).render(plan(id, preset, seconds), settings, id, 1);
        Map<String, Object> checked = new CheckStage(tools, NOBODY).check(rendered, settings, id, 1);
        return new DeliverStage(store, NOBODY).deliver(checked, settings, id, 1);
    }
}
