package com.aiprod.pipeline.db;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a migration must not do to a table in use: block others for as long as it takes to read
 * or write all of its rows. A table that the same file creates is not in use yet.
 */
final class MigrationRules {

    private static final int FLAGS = Pattern.CASE_INSENSITIVE | Pattern.DOTALL;
    private static final Pattern NOISE =
            Pattern.compile("--[^\\n]*|/\\*.*?\\*/|\\$(\\w*)\\$.*?\\$\\1\\$|'(?:[^']|'')*'", FLAGS);
    private static final Pattern CREATED =
            Pattern.compile("CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\\w+)", FLAGS);
    private static final Pattern TABLE = Pattern.compile(
            "^(?:ALTER TABLE (?:IF EXISTS )?(?:ONLY )?|CREATE (?:UNIQUE )?INDEX .*? ON (?:ONLY )?"
                    + "|UPDATE (?:ONLY )?|DELETE FROM (?:ONLY )?|TRUNCATE (?:TABLE )?|LOCK (?:TABLE )?)(\\w+)",
            FLAGS);
    private static final Pattern INDEX_CONCURRENTLY =
            Pattern.compile("^CREATE (?:UNIQUE )?INDEX CONCURRENTLY (\\w+) ON ", FLAGS);

    private record Rule(Pattern forbidden, String reason) {}

    private static final List<Rule> RULES = List.of(
            rule("^CREATE (UNIQUE )?INDEX (?!CONCURRENTLY)", "an index is built CONCURRENTLY"),
            rule("^DROP INDEX (?!CONCURRENTLY)", "an index is dropped CONCURRENTLY"),
            rule("^REINDEX (?!.*CONCURRENTLY)", "an index is built anew CONCURRENTLY"),
            rule("^CREATE (UNIQUE )?INDEX CONCURRENTLY IF NOT EXISTS", "IF NOT EXISTS would take one left half built"),
            rule(
                    "\\bADD (CONSTRAINT \\w+ )?(CHECK|FOREIGN KEY)\\b(?!.*NOT VALID)",
                    "a constraint is added NOT VALID, and a later migration has VALIDATE CONSTRAINT"),
            rule(
                    "\\bADD (CONSTRAINT \\w+ )?(UNIQUE|PRIMARY KEY|EXCLUDE)\\b(?!.*USING INDEX)",
                    "a key is added USING INDEX, which was built CONCURRENTLY"),
            rule(
                    "\\bSET NOT NULL\\b",
                    "CHECK (… IS NOT NULL) NOT VALID, validated later, needs no scan under the lock"),
            rule("\\bALTER (COLUMN )?\\w+ (SET DATA )?TYPE\\b", "a new column takes the place of one of another type"),
            rule(
                    "\\bADD (COLUMN )?(IF NOT EXISTS )?(?!CONSTRAINT|CHECK|FOREIGN|UNIQUE|PRIMARY|EXCLUDE)\\w+ [^,]*"
                            + "\\b(REFERENCES|UNIQUE|PRIMARY KEY|CHECK|GENERATED|(small|big)?serial)\\b",
                    "a column is added plain; what must hold of it comes afterwards"),
            rule(
                    "\\bADD (COLUMN )?(IF NOT EXISTS )?(?!CONSTRAINT|CHECK|FOREIGN|UNIQUE|PRIMARY|EXCLUDE)\\w+ [^,]*"
                            + "\\bDEFAULT (?!now\\(\\))[^,]*\\(",
                    "a default that is computed for each row writes them all"),
            rule("\\bSET (LOGGED|UNLOGGED|TABLESPACE|ACCESS METHOD)\\b", "the table would be written anew"),
            rule("^(TRUNCATE|LOCK|CLUSTER|VACUUM FULL)\\b", "nobody could use the table"),
            rule("^(UPDATE|DELETE FROM)\\b", "rows of a table in use are changed in small steps, by the application"));

    private MigrationRules() {}

    /** @return the violations in a migration, each with the statement and the rule */
    static List<String> faults(String migration) {
        List<String> statements = statements(migration);
        Set<String> made = statements.stream()
                .map(CREATED::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .collect(Collectors.toSet());
        List<String> faults = new ArrayList<>();
        for (String statement : statements) {
            Matcher table = TABLE.matcher(statement);
            if (!table.find() || !made.contains(table.group(1))) {
                RULES.stream()
                        .filter(rule -> rule.forbidden().matcher(statement).find())
                        .forEach(rule -> faults.add(statement + ": " + rule.reason()));
            }
            Matcher index = INDEX_CONCURRENTLY.matcher(statement);
            if (index.find()
                    && !statements.containsAll(
                            List.of("SET lock_timeout = 0", "DROP INDEX CONCURRENTLY IF EXISTS " + index.group(1)))) {
                faults.add(statement + ": begin with SET lock_timeout = 0, since it waits for others and nobody for it,"
                        + " and with DROP INDEX CONCURRENTLY IF EXISTS, so that it can be repeated");
            }
        }
        String all = String.join(" ", statements);
        if (all.contains("NOT VALID") && all.contains("VALIDATE CONSTRAINT")) {
            faults.add("VALIDATE CONSTRAINT in the transaction of NOT VALID reads all rows under its lock");
        }
        return faults;
    }

    /** Returns the statements, each on one line, without comments, string literals, and function bodies. */
    private static List<String> statements(String migration) {
        return Pattern.compile(";")
                .splitAsStream(NOISE.matcher(migration).replaceAll(" '' "))
                .map(statement -> statement.strip().replaceAll("\\s+", " "))
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    private static Rule rule(String forbidden, String reason) {
        return new Rule(Pattern.compile(forbidden, FLAGS), reason);
    }
}
