package com.aiprod.pipeline.video;

/**
 * A text and its time on the screen.
 *
 * @param text the text
 * @param start seconds from the start of the video
 * @param end seconds from the start of the video
 */
record Scene(String text, double start, double end) {

    double seconds() {
        return end - start;
    }
}
