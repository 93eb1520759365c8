package com.aiprod.pipeline.video;

import com.aiprod.pipeline.job.Preset;
import com.aiprod.pipeline.pipelines.BuiltInPresets;
import java.util.Map;
import java.util.stream.Stream;

/** The formats of the built-in presets. */
public final class Formats {

    static final Format SOCIAL = of("quick_social");
    static final Format BRAND = of("brand_story");
    static final Format CINEMA = of("cinema_spot");

    private Formats() {}

    /** Returns the format of each built-in preset. */
    static Stream<Format> all() {
        return BuiltInPresets.catalog().all().stream().map(Preset::asMap).map(Format::of);
    }

    /** Returns the format of a built-in preset. */
    static Format of(String preset) {
        return Format.of(preset(preset));
    }

    /** Returns a built-in preset as the stages take it. */
    public static Map<String, Object> preset(String name) {
        return BuiltInPresets.named(name).asMap();
    }
}
