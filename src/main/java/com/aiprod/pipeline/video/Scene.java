package com.aiprod.pipeline.video;

/**
 * A text and when it shows.
 *
 * @param text what is read
 * @param start seconds from the video's beginning
 * @param end seconds from the video's beginning
 */
record Scene(String text, double start, double end) {

    double seconds() {
        return end - start;
    }
}
