package com.aiprod.pipeline.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The kinds of video that a job can request. Sizes are in pixels, rates in frames per second, durations in seconds. */
public enum Preset {
    QUICK_SOCIAL("Portrait clip for social feeds: bold type, brisk pace", 720, 1280, 30, 10, 30),
    BRAND_STORY("Landscape film for a page or a presentation: calm type beside a drawn motif", 1280, 720, 30, 20, 60),
    CINEMA_SPOT("Full HD wide-screen spot: letterbox, slow pace, few words at a time", 1920, 1080, 24, 20, 60);

    private final String description;
    private final int width;
    private final int height;
    private final int frameRate;
    private final int defaultDurationSec;
    private final int maxDurationSec;

    Preset(String description, int width, int height, int frameRate, int defaultDurationSec, int maxDurationSec) {
        this.description = description;
        this.width = width;
        this.height = height;
        this.frameRate = frameRate;
        this.defaultDurationSec = defaultDurationSec;
        this.maxDurationSec = maxDurationSec;
    }

    /** The name that clients send, such as {@code quick_social}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One line that helps people choose a preset. */
    public String description() {
        return description;
    }

    /** Pixels from left to right. */
    public int width() {
        return width;
    }

    /** Pixels from top to bottom. */
    public int height() {
        return height;
    }

    /** Frames per second. */
    public int frameRate() {
        return frameRate;
    }

    /** The duration of a video whose job does not set one. */
    public int defaultDurationSec() {
        return defaultDurationSec;
    }

    /** The longest duration that the preset allows; such a video renders well within the pipeline's time limit. */
    public int maxDurationSec() {
        return maxDurationSec;
    }

    /** The preset with this {@link #id()}; empty if there is none. */
    public static Optional<Preset> byId(String id) {
        return Arrays.stream(values()).filter(preset -> preset.id().equals(id)).findFirst();
    }
}
