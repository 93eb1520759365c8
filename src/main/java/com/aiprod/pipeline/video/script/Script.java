package com.aiprod.pipeline.video.script;

import com.aiprod.pipeline.video.script.Paragraph.Kind;
import com.ibm.icu.text.UnicodeSet;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a text says, in blocks.
 *
 * @param title the topic of the request, or else the first heading; empty if the text has neither
 * @param language the language to set the text in
 * @param paragraphs the blocks; the first is the title if it comes from a request
 */
public record Script(String title, ULocale language, List<Paragraph> paragraphs) {

    /** Characters that are visible on the screen. */
    private static final UnicodeSet SEEN =
            new UnicodeSet("[^[:Cf:][:White_Space:][:Default_Ignorable_Code_Point:]]").freeze();

    /** A line this long was probably wrapped by a program. */
    private static final int WRAPPED = 55;

    private static final Pattern STARTS_SMALL = Pattern.compile("^\\p{Ll}.*");
    private static final Pattern ENDED = Pattern.compile(".*[.!?…:;。！？।][\"”’»)]*$");

    /** Reads a text, whose language is corrected by its script and by the language of its request. */
    public static Script read(String content, ULocale given) {
        Optional<Request> request = Request.at(content);
        String text = request.map(Request::text).orElse(content);
        List<Paragraph> paragraphs = new ArrayList<>();
        request.filter(asked -> !asked.title().isEmpty())
                .ifPresent(asked ->
                        paragraphs.add(new Paragraph(Kind.HEADING, List.of(StyledText.of(asked.title())), false)));
        Markdown.read(text).forEach(paragraph -> paragraphs.add(rejoined(paragraph)));
        if (paragraphs.stream().noneMatch(Script::isSeen)) {
            paragraphs.add(
                    new Paragraph(Kind.TEXT, content.lines().map(StyledText::of).toList(), false));
        }
        String title = paragraphs.stream()
                .filter(paragraph -> paragraph.kind() == Kind.HEADING)
                .map(paragraph -> paragraph.lines().get(0).text())
                .findFirst()
                .orElse("");
        ULocale language = TextLanguage.of(
                content, request.map(asked -> spoken(asked, given)).orElse(given));
        return new Script(title, language, paragraphs);
    }

    /** Whether any part of a text is visible on the screen. */
    public static boolean isSeen(String text) {
        return SEEN.containsSome(text);
    }

    private static boolean isSeen(Paragraph paragraph) {
        return paragraph.lines().stream().anyMatch(line -> isSeen(line.text()));
    }

    /** The given tag is kept if it says more, as {@code pt-BR} does. */
    private static ULocale spoken(Request request, ULocale given) {
        return given.getLanguage().equals(request.language().getLanguage()) ? given : request.language();
    }

    /** Rejoins lines that a program wrapped, in the middle of a sentence. */
    private static Paragraph rejoined(Paragraph paragraph) {
        if (paragraph.kind() == Kind.CODE) {
            return paragraph;
        }
        List<StyledText> lines = new ArrayList<>();
        for (StyledText line : paragraph.lines()) {
            StyledText last = lines.isEmpty() ? null : lines.get(lines.size() - 1);
            int length = last == null ? 0 : last.text().length() - last.text().lastIndexOf('\n') - 1;
            if (last != null
                    && length >= WRAPPED
                    && STARTS_SMALL.matcher(line.text()).matches()
                    && !ENDED.matcher(last.text()).matches()) {
                lines.set(lines.size() - 1, last.plus(" ").plus(line));
            } else {
                lines.add(line);
            }
        }
        return new Paragraph(paragraph.kind(), lines, paragraph.joined());
    }
}
