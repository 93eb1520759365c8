package com.aiprod.pipeline.video;

import com.aiprod.pipeline.job.LineEndings;
import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.Progress;
import com.aiprod.pipeline.stage.StageBean;
import com.aiprod.pipeline.video.script.Script;
import com.ibm.icu.text.Normalizer2;
import com.ibm.icu.text.UnicodeSet;
import com.ibm.icu.util.ULocale;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.camel.Body;
import org.apache.camel.Header;
import org.apache.camel.Variable;

/** Makes the job's text displayable and its settings valid. */
@StageBean
public class SanitizeStage {

    /** Control characters except tab and line feed, unpaired surrogates, and unassigned and private-use characters. */
    private static final UnicodeSet UNSHOWABLE = new UnicodeSet("[[:Cc:][:Cs:][:Cn:][:Co:]-[\\u0009\\u000A]]").freeze();

    /** Bidirectional control characters, which can make a text read as another. */
    private static final Pattern DIRECTION_TRICKS = Pattern.compile("[\\u202A-\\u202E\\u2066-\\u2069\\uFEFF\\u200B]");

    /**
     * The maximum code points of one perceived letter: a base and as many marks as the Stream-Safe Text Format (Unicode
     * Standard Annex #15, section 13) allows, which is more than any language needs. Tens of thousands would take a
     * minute to typeset.
     */
    private static final int MOST_OF_ONE_LETTER = 31;

    private static final String JOINER = "\u200D";

    private static final Pattern BLANKS = Pattern.compile("[\\t \\u00A0\\u1680\\u2000-\\u200A\\u202F\\u205F\\u3000]+");
    private static final Pattern INDENT = Pattern.compile("^[\\t ]+");
    private static final Pattern EMPTY_LINES = Pattern.compile("\\n{3,}");

    private final Progress progress;

    /** Creates the stage with its progress receiver. */
    public SanitizeStage(Progress progress) {
        this.progress = progress;
    }

    /**
     * Returns the job with normalized values: {@code content} in Unicode's composed form, without control characters,
     * with single spaces except at the start of a line, at most one empty line between paragraphs, and no letter with
     * more marks than people can distinguish; known {@code preset} and {@code lang}; {@code duration_sec} within the
     * preset's limits, or null if neither the job nor the preset sets it.
     *
     * @throws PermanentStageException {@code CONTENT_EMPTY} if nothing is left to show
     */
    public Map<String, Object> sanitize(
            @Body Map<String, Object> job,
            @Variable("preset") Map<String, Object> preset,
            @Header("jobId") String jobId,
            @Header("attempt") int attempt) {
        progress.report(jobId, attempt, "sanitize", 0);
        Format format = Format.of(preset);
        String content = clean(String.valueOf(job.getOrDefault("content", "")));
        if (!isSeen(content)) {
            throw new PermanentStageException("CONTENT_EMPTY", "The content has no displayable characters");
        }
        Map<String, Object> clean = new LinkedHashMap<>(job);
        clean.put("content", content);
        clean.put("lang", language(job.get("lang")));
        clean.put("duration_sec", duration(job.get("duration_sec"), preset, format));
        progress.report(jobId, attempt, "sanitize", 100);
        return clean;
    }

    /** Whether any part of the text is visible on the screen. */
    static boolean isSeen(String text) {
        return Script.isSeen(text);
    }

    private static Integer duration(Object wanted, Map<String, Object> preset, Format format) {
        Object seconds = wanted == null ? preset.get("default_duration_sec") : wanted;
        if (!(seconds instanceof Number number)) {
            return null;
        }
        return Math.min(Math.max(number.intValue(), 1), format.maxDurationSec());
    }

    private static String language(Object tag) {
        String language =
                tag == null ? "" : ULocale.forLanguageTag(tag.toString()).toLanguageTag();
        return language.isEmpty() || language.equals("und") ? Locale.ENGLISH.toLanguageTag() : language;
    }

    private static String clean(String content) {
        String text = Normalizer2.getNFCInstance().normalize(content);
        text = LineEndings.toLineFeeds(text);
        text = showable(text);
        text = DIRECTION_TRICKS.matcher(text).replaceAll("");
        text = text.lines().map(SanitizeStage::withSingleSpaces).collect(Collectors.joining("\n"));
        text = EMPTY_LINES.matcher(text).replaceAll("\n\n").strip();
        return LineBreaks.letters(text).stream().map(SanitizeStage::bounded).collect(Collectors.joining());
    }

    /** The indent of a line says to which item of a list it belongs. */
    private static String withSingleSpaces(String line) {
        Matcher indent = INDENT.matcher(line);
        String start = indent.find() ? indent.group().replace("\t", "    ") : "";
        return (start + BLANKS.matcher(line.strip()).replaceAll(" ").strip()).stripTrailing();
    }

    /** Uses ICU's character table, because the JDK's is as old as the JDK and lacks newer emoji. */
    private static String showable(String text) {
        return text.codePoints()
                .filter(c -> !UNSHOWABLE.contains(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String bounded(String letter) {
        if (letter.codePointCount(0, letter.length()) <= MOST_OF_ONE_LETTER) {
            return letter;
        }
        String kept = letter.substring(0, letter.offsetByCodePoints(0, MOST_OF_ONE_LETTER));
        // Otherwise it would join the next letter.
        return kept.endsWith(JOINER) ? kept.substring(0, kept.length() - 1) : kept;
    }
}
