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
 * A statement of {@code db/queries}. Its text names parameters as {@code :?name}, or as {@code :*name} for an array with
 * the value of each exchange of a group. A line {@code -- plan: keep} makes PostgreSQL plan it once for each connection.
 * That is right where one plan fits all values, as for statements that find their rows by a job's id; every other
 * statement is planned for the values of each call.
 *
 * @param sql the text with a {@code ?} for each parameter
 * @param parameters for each {@code ?}, in order; a name may come more than once
 * @param keepsPlan whether PostgreSQL may keep the plan
 */
record Query(String name, String sql, List<Parameter> parameters, boolean keepsPlan) {

    private static final Pattern PARAMETER = Pattern.compile(":([?*])(\\w+)");
    private static final Pattern KEEP_PLAN = Pattern.compile("^-- plan: keep$", Pattern.MULTILINE);

    /**
     * A parameter of a statement.
     *
     * @param ofEach whether it is an array of texts, one for each exchange of a group
     */
    record Parameter(String name, boolean ofEach) {}

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
                        .map((MatchResult found) ->
                                new Parameter(found.group(2), found.group(1).equals("*")))
                        .toList(),
                KEEP_PLAN.matcher(text).find());
    }

    List<String> parameterNames() {
        return parameters.stream().map(Parameter::name).distinct().sorted().toList();
    }

    /** Whether it serves a group of exchanges; each of its rows then says in {@code n} which one it is for, from 1. */
    boolean servesGroups() {
        return parameters.stream().anyMatch(Parameter::ofEach);
    }
}
