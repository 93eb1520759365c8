package com.aiprod.pipeline.video;

import com.aiprod.pipeline.video.script.StyledText;
import com.aiprod.pipeline.video.script.StyledText.Span;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * A text and its time on the screen.
 *
 * @param text the text; a line feed ends a line
 * @param start seconds from the start of the video
 * @param end seconds from the start of the video
 * @param heading whether it is a title
 * @param spans the parts of the text with a style
 */
record Scene(String text, double start, double end, boolean heading, List<Span> spans) {

    @JsonCreator
    Scene(
            @JsonProperty("text") String text,
            @JsonProperty("start") double start,
            @JsonProperty("end") double end,
            @JsonProperty("heading") boolean heading,
            @JsonProperty("spans") List<Span> spans) {
        this.text = text;
        this.start = start;
        this.end = end;
        this.heading = heading;
        this.spans = spans == null ? List.of() : spans;
    }

    Scene(String text, double start, double end) {
        this(text, start, end, false, List.of());
    }

    /** The same text as a title. */
    Scene asHeading() {
        return new Scene(text, start, end, true, spans);
    }

    double seconds() {
        return end - start;
    }

    StyledText styled() {
        return new StyledText(text, spans);
    }
}
