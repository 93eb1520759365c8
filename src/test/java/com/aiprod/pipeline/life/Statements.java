package com.aiprod.pipeline.life;

import java.util.List;
import java.util.Map;

/** What the moves of a {@link World} go through. */
interface Statements {

    /** Runs {@code db/queries/<name>.sql} with these parameters and returns its rows. */
    List<Map<String, Object>> run(String name, Map<String, Object> parameters);

    /** Lets time pass, in whole seconds: moves every moment that the statements compare with now() into the past. */
    void passTime(int seconds);
}
