package com.aiprod.pipeline.video.script;

import java.util.List;

/**
 * A block of the text.
 *
 * @param lines the lines as the author ended them; not empty
 * @param joined whether the block continues the one before it, as an item continues its list
 */
public record Paragraph(Kind kind, List<StyledText> lines, boolean joined) {

    /** What a block is. */
    public enum Kind {
        HEADING,
        TEXT,
        /** An item of a list; its first line begins with its bullet or number. */
        ITEM,
        CODE
    }
}
