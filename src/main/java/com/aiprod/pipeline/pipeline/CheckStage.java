package com.aiprod.pipeline.pipeline;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.bytedeco.ffmpeg.global.avutil;
import org.bytedeco.javacv.FFmpegFrameGrabber;
import org.bytedeco.javacv.Frame;
import org.bytedeco.javacv.FrameGrabber;
import org.springframework.stereotype.Component;

/** Opens the rendered files as a viewer would, and holds them against what was asked for. */
@Component
public class CheckStage {

    static final double DURATION_TOLERANCE = 0.2;
    private static final double CAPTION_TOLERANCE = 0.05;

    /** Between the darkest and the lightest pixel of a picture that shows something, of 255. */
    private static final int LEAST_CONTRAST = 60;

    private final Progress progress;

    /** A stage that reports there. */
    public CheckStage(Progress progress) {
        this.progress = progress;
    }

    /**
     * Takes the rendered job and gives it back as it is.
     *
     * @throws TransientStageException {@code VIDEO_UNREADABLE} where the video cannot be opened or read
     * @throws PermanentStageException {@code VIDEO_WRONG} where duration, size, frame rate, pictures or captions are not
     *     as asked for; rendering again would not change that
     */
    public Map<String, Object> check(
            @Body Map<String, Object> job, @Header("jobId") String jobId, @Header("attempt") int attempt)
            throws IOException {
        progress.report(jobId, attempt, "check", 0);
        Preset preset = Preset.byId((String) job.get("preset")).orElseThrow();
        double duration = ((Number) job.get("duration_sec")).doubleValue();
        List<Scene> scenes = Storyboard.of(job).scenes();
        Map<?, ?> files = (Map<?, ?>) job.get("render");
        Path captions = Path.of((String) files.get("captions"));
        checkCaptions(Captions.read(Files.readString(captions)), scenes, duration);
        checkVideo(Path.of((String) files.get("video")), preset, duration, scenes);
        if (Files.size(Path.of((String) files.get("poster"))) == 0) {
            throw wrong("the poster is empty");
        }
        progress.report(jobId, attempt, "check", 100);
        return job;
    }

    private static void checkVideo(Path video, Preset preset, double duration, List<Scene> scenes) {
        FfmpegLog.install();
        try (FFmpegFrameGrabber grabber = new FFmpegFrameGrabber(video.toFile())) {
            grabber.setPixelFormat(avutil.AV_PIX_FMT_GRAY8);
            grabber.start();
            double found = grabber.getLengthInTime() / 1e6;
            require(
                    Math.abs(found - duration) <= DURATION_TOLERANCE,
                    "it lasts " + found + " s instead of " + duration + " s");
            require(
                    grabber.getImageWidth() == preset.width() && grabber.getImageHeight() == preset.height(),
                    "it measures " + grabber.getImageWidth() + " by " + grabber.getImageHeight() + " pixels");
            require(
                    Math.abs(grabber.getVideoFrameRate() - preset.frameRate()) < 0.01,
                    "it shows " + grabber.getVideoFrameRate() + " frames per second");
            for (int scene : new int[] {0, scenes.size() / 2, scenes.size() - 1}) {
                double middle = (scenes.get(scene).start() + scenes.get(scene).end()) / 2;
                grabber.setTimestamp(Math.round(middle * 1e6));
                Frame frame = grabber.grabImage();
                require(frame != null, "it has no picture at " + middle + " s");
                require(contrast(frame) >= LEAST_CONTRAST, "nothing is to be seen at " + middle + " s");
            }
        } catch (FrameGrabber.Exception e) {
            throw new TransientStageException("VIDEO_UNREADABLE", "The rendered video cannot be read", e);
        }
    }

    private static int contrast(Frame frame) {
        ByteBuffer gray = (ByteBuffer) frame.image[0];
        int darkest = 255;
        int lightest = 0;
        for (int y = 0; y < frame.imageHeight; y += 2) {
            for (int x = 0; x < frame.imageWidth; x += 2) {
                int value = gray.get(y * frame.imageStride + x) & 0xff;
                darkest = Math.min(darkest, value);
                lightest = Math.max(lightest, value);
            }
        }
        return lightest - darkest;
    }

    private static void checkCaptions(List<Scene> cues, List<Scene> scenes, double duration) {
        require(cues.size() == scenes.size(), "it has " + cues.size() + " captions for " + scenes.size() + " scenes");
        double before = 0;
        for (int i = 0; i < cues.size(); i++) {
            Scene cue = cues.get(i);
            Scene scene = scenes.get(i);
            require(
                    Math.abs(cue.start() - scene.start()) <= CAPTION_TOLERANCE
                            && Math.abs(cue.end() - scene.end()) <= CAPTION_TOLERANCE
                            && cue.start() >= before - CAPTION_TOLERANCE
                            && cue.end() > cue.start()
                            && cue.end() <= duration + DURATION_TOLERANCE,
                    "caption " + (i + 1) + " is out of step");
            before = cue.end();
        }
    }

    private static void require(boolean condition, String fault) {
        if (!condition) {
            throw wrong(fault);
        }
    }

    private static PermanentStageException wrong(String fault) {
        return new PermanentStageException("VIDEO_WRONG", "The rendered video is not as asked for: " + fault);
    }
}
