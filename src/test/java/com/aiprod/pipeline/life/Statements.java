package com.aiprod.pipeline.life;

import java.util.List;
import java.util.Map;

/** Runs the statements for the moves of a {@link World}. */
interface Statements {

    /** Runs {@code db/queries/<name>.sql} with the parameters and returns its rows. */
    List<Map<String, Object>> run(String name, Map<String, Object> parameters);

    /** Lets whole seconds pass: moves all timestamps that the statements compare with now() into the past. */
    void passTime(int seconds);
}
