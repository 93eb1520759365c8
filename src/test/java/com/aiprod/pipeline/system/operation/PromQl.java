package com.aiprod.pipeline.system.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads Prometheus expressions, as far as the rules and dashboards here need: there is no PromQL parser for Java
 * on Maven Central. Supports selectors, ranges, functions, aggregations, operators, and vector matching, but not
 * subqueries, {@code offset}, or {@code @}. Unsupported syntax is an error.
 * https://prometheus.io/docs/prometheus/latest/querying/basics/
 */
final class PromQl {

    private static final Pattern TOKEN = Pattern.compile("\\s*(?:(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
            + "|(?<duration>\\d+(?:ms|[smhdwy])(?![a-zA-Z0-9_]))"
            + "|(?<number>\\d+(?:\\.\\d+)?)"
            + "|(?<string>\"(?:[^\"\\\\]|\\\\.)*\")"
            + "|(?<sign>=~|!~|==|!=|<=|>=|[-+*/%^<>=(){}\\[\\],]))");

    private static final Set<String> AGGREGATIONS = Set.of("sum", "min", "max", "avg", "count", "topk");

    /** Functions, and whether each takes a range. */
    private static final Map<String, Boolean> FUNCTIONS =
            Map.of("rate", true, "increase", true, "histogram_quantile", false, "absent", false, "time", false);

    private static final List<Set<String>> OPERATORS = List.of(
            Set.of("or"),
            Set.of("and", "unless"),
            Set.of("==", "!=", "<=", "<", ">=", ">"),
            Set.of("+", "-"),
            Set.of("*", "/", "%"),
            Set.of("^"));

    private final String text;
    private final List<String> tokens = new ArrayList<>();
    private final List<Selector> selectors = new ArrayList<>();
    private int next;

    /** A label matcher; {@code operator} is one of {@code = != =~ !~}. */
    record Condition(String label, String operator, String value) {

        boolean accepts(String actual) {
            boolean same = operator.endsWith("~") ? actual.matches(value) : actual.equals(value);
            return operator.startsWith("!") != same;
        }
    }

    /** A series selector of an expression. */
    record Selector(String metric, List<Condition> conditions) {}

    private PromQl(String text) {
        this.text = text;
        Matcher token = TOKEN.matcher(text);
        int end = 0;
        while (end < text.stripTrailing().length()) {
            if (!token.find(end) || token.start() != end) {
                throw new IllegalArgumentException("No token at %d of %s".formatted(end, text));
            }
            tokens.add(token.group().strip());
            end = token.end();
        }
    }

    /**
     * Returns the series selectors of the expression.
     *
     * @throws IllegalArgumentException if it is not a valid or supported expression
     */
    static List<Selector> selectors(String expression) {
        PromQl parser = new PromQl(expression);
        if (parser.binary(0)) {
            throw parser.unexpected("an instant vector");
        }
        if (parser.next < parser.tokens.size()) {
            throw parser.unexpected("the end");
        }
        return parser.selectors;
    }

    /** This method and the next read one part of the grammar and return whether it is a range. */
    private boolean binary(int level) {
        if (level == OPERATORS.size()) {
            return unary();
        }
        boolean range = binary(level + 1);
        while (OPERATORS.get(level).contains(peek())) {
            next++;
            accept("bool");
            if (accept("on") || accept("ignoring")) {
                labels();
                if (accept("group_left") || accept("group_right")) {
                    labels();
                }
            }
            boolean rangeBeside = binary(level + 1);
            if (range || rangeBeside) {
                throw unexpected("no range beside an operator");
            }
        }
        return range;
    }

    private boolean unary() {
        accept("-");
        String token = take();
        if (token.equals("(")) {
            boolean range = binary(0);
            expect(")");
            return range;
        }
        if (token.matches("\\d+(\\.\\d+)?")) {
            return false;
        }
        if (AGGREGATIONS.contains(token)) {
            boolean grouped = grouping();
            arguments(false);
            if (!grouped) {
                grouping();
            }
            return false;
        }
        if (FUNCTIONS.containsKey(token)) {
            arguments(FUNCTIONS.get(token));
            return false;
        }
        if (token.matches("[a-zA-Z_:][a-zA-Z0-9_:]*")) {
            return selector(token);
        }
        next--;
        throw unexpected("a number, a function or a metric");
    }

    private boolean grouping() {
        if (accept("by") || accept("without")) {
            labels();
            return true;
        }
        return false;
    }

    private void arguments(boolean range) {
        expect("(");
        while (!accept(")")) {
            if (binary(0) != range) {
                throw unexpected(range ? "a range" : "no range");
            }
            if (!peek().equals(")")) {
                expect(",");
            }
        }
    }

    private void labels() {
        expect("(");
        while (!accept(")")) {
            name();
            if (!peek().equals(")")) {
                expect(",");
            }
        }
    }

    private boolean selector(String metric) {
        List<Condition> conditions = new ArrayList<>();
        if (accept("{")) {
            while (!accept("}")) {
                String label = name();
                String operator = take();
                String value = take();
                if (!Set.of("=", "!=", "=~", "!~").contains(operator) || !value.startsWith("\"")) {
                    throw unexpected("a condition on a label");
                }
                conditions.add(new Condition(label, operator, value.substring(1, value.length() - 1)));
                if (!peek().equals("}")) {
                    expect(",");
                }
            }
        }
        selectors.add(new Selector(metric, conditions));
        if (!accept("[")) {
            return false;
        }
        if (!take().matches("\\d+(ms|[smhdwy])")) {
            throw unexpected("a duration");
        }
        expect("]");
        return true;
    }

    private String name() {
        String name = take();
        if (!name.matches("[a-zA-Z_][a-zA-Z0-9_]*")) {
            throw unexpected("a label");
        }
        return name;
    }

    private String peek() {
        return next < tokens.size() ? tokens.get(next) : "";
    }

    private String take() {
        String token = peek();
        next++;
        return token;
    }

    private boolean accept(String token) {
        if (peek().equals(token)) {
            next++;
            return true;
        }
        return false;
    }

    private void expect(String token) {
        if (!accept(token)) {
            throw unexpected(token);
        }
    }

    private IllegalArgumentException unexpected(String wanted) {
        return new IllegalArgumentException("Expected %s at token %d '%s' of %s".formatted(wanted, next, peek(), text));
    }
}
