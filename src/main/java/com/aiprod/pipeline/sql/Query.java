package com.aiprod.pipeline.sql;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.apache.camel.CamelContext;
import org.apache.camel.support.ResourceHelper;

/**
 * A statement of {@code db/queries}. Its text names parameters as {@code :?name}. A line {@code -- plan: keep} makes
 * PostgreSQL plan it once for each connection. That is right where one plan fits all values, as for statements that find
 * their rows by a job's id; every other statement is planned for the values of each call.
 *
 * @param sql the text with a {@code ?} for each parameter
 * @param parameters the name of each {@code ?}, in order; a name may come more than once
 * @param keepsPlan whether PostgreSQL may keep the plan
 */
record Query(String name, String sql, List<String> parameters, boolean keepsPlan) {

    private static final Pattern PARAMETER = Pattern.compile(":\\?(\\w+)");
    private static final Pattern KEEP_PLAN = Pattern.compile("^-- plan: keep$", Pattern.MULTILINE);

    /**
     * Reads a statement from the classpath.
     *
     * @throws IllegalArgumentException if there is no such file; names the file
     */
    static Query read(CamelContext camel, String name) throws IOException {
        String path = "db/queries/" + name + ".sql";
        InputStream file = ResourceHelper.resolveResourceAsInputStream(camel, "classpath:" + path);
        if (file == null) {
            throw new IllegalArgumentException(
                    "query:%s needs the file %s, which does not exist".formatted(name, path));
        }
        try (file) {
            return of(name, new String(file.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    static Query of(String name, String text) {
        return new Query(
                name,
                PARAMETER.matcher(text).replaceAll("?"),
                PARAMETER
                        .matcher(text)
                        .results()
                        .map((MatchResult found) -> found.group(1))
                        .toList(),
                KEEP_PLAN.matcher(text).find());
    }
}
