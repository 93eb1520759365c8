package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.script.UnbrokenWords;
import com.aiprod.pipeline.video.script.UnbrokenWords.Range;
import com.ibm.icu.util.ULocale;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The subset of WebVTT (W3C) that scene captions need. */
final class Captions {

    /** The limits of the Netflix "Timed Text Style Guides"; East Asian characters count twice. */
    static final int LINE = 42;

    private static final int LINES = 2;

    private static final Pattern CUE = Pattern.compile(
            "(\\d{2,}):(\\d{2}):(\\d{2})\\.(\\d{3}) --> (\\d{2,}):(\\d{2}):(\\d{2})\\.(\\d{3})\\n(.*(?:\\n.+)*)");

    private static final String ISOLATE = "\u2066";
    private static final String END_ISOLATE = "\u2069";

    private Captions() {}

    /** Writes the cues of the scenes. */
    static String write(List<Scene> scenes, String language) {
        StringBuilder vtt = new StringBuilder("WEBVTT\nLanguage: " + language + "\n");
        List<Scene> cues = cues(scenes, language);
        for (int i = 0; i < cues.size(); i++) {
            Scene cue = cues.get(i);
            vtt.append('\n').append(i + 1).append('\n');
            vtt.append(time(cue.start()))
                    .append(" --> ")
                    .append(time(cue.end()))
                    .append('\n');
            vtt.append(escape(isolated(cue.text()))).append('\n');
        }
        return vtt.toString();
    }

    /**
     * The cues of the scenes: lines of at most {@value #LINE} characters, and at most two to a cue. A scene with more
     * lines has several cues, one after the other. Only an address can be longer than a line.
     */
    static List<Scene> cues(List<Scene> scenes, String language) {
        ULocale locale = ULocale.forLanguageTag(language);
        boolean japanese = locale.getLanguage().equals("ja");
        List<Scene> cues = new ArrayList<>();
        for (Scene scene : scenes) {
            List<String> lines = scene.text()
                    .lines()
                    .flatMap(line -> lines(line, locale).stream())
                    .toList();
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < lines.size(); i += LINES) {
                texts.add(String.join("\n", lines.subList(i, Math.min(i + LINES, lines.size()))));
            }
            double all = texts.stream()
                    .mapToDouble(text -> ReadingSpeed.seconds(text, japanese))
                    .sum();
            double passed = 0;
            double start = scene.start();
            for (int i = 0; i < texts.size(); i++) {
                passed += ReadingSpeed.seconds(texts.get(i), japanese);
                double end = i == texts.size() - 1 ? scene.end() : scene.start() + scene.seconds() * passed / all;
                cues.add(new Scene(texts.get(i), start, end));
                start = end;
            }
        }
        return cues;
    }

    /** As few lines as possible, of similar width. */
    private static List<String> lines(String text, ULocale language) {
        List<String> words = CardCutter.words(text, LINE, language);
        List<String> best = filled(words, LINE);
        for (int limit = LINE - 1; limit > LINE / 3; limit--) {
            List<String> narrower = filled(words, limit);
            if (narrower.size() > best.size()) {
                break;
            }
            best = narrower;
        }
        return best;
    }

    private static List<String> filled(List<String> words, int limit) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : words) {
            if (!line.isEmpty() && ReadingSpeed.width((line + word).stripTrailing()) > limit) {
                lines.add(line.strip());
                line = "";
            }
            line += word;
        }
        lines.add(line.strip());
        return lines;
    }

    /** Addresses and numbers stay left to right within lines that run from right to left. */
    private static String isolated(String text) {
        return text.lines()
                .map(line -> Typesetter.isRightToLeft(line) ? isolatedLine(line) : line)
                .collect(Collectors.joining("\n"));
    }

    private static String isolatedLine(String line) {
        StringBuilder isolated = new StringBuilder(line);
        List<Range> ranges = UnbrokenWords.in(line);
        for (int i = ranges.size() - 1; i >= 0; i--) {
            Range range = ranges.get(i);
            if (!Typesetter.isRightToLeft(line.substring(range.from(), range.to()))) {
                isolated.insert(range.to(), END_ISOLATE).insert(range.from(), ISOLATE);
            }
        }
        return isolated.toString();
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
