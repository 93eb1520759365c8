package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.script.Paragraph;
import com.aiprod.pipeline.video.script.Paragraph.Kind;
import com.aiprod.pipeline.video.script.Script;
import com.aiprod.pipeline.video.script.Sentences;
import com.aiprod.pipeline.video.script.StyledText;
import com.aiprod.pipeline.video.script.UnbrokenWords;
import com.aiprod.pipeline.video.script.UnbrokenWords.Range;
import com.ibm.icu.text.UnicodeSet;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Cuts a text into cards: sentences, parts of long ones, and groups of short lines and of the items of a list. */
final class CardCutter {

    /** The cost of a cut where readers would not pause, in squared parts of the ideal width. */
    static final double RUDE_CUT = 0.25;

    /** More than the total cost of any other way to cut. */
    static final double NEVER = 1e6;

    /** The width of the longest address that every preset can show on one card. */
    private static final int LONGEST_ADDRESS = 250;

    private static final Pattern ENDED = Pattern.compile("[.!?…:;。！？।؟][\"”’»)」』]*$");

    /** Not the digit of a keycap, which is an emoji. */
    private static final Pattern WORD = Pattern.compile("\\p{L}|\\p{N}(?!\\uFE0F?\\u20E3)");

    private static final UnicodeSet PICTURES = new UnicodeSet("[[:So:]\\u20E3]").freeze();

    private static final UnicodeSet PARTS_OF_PICTURES =
            new UnicodeSet("[[:So:][:Sk:][:M:][:Cf:][:Nd:][:White_Space:]]").freeze();

    private final Pace pace;
    private final ULocale language;
    private final int room;
    private final double rudeCut;

    /**
     * Creates a cutter.
     *
     * @param room desired width of a card; no card exceeds the pace's
     * @param rudeCut the cost of a cut where readers would not pause
     */
    CardCutter(Pace pace, ULocale language, int room, double rudeCut) {
        this.pace = pace;
        this.language = language;
        this.room = room;
        this.rudeCut = rudeCut;
    }

    /** Returns the cards of a text in order. An interrupt stops it. */
    List<Card> cut(Script script) throws InterruptedException {
        List<Card> cards = new ArrayList<>();
        List<Card> group = new ArrayList<>();
        for (Paragraph paragraph : script.paragraphs()) {
            if (!continues(group, paragraph)) {
                flush(group, cards);
            }
            if (paragraph.kind() == Kind.ITEM) {
                StyledText item = paragraph.lines().get(0);
                for (StyledText line :
                        paragraph.lines().subList(1, paragraph.lines().size())) {
                    item = item.plus(gap(item.text(), line.text())).plus(line);
                }
                group.add(new Card(item, "\n", false, true, true));
                continue;
            }
            boolean heading = paragraph.kind() == Kind.HEADING;
            for (StyledText line : paragraph.lines()) {
                if (paragraph.kind() == Kind.CODE) {
                    group.add(new Card(line, "\n", false, true, true));
                } else {
                    addLine(line, heading, group, cards);
                }
            }
            if (!introduces(group)) {
                flush(group, cards);
            }
        }
        flush(group, cards);
        return cards.stream().filter(card -> SanitizeStage.isSeen(card.text())).toList();
    }

    /** The items of a list, and the line before a list that ends with a colon, share cards. */
    private static boolean continues(List<Card> group, Paragraph paragraph) {
        return paragraph.kind() == Kind.ITEM && (paragraph.joined() || introduces(group));
    }

    private static boolean introduces(List<Card> group) {
        return group.size() == 1 && group.get(0).text().matches(".*[:：]");
    }

    /** A line that ends no sentence, such as a verse, waits for the next one. */
    private void addLine(StyledText line, boolean heading, List<Card> group, List<Card> cards)
            throws InterruptedException {
        List<StyledText> sentences = slices(line, Sentences.of(line.text(), language));
        StyledText last = sentences.get(sentences.size() - 1);
        if (sentences.size() == 1 && !heading) {
            group.add(new Card(last, "\n", false, true, true));
            if (ENDED.matcher(last.text()).find() && !last.text().matches(".*[:：]")) {
                flush(group, cards);
            }
            return;
        }
        flush(group, cards);
        String before = "\n";
        for (StyledText sentence : sentences) {
            cards.addAll(parts(new Card(sentence, before, heading, true, true)));
            before = gap(sentence.text(), "");
        }
    }

    /**
     * The sentences. An emoji after a full stop belongs to the sentence before; but where the text itself begins with
     * one, emoji lead their sentences.
     */
    private static List<StyledText> slices(StyledText text, List<String> pieces) {
        List<StyledText> slices = new ArrayList<>();
        boolean leading = emojiEnd(text.text()) > 0;
        int first = 0;
        int start = 0;
        for (String piece : pieces) {
            int before = emojiEnd(piece);
            if (before == piece.length() || (before > 0 && !leading)) {
                if (before < piece.length()) {
                    addSlice(text.slice(first, start + before), slices);
                    first = start + before;
                }
            } else if (start > first) {
                addSlice(text.slice(first, start), slices);
                first = start;
            }
            start += piece.length();
        }
        addSlice(text.slice(first, start), slices);
        return slices.isEmpty() ? List.of(text) : slices;
    }

    /** Where the emoji with which a text begins end; 0 if it begins with none. */
    private static int emojiEnd(String text) {
        Matcher word = WORD.matcher(text);
        int end = word.find() ? word.start() : text.length();
        String before = text.substring(0, end);
        return PICTURES.containsSome(before) && PARTS_OF_PICTURES.containsAll(before) ? end : 0;
    }

    private static void addSlice(StyledText slice, List<StyledText> slices) {
        if (!slice.strip().text().isEmpty()) {
            slices.add(slice.strip());
        }
    }

    /** A blank, except between East Asian characters. */
    static String gap(String before, String after) {
        List<String> left = LineBreaks.letters(before.substring(Math.max(0, before.length() - 4)));
        boolean eastAsian = !left.isEmpty() && LineBreaks.isEastAsian(left.get(left.size() - 1));
        return eastAsian && (after.isEmpty() || LineBreaks.isEastAsian(after)) ? "" : " ";
    }

    /** Puts lines on the fewest cards that hold them, of about equally many lines. */
    private void flush(List<Card> group, List<Card> cards) throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException("Stopped while planning");
        }
        List<Card> run = new ArrayList<>();
        for (Card line : group) {
            if (ReadingSpeed.width(line.text()) > pace.room()) {
                pack(run, cards);
                run.clear();
                cards.addAll(parts(line));
            } else {
                run.add(line);
            }
        }
        pack(run, cards);
        group.clear();
    }

    private void pack(List<Card> run, List<Card> cards) {
        int fewest = 0;
        Card filled = null;
        for (Card line : run) {
            boolean fits = filled != null && holds(filled.plus(line));
            filled = fits ? filled.plus(line) : line;
            fewest += fits ? 0 : 1;
        }
        int all = run.stream().mapToInt(line -> pace.linesOf(line.text())).sum();
        double ideal = all / (double) Math.max(fewest, 1);
        Card card = null;
        int passed = 0;
        int made = 0;
        for (Card line : run) {
            int lines = pace.linesOf(line.text());
            boolean enough = passed + lines / 2.0 > ideal * (made + 1) && made + 1 < fewest;
            if (card != null && (enough || !holds(card.plus(line)))) {
                cards.add(card);
                made++;
                card = line;
            } else {
                card = card == null ? line : card.plus(line);
            }
            passed += lines;
        }
        if (card != null) {
            cards.add(card);
        }
    }

    /** Whether one scene can show a card. */
    private boolean holds(Card card) {
        return pace.linesOf(card.text()) <= pace.lines() && ReadingSpeed.width(card.text()) <= pace.room() * 1.25;
    }

    /** Cuts a sentence into about the fewest parts that fit, of similar width, preferably after commas. */
    private List<Card> parts(Card sentence) {
        int width = ReadingSpeed.width(sentence.text());
        int count = (width + room - 1) / room;
        if (count <= 1) {
            return List.of(sentence);
        }
        double ideal = width / (double) count;
        List<String> words = words(sentence.text(), pace.room(), language);
        int[] widths = words.stream().mapToInt(ReadingSpeed::width).toArray();
        double[] cost = new double[words.size() + 1];
        int[] from = new int[words.size() + 1];
        for (int end = 1; end <= words.size(); end++) {
            cost[end] = Double.POSITIVE_INFINITY;
            double cut = end == words.size() ? 0 : cost(words.get(end - 1));
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
            parts.add(0, String.join("", words.subList(from[end], end)));
        }
        List<Card> cards = new ArrayList<>();
        int start = 0;
        for (int i = 0; i < parts.size(); i++) {
            int end = start + parts.get(i).length();
            boolean blank = i > 0 && parts.get(i - 1).endsWith(" ");
            cards.add(new Card(
                    sentence.styled().slice(start, end).strip(),
                    i == 0 ? sentence.gap() : blank ? " " : "",
                    sentence.heading(),
                    i == 0,
                    i == parts.size() - 1));
            start = end;
        }
        return cards;
    }

    private double cost(String word) {
        if (endsWithPause(word)) {
            return 0;
        }
        return LineBreaks.leadsOn(word) ? rudeCut * 2 : rudeCut;
    }

    /**
     * The phrases of a sentence; phrases that are too wide are cut at soft hyphens, and then at letters. An address stays
     * whole, because nobody can put its parts together from two cards.
     */
    static List<String> words(String text, int widest, ULocale language) {
        return LineBreaks.phrases(text, language).stream()
                .flatMap(phrase -> fits(phrase, widest) ? Stream.of(phrase) : LineBreaks.syllables(phrase).stream())
                .flatMap(part -> fits(part, widest) ? Stream.of(part) : LineBreaks.lineLetters(part, language).stream())
                .toList();
    }

    private static boolean fits(String part, int widest) {
        int width = ReadingSpeed.width(part);
        return width <= widest
                || (width <= LONGEST_ADDRESS && UnbrokenWords.in(part).stream().anyMatch(Range::address));
    }

    private static boolean endsWithPause(String word) {
        String bare = word.strip();
        return !bare.isEmpty() && ",;:—–、，；：،؛।".indexOf(bare.charAt(bare.length() - 1)) >= 0;
    }
}
