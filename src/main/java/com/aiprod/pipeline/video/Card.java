package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.script.StyledText;

/**
 * A piece of text that gets its own scene.
 *
 * @param gap what separates it from the card before, where both become one
 * @param heading whether it is a title
 */
record Card(StyledText styled, String gap, boolean heading, boolean startsSentence, boolean endsSentence) {

    String text() {
        return styled.text();
    }

    boolean isWhole() {
        return startsSentence && endsSentence;
    }

    /** Returns one card with the text of both. */
    Card plus(Card next) {
        return new Card(
                styled.plus(next.gap).plus(next.styled),
                gap,
                heading && next.heading,
                startsSentence,
                next.endsSentence);
    }
}
