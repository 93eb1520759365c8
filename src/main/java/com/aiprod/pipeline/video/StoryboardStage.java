package com.aiprod.pipeline.video;

import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.stage.StageBean;
import com.ibm.icu.text.UnicodeSet;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;

/** Splits the text into timed scenes, by sentences and by reading time. */
@StageBean
public class StoryboardStage {

    /**
     * The pace of a preset.
     *
     * @param room width of one scene's text, in Latin letters
     * @param least minimum seconds of a scene
     * @param settle seconds that a scene needs in addition to reading
     * @param slowness factor by which reading time is stretched
     * @param ideal ideal seconds of a scene; if time is left, long scenes are cut to approach it
     */
    private record Pace(int room, double least, double settle, double slowness, double ideal) {

        static Pace of(Format format) {
            return switch (format.style()) {
                case SOCIAL -> new Pace(72, 1.2, 0.4, 1, 3);
                case BRAND -> new Pace(84, 1.8, 0.7, 1.1, 5);
                case CINEMA -> new Pace(64, 3, 1.4, 1.35, 6);
            };
        }
    }

    /** A piece of text that gets its own scene. */
    private record Card(String text, boolean startsSentence, boolean endsSentence) {

        boolean isWhole() {
            return startsSentence && endsSentence;
        }
    }

    /** The factor by which reading may be hurried before the end of the text is dropped. */
    private static final double HURRY = 1.15;

    /** The cost of a cut where readers would not pause, in squared parts of the ideal width. */
    private static final double RUDE_CUT = 0.25;

    /** More than the total cost of any other way to cut. */
    private static final double NEVER = 1e6;

    /** Punctuation after which the next sentence follows without a space. */
    private static final Pattern IDEOGRAPHIC_END = Pattern.compile("[。！？、，；：…]$");

    private final Progress progress;

    /** Punctuation that an ellipsis replaces. */
    private static final UnicodeSet PAUSES = new UnicodeSet("[[:Po:][:Pd:]-[!?！？؟%\\&@#\"'”’]]").freeze();

    /** Creates the stage with its progress receiver. */
    public StoryboardStage(Progress progress) {
        this.progress = progress;
    }

    /**
     * Adds {@code storyboard} to the sanitized job: {@code {scenes: [{text, start, end}], truncated}}, in seconds from
     * the start. The first scene starts at 0 and the last ends at {@code duration_sec}. An interrupt stops it.
     */
    public Map<String, Object> plan(
            @Body Map<String, Object> job,
            @Variable("preset") Map<String, Object> preset,
            @Header("jobId") String jobId,
            @Header("attempt") int attempt)
            throws InterruptedException {
        progress.report(jobId, attempt, "storyboard", 0);
        Format format = Format.of(preset);
        int duration = ((Number) job.get("duration_sec")).intValue();
        Storyboard board = plan((String) job.get("content"), (String) job.get("lang"), format, duration);
        Map<String, Object> planned = new LinkedHashMap<>(job);
        planned.put("storyboard", board.toMap());
        progress.report(jobId, attempt, "storyboard", 100);
        return planned;
    }

    static Storyboard plan(String content, String lang, Format format, int duration) throws InterruptedException {
        ULocale language = ULocale.forLanguageTag(lang);
        Pace pace = Pace.of(format);
        List<String> sentences = sentences(content, language);
        List<Card> cards = cut(sentences, pace, pace.room(), RUDE_CUT, language);
        boolean japanese = language.getLanguage().equals("ja");
        double needed = needed(cards, pace, japanese);
        if (needed > duration) {
            cards = merged(cards, pace.room());
            needed = needed(cards, pace, japanese);
        }
        boolean truncated = needed > duration * HURRY;
        if (truncated) {
            cards = fitting(cards, pace, duration * HURRY, japanese, language);
        } else {
            int room = pace.room();
            while (duration / (double) cards.size() > pace.ideal() * 1.6 && room > pace.room() / 3) {
                room -= 6;
                cards = cut(sentences, pace, room, NEVER, language);
            }
        }
        return new Storyboard(timed(cards, pace, duration, format.frameRate(), japanese), truncated);
    }

    private static List<String> sentences(String content, ULocale language) {
        return LineBreaks.sentences(content.lines().toList(), language).stream()
                .map(String::strip)
                .filter(SanitizeStage::isSeen)
                .toList();
    }

    private static List<Card> cut(List<String> sentences, Pace pace, int room, double rudeCut, ULocale language)
            throws InterruptedException {
        List<Card> cards = new ArrayList<>();
        for (String sentence : sentences) {
            if (Thread.interrupted()) {
                throw new InterruptedException("Stopped while planning");
            }
            List<String> parts = parts(sentence, pace, room, rudeCut, language);
            for (int i = 0; i < parts.size(); i++) {
                cards.add(new Card(parts.get(i), i == 0, i == parts.size() - 1));
            }
        }
        return cards;
    }

    /**
     * Cuts a sentence into about the fewest parts that fit, of similar width, preferably after commas.
     *
     * @param room desired width of a part; no part exceeds the pace's
     */
    private static List<String> parts(String sentence, Pace pace, int room, double rudeCut, ULocale language) {
        int width = ReadingSpeed.width(sentence);
        int count = (width + room - 1) / room;
        if (count <= 1) {
            return List.of(sentence);
        }
        double ideal = width / (double) count;
        List<String> words = words(sentence, pace.room(), language);
        int[] widths = words.stream().mapToInt(ReadingSpeed::width).toArray();
        double[] cost = new double[words.size() + 1];
        int[] from = new int[words.size() + 1];
        for (int end = 1; end <= words.size(); end++) {
            cost[end] = Double.POSITIVE_INFINITY;
            double cut = end == words.size() || endsWithPause(words.get(end - 1)) ? 0 : rudeCut;
            int used = 0;
            for (int start = end - 1; start >= 0; start--) {
                used += widths[start];
                if (used > pace.room() && start < end - 1) {
                    break;
                }
                double unlike = (used - ideal) / ideal;
                double candidate = cost[start] + unlike * unlike + cut;
                if (candidate < cost[end]) {
                    cost[end] = candidate;
                    from[end] = start;
                }
            }
        }
        List<String> parts = new ArrayList<>();
        for (int end = words.size(); end > 0; end = from[end]) {
            parts.add(0, String.join("", words.subList(from[end], end)).strip());
        }
        return parts;
    }

    /** The phrases of a sentence; phrases that are too wide are cut at soft hyphens, and then at letters. */
    private static List<String> words(String text, int widest, ULocale language) {
        return LineBreaks.phrases(text, language).stream()
                .flatMap(phrase -> ReadingSpeed.width(phrase) <= widest
                        ? Stream.of(phrase)
                        : LineBreaks.syllables(phrase).stream())
                .flatMap(part ->
                        ReadingSpeed.width(part) <= widest ? Stream.of(part) : LineBreaks.letters(part).stream())
                .toList();
    }

    private static boolean endsWithPause(String word) {
        String bare = word.strip();
        return !bare.isEmpty() && ",;:—–、，；：،؛।".indexOf(bare.charAt(bare.length() - 1)) >= 0;
    }

    /**
     * Merges neighbors that fit into one scene, which saves settling time; but does not merge part of a sentence with
     * another sentence.
     */
    private static List<Card> merged(List<Card> cards, int room) {
        List<Card> merged = new ArrayList<>();
        for (Card card : cards) {
            Card last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last != null
                    && (!last.endsSentence() || (last.isWhole() && card.isWhole()))
                    && ReadingSpeed.width(last.text()) + ReadingSpeed.width(card.text()) < room) {
                String gap = IDEOGRAPHIC_END.matcher(last.text()).find() ? "" : " ";
                Card both = new Card(last.text() + gap + card.text(), last.startsSentence(), card.endsSentence());
                merged.set(merged.size() - 1, both);
            } else {
                merged.add(card);
            }
        }
        return merged;
    }

    /** The cards that can be read in the time. The last one ends a sentence if that leaves enough to show. */
    private static List<Card> fitting(List<Card> cards, Pace pace, double time, boolean japanese, ULocale language) {
        int count = 0;
        double used = 0;
        while (count < cards.size() && used + needed(cards.get(count), pace, japanese) <= time) {
            used += needed(cards.get(count++), pace, japanese);
        }
        for (int end = count; end > count / 2; end--) {
            if (cards.get(end - 1).endsSentence()) {
                count = end;
                break;
            }
        }
        List<Card> kept = new ArrayList<>(cards.subList(0, Math.max(count, 1)));
        Card last = kept.get(kept.size() - 1);
        String text = count == 0
                ? shortened(last.text(), Math.max(time - pace.settle(), 1), pace, japanese, language)
                : last.text();
        kept.set(kept.size() - 1, new Card(withEllipsis(text), last.startsSentence(), true));
        return kept;
    }

    private static String shortened(String text, double time, Pace pace, boolean japanese, ULocale language) {
        StringBuilder kept = new StringBuilder();
        double used = 0;
        for (String word : words(text, pace.room() / 2, language)) {
            used += ReadingSpeed.seconds(word, japanese) * pace.slowness();
            if (!kept.isEmpty() && used > time) {
                break;
            }
            kept.append(word);
        }
        return kept.toString();
    }

    private static String withEllipsis(String text) {
        String bare = text.strip();
        return bare.substring(0, PAUSES.spanBack(bare, UnicodeSet.SpanCondition.CONTAINED))
                        .strip() + "…";
    }

    private static double needed(Card card, Pace pace, boolean japanese) {
        double reading = ReadingSpeed.seconds(card.text(), japanese) * pace.slowness();
        return Math.max(pace.least(), reading + pace.settle());
    }

    private static double needed(List<Card> cards, Pace pace, boolean japanese) {
        return cards.stream().mapToDouble(card -> needed(card, pace, japanese)).sum();
    }

    /** Divides the time by what each card needs, in whole frames. */
    private static List<Scene> timed(List<Card> cards, Pace pace, int duration, int frameRate, boolean japanese) {
        double all = needed(cards, pace, japanese);
        List<Scene> scenes = new ArrayList<>();
        double start = 0;
        double passed = 0;
        for (int i = 0; i < cards.size(); i++) {
            passed += needed(cards.get(i), pace, japanese);
            double end = i == cards.size() - 1
                    ? duration
                    : Math.round(passed / all * duration * frameRate) / (double) frameRate;
            scenes.add(new Scene(cards.get(i).text(), start, end));
            start = end;
        }
        return scenes;
    }
}
