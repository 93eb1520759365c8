package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.brand.Brand;
import com.aiprod.pipeline.video.script.Script;
import com.aiprod.pipeline.video.script.StyledText;
import com.ibm.icu.text.UnicodeSet;
import com.ibm.icu.util.ULocale;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.DoubleStream;

/**
 * The scenes of a text, and what they leave out.
 *
 * @param title what the text is about
 * @param language the language to set it in
 * @param duration seconds of the video
 * @param omitted the end of the text that is not shown; empty if all is
 * @param wholeDuration seconds that would show all of the text
 */
record StoryboardPlan(
        Storyboard board, String title, ULocale language, int duration, String omitted, int wholeDuration) {

    /** Less than this many seconds does not count. */
    private static final double ROUNDING = 0.06;

    private static final Pattern LINE_END = Pattern.compile("[,:;，：；、]$");

    private static final int LONGEST_TITLE = 80;

    /** Punctuation that an ellipsis replaces. */
    private static final UnicodeSet PAUSES = new UnicodeSet("[[:Po:][:Pd:]-[!?！？؟%\\&@#\"'”’]]").freeze();

    /**
     * Plans the scenes.
     *
     * @param wanted seconds of the video; null for what the text needs, up to the preset's maximum
     * @param brand named on the end card
     */
    static StoryboardPlan of(Script script, Format format, Integer wanted, Brand brand) throws InterruptedException {
        Planner planner = new Planner(script, format, brand);
        return planner.plan(wanted);
    }

    /** Plans one text. */
    private static final class Planner {

        private final Script script;
        private final Format format;
        private final Pace pace;
        private final boolean japanese;
        private final Brand brand;
        private String omitted = "";

        Planner(Script script, Format format, Brand brand) {
            this.script = script;
            this.format = format;
            this.brand = brand;
            this.pace = Pace.of(format);
            this.japanese = script.language().getLanguage().equals("ja");
        }

        StoryboardPlan plan(Integer wanted) throws InterruptedException {
            List<Card> cards = cut(pace.room(), CardCutter.RUDE_CUT);
            int whole = inSeconds(needed(cards, pace));
            int most = wanted == null ? format.maxDurationSec() : wanted;
            String title = script.title().isEmpty() ? shortened(cards.get(0).text()) : script.title();
            if (needed(cards, pace) > most + ROUNDING) {
                return result(hurried(cards, most), null, title, most, whole);
            }
            Optional<EndCard> end = EndCard.of(script.title(), cards, brand, pace, japanese)
                    .filter(card -> needed(cards, pace) + card.seconds() <= most + ROUNDING);
            double all = needed(cards, pace) + end.map(EndCard::seconds).orElse(0.0);
            int duration = wanted == null ? Math.min(inSeconds(all), most) : wanted;
            double told = end.map(card -> frames(duration - card.seconds(duration / all)))
                    .orElse((double) duration);
            Scene last = end.map(card -> new Scene(card.text(), told, duration)).orElse(null);
            return result(timed(shorter(cards, told), pace, told, end.isPresent()), last, title, duration, whole);
        }

        private int inSeconds(double needed) {
            return Math.max(pace.shortest(), (int) Math.ceil(needed - ROUNDING));
        }

        /** Cuts cards that would stay much longer than is ideal. */
        private List<Card> shorter(List<Card> whole, double time) throws InterruptedException {
            List<Card> cards = whole;
            int room = pace.room();
            while (time / cards.size() > pace.ideal() * 1.6 && room > pace.room() / 3) {
                room -= 6;
                cards = cut(room, CardCutter.NEVER);
            }
            return cards;
        }

        private List<Card> cut(int room, double rudeCut) throws InterruptedException {
            return new CardCutter(pace, script.language(), room, rudeCut).cut(script);
        }

        private StoryboardPlan result(List<Scene> scenes, Scene end, String title, int duration, int whole) {
            Storyboard board = new Storyboard(scenes, !omitted.isEmpty(), end);
            return new StoryboardPlan(board, title, script.language(), duration, omitted, whole);
        }

        /** Drops no card before minimum times and reading times have given way as far as they can. */
        private List<Scene> hurried(List<Card> cards, int duration) {
            List<Card> merged = merged(cards);
            if (needed(merged, pace) <= duration) {
                return timed(merged, pace, duration);
            }
            Pace fastest = pace;
            for (Pace faster : pace.hurried()) {
                if (needed(merged, faster) <= duration) {
                    return timed(merged, faster, duration);
                }
                fastest = faster;
            }
            Card all = merged.get(0);
            for (Card card : merged.subList(1, merged.size())) {
                all = all.plus(card);
            }
            if (ReadingSpeed.width(all.text()) <= pace.room() && pace.linesOf(all.text()) <= pace.lines()) {
                return timed(List.of(all), fastest, duration);
            }
            return timed(fitting(merged, fastest, duration), fastest, duration);
        }

        /**
         * Merges neighbors that fit into one scene, which saves settling time; but does not merge part of a sentence
         * with another sentence.
         */
        private List<Card> merged(List<Card> cards) {
            List<Card> merged = new ArrayList<>();
            for (Card card : cards) {
                Card last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
                Card both = last == null || last.heading() || card.heading() ? null : last.plus(card);
                if (both != null
                        && (!last.endsSentence() || (last.isWhole() && card.isWhole()))
                        && ReadingSpeed.width(both.text()) <= pace.room()
                        && (both.text().indexOf('\n') < 0 || pace.linesOf(both.text()) <= pace.lines())) {
                    merged.set(merged.size() - 1, both);
                } else {
                    merged.add(card);
                }
            }
            return merged;
        }

        /** The cards that can be read in the time; what remains of it is less than the next card needs. */
        private List<Card> fitting(List<Card> cards, Pace fastest, double time) {
            int count = 0;
            while (count < cards.size() && needed(cards.subList(0, count + 1), fastest) <= time) {
                count++;
            }
            if (count == 0) {
                return List.of(beginning(cards, fastest, time));
            }
            StringBuilder rest = new StringBuilder();
            for (Card card : cards.subList(count, cards.size())) {
                rest.append(rest.isEmpty() ? "" : card.gap()).append(card.text());
            }
            omitted = rest.toString();
            List<Card> kept = new ArrayList<>(cards.subList(0, count));
            Card last = kept.get(count - 1);
            if (!last.endsSentence()) {
                kept.set(count - 1, ended(last, last.text().length()));
            }
            return kept;
        }

        /** As many words of the first card as can be read. */
        private Card beginning(List<Card> cards, Pace fastest, double time) {
            Card first = cards.get(0);
            int end = 0;
            double used = 0;
            for (String word : CardCutter.words(first.text(), pace.room() / 2, script.language())) {
                used += ReadingSpeed.seconds(word, japanese) * fastest.slowness();
                if (end > 0 && used > Math.max(time - fastest.settle(), 1)) {
                    break;
                }
                end += word.length();
            }
            StringBuilder rest = new StringBuilder(first.text().substring(end).stripLeading());
            for (Card card : cards.subList(1, cards.size())) {
                rest.append(rest.isEmpty() ? "" : card.gap()).append(card.text());
            }
            omitted = rest.toString();
            return end == first.text().length() && first.endsSentence() ? first : ended(first, end);
        }

        private static Card ended(Card card, int end) {
            String bare = card.text().substring(0, end).stripTrailing();
            int kept = PAUSES.spanBack(bare, UnicodeSet.SpanCondition.CONTAINED);
            StyledText text = card.styled().slice(0, kept == 0 ? bare.length() : kept);
            return new Card(text.strip().plus("…"), card.gap(), card.heading(), card.startsSentence(), true);
        }

        private double needed(Card card, Pace at) {
            return at.needed(card.text(), japanese);
        }

        private double needed(List<Card> cards, Pace at) {
            double closing = cards.size() > 1 ? at.settle() : 0;
            return cards.stream().mapToDouble(card -> needed(card, at)).sum() + closing;
        }

        private List<Scene> timed(List<Card> cards, Pace at, int duration) {
            return timed(cards, at, duration, false);
        }

        /**
         * Divides the time by what each card needs, in whole frames. The first card has appeared before the first
         * frame, because the last one gives way to it at the end of the video.
         */
        private List<Scene> timed(List<Card> cards, Pace at, double duration, boolean followed) {
            double[] needs =
                    cards.stream().mapToDouble(card -> needed(card, at)).toArray();
            if (needs.length > 1 && !followed) {
                needs[0] -= at.settle();
                needs[needs.length - 1] += 2 * at.settle();
            }
            double all = DoubleStream.of(needs).sum();
            List<Scene> scenes = new ArrayList<>();
            double start = 0;
            double passed = 0;
            for (int i = 0; i < cards.size(); i++) {
                Card card = cards.get(i);
                passed += needs[i];
                double end = i == cards.size() - 1 ? duration : frames(passed / all * duration);
                scenes.add(new Scene(
                        card.text(), start, end, card.heading(), card.styled().spans()));
                start = end;
            }
            return scenes;
        }

        /** The time of the nearest frame. */
        private double frames(double seconds) {
            return Math.round(seconds * format.frameRate()) / (double) format.frameRate();
        }

        private String shortened(String text) {
            String first = text.lines().findFirst().orElse(text);
            String line =
                    text.indexOf('\n') < 0 ? first : LINE_END.matcher(first).replaceAll("");
            if (ReadingSpeed.width(line) <= LONGEST_TITLE) {
                return line;
            }
            StringBuilder kept = new StringBuilder();
            List<String> words = CardCutter.words(line, LONGEST_TITLE / 2, script.language());
            boolean address = ReadingSpeed.width(words.get(0)) >= LONGEST_TITLE;
            for (String word : address ? LineBreaks.addressParts(line) : words) {
                if (ReadingSpeed.width(kept + word) >= LONGEST_TITLE) {
                    break;
                }
                kept.append(word);
            }
            return kept.toString().strip() + "…";
        }
    }
}
