package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.brand.Brand;
import java.util.List;
import java.util.Optional;

/**
 * The card at the end of a video.
 *
 * @param text the name of the brand or the title; empty if the logo stands alone
 * @param seconds how long it must stay
 */
record EndCard(String text, double seconds) {

    /** People look up from what they do before they read a name. */
    private static final double LEAST = 2;

    /** If time is left, it stays up to this factor longer. */
    private static final double LONGEST = 2;

    /** The share of a scene's room that a sentence fills at most that is worth reading twice. */
    private static final double HEADLINE = 0.6;

    /**
     * The end card of a text: the name of its brand, or else its title, or else its first sentence if it is short.
     *
     * @param title the topic or first heading of the text; empty if it has none
     * @param cards the cards of the text
     * @return empty if there is nothing to say that the only card, or a sentence in parts, does not say itself
     */
    static Optional<EndCard> of(String title, List<Card> cards, Brand brand, Pace pace, boolean japanese) {
        String text = brand.name().isEmpty() ? title(title, cards, pace) : brand.name();
        boolean branded = brand.logo().isPresent() || !brand.name().isEmpty();
        if (!branded && (cards.size() < 2 || text.isEmpty())) {
            return Optional.empty();
        }
        double held = Math.max(LEAST, pace.needed(text, japanese));
        return Optional.of(new EndCard(text, held + pace.settle()));
    }

    private static String title(String title, List<Card> cards, Pace pace) {
        if (!title.isEmpty() && ReadingSpeed.width(title) <= pace.room()) {
            return title;
        }
        Card first = cards.get(0);
        boolean brief = ReadingSpeed.width(first.text()) <= pace.room() * HEADLINE;
        return brief && first.isWhole() && first.text().indexOf('\n') < 0 ? first.text() : "";
    }

    /** How long it stays if the video lasts longer than its text needs by some factor. */
    double seconds(double stretch) {
        return seconds * Math.min(Math.max(stretch, 1), LONGEST);
    }
}
