package com.aiprod.pipeline.video;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The subset of WebVTT (W3C) that scene captions need. */
final class Captions {

    private static final Pattern CUE =
            Pattern.compile("(\\d{2,}):(\\d{2}):(\\d{2})\\.(\\d{3}) --> (\\d{2,}):(\\d{2}):(\\d{2})\\.(\\d{3})\\n(.*)");

    private Captions() {}

    /** Writes one cue per scene. */
    static String write(List<Scene> scenes, String language) {
        StringBuilder vtt = new StringBuilder("WEBVTT\nLanguage: " + language + "\n");
        for (int i = 0; i < scenes.size(); i++) {
            Scene scene = scenes.get(i);
            vtt.append('\n').append(i + 1).append('\n');
            vtt.append(time(scene.start()))
                    .append(" --> ")
                    .append(time(scene.end()))
                    .append('\n');
            vtt.append(escape(scene.text())).append('\n');
        }
        return vtt.toString();
    }

    /** Reads the cues: their times, and their text as written, still escaped. */
    static List<Scene> read(String vtt) {
        List<Scene> cues = new ArrayList<>();
        Matcher cue = CUE.matcher(vtt);
        while (cue.find()) {
            cues.add(new Scene(cue.group(9), seconds(cue, 1), seconds(cue, 5)));
        }
        return cues;
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static String time(double seconds) {
        Duration time = Duration.ofMillis(Math.round(seconds * 1000));
        return String.format(
                Locale.ROOT,
                "%02d:%02d:%02d.%03d",
                time.toHours(),
                time.toMinutesPart(),
                time.toSecondsPart(),
                time.toMillisPart());
    }

    private static double seconds(Matcher cue, int group) {
        return Integer.parseInt(cue.group(group)) * 3600
                + Integer.parseInt(cue.group(group + 1)) * 60
                + Integer.parseInt(cue.group(group + 2))
                + Integer.parseInt(cue.group(group + 3)) / 1000.0;
    }
}
