package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.pipelines.check.RouteFile.Endpoint;
import com.aiprod.pipeline.pipelines.check.RouteFile.Expression;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import com.aiprod.pipeline.pipelines.check.RouteFile.Text;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CatalogCamelContext;
import org.apache.camel.NoSuchLanguageException;
import org.apache.camel.language.simple.types.BinaryOperatorType;
import org.apache.camel.spi.Language;
import org.snakeyaml.engine.v2.nodes.Node;
import org.springframework.util.function.SingletonSupplier;

/** Parses every expression. */
final class ExpressionCheck {

    /** Languages whose expressions are not parsed before they run, or not without more settings. */
    private static final Set<String> NOT_PARSED = Set.of(
            "constant",
            "method",
            "ref",
            "language",
            "tokenize",
            "xtokenize",
            "header",
            "variable",
            "exchangeProperty",
            "wasm");

    private static final Pattern UNKNOWN_FUNCTION = Pattern.compile("Unknown function: ([A-Za-z][\\w-]*)");
    private static final Pattern CALL = Pattern.compile("\\$\\{([A-Za-z]+)\\(");
    private static final Pattern COMPARISON =
            Pattern.compile(".*(==|!=|=~|>=|<=|\\s[<>]\\s|\\s(contains|regex|in|is)\\s).*");

    /** What stands between two values, where a comparison is expected. */
    private static final Pattern OPERATOR = Pattern.compile("}\\s+(!?[A-Za-z]+|[^\\s\\w'\"${}?:]+)\\s+(?=[\\w'\"$-])");

    private static final Set<String> OPERATORS = Stream.concat(
                    Arrays.stream(BinaryOperatorType.values()).map(BinaryOperatorType::getOperatorText),
                    Stream.of("&&", "||"))
            .collect(Collectors.toUnmodifiableSet());

    /** Nobody wants the text of one of these. */
    private static final Pattern FUNCTION = Pattern.compile("\\$\\{(body|header|variable|exchangeProperty)[.\\[}]");

    private static final Pattern CONSTANT_REGEX = Pattern.compile("\\s!?regex\\s+(?:'([^']*)'|\"([^\"]*)\")");

    private final CheckScope scope;
    private final Set<Text> checked = new HashSet<>();
    private final Supplier<Set<String>> functions = SingletonSupplier.of(this::functions);

    ExpressionCheck(CheckScope scope) {
        this.scope = scope;
    }

    /** Reports each expression that does not parse. */
    void check() {
        scope.steps().forEach(step -> {
            step.expressions.forEach(this::expression);
            for (Endpoint endpoint : step.endpoints) {
                if (endpoint.role().equals("toD")) {
                    simple(endpoint.uri(), false);
                }
            }
            if (step.is("log", "throwException")) {
                Node message = step.fields.get("message");
                if (message != null && YamlNodes.text(message) != null) {
                    simple(new Text(YamlNodes.text(message), message, step), false);
                }
            }
            if (step.is("setVariable", "setHeader", "setProperty") && step.field("name") != null) {
                simple(new Text(step.field("name"), step.fields.get("name"), step), false);
            }
            if (step.is("delay")) {
                step.expressions.forEach(expression -> milliseconds(step, expression));
            }
            if (step.is("loop") && !"true".equals(step.field("doWhile"))) {
                step.expressions.forEach(expression -> times(step, expression));
            }
        });
    }

    private void expression(Expression expression) {
        String language = expression.language();
        Text text = expression.text();
        if (language.equals("simple")) {
            if (text.value().isBlank()) {
                scope.faults.add(text.fault("The expression is empty."));
            } else {
                simple(text, expression.predicate());
            }
        } else if (language.equals("method")) {
            int bracket = text.value().indexOf('(');
            if (bracket > 0 && text.value().contains("${")) {
                simple(text, false);
            }
        } else if (language.equals("constant")
                && text.step()
                        .is(
                                "setBody",
                                "setHeader",
                                "setHeaders",
                                "setVariable",
                                "setVariables",
                                "setProperty",
                                "transform")
                && FUNCTION.matcher(text.value()).find()) {
            scope.faults.add(text.fault("'constant' takes this text literally: use 'simple', which fills in ${...}."));
        } else if (!NOT_PARSED.contains(language) && !expression.fields().containsKey("namespace")) {
            parse(language, text, expression.predicate());
        }
    }

    private void simple(Text text, boolean predicate) {
        if (!checked.add(text)) {
            return;
        }
        boolean hasFunction = text.value().contains("${") || text.value().contains("$simple{");
        if (predicate
                && !hasFunction
                && !text.value().contains("{{")
                && COMPARISON.matcher(text.value()).matches()) {
            scope.faults.add(
                    text.fault(
                            "This compares texts as they stand: write a value of the job as ${...}, such as ${body[content]}."));
        } else if (predicate || hasFunction) {
            parse("simple", text, predicate);
            functions(text);
            if (predicate) {
                regularExpressions(text);
            }
        }
    }

    /** Camel reports an unknown function with values in brackets only when it runs. */
    private void functions(Text text) {
        Matcher call = CALL.matcher(text.value());
        while (call.find()) {
            String name = call.group(1);
            if (!functions.get().contains(name)) {
                NearName.suggest(name, functions.get())
                        .ifPresent(near ->
                                scope.faults.add(text.fault("There is no function '" + name + "' in simple." + near)));
            }
        }
    }

    /** Camel compiles them only when it runs. */
    private void regularExpressions(Text text) {
        Matcher constant = CONSTANT_REGEX.matcher(text.value());
        while (constant.find()) {
            String regex = constant.group(1) == null ? constant.group(2) : constant.group(1);
            if (!regex.contains("${") && !regex.contains("{{")) {
                try {
                    Pattern.compile(regex);
                } catch (PatternSyntaxException e) {
                    scope.faults.add(text.fault(
                            "The regular expression '" + regex + "' does not parse: " + e.getDescription() + "."));
                }
            }
        }
    }

    private void parse(String name, Text text, boolean predicate) {
        Optional<String> resolved = scope.resolve(text.value());
        if (resolved.isEmpty()) {
            return;
        }
        Language language;
        try {
            language = scope.camel.resolveLanguage(name);
        } catch (NoSuchLanguageException e) {
            scope.faults.add(text.fault("The language '" + name + "' is not part of the application: use 'simple'."));
            return;
        }
        try {
            if (predicate) {
                language.createPredicate(resolved.get()).init(scope.camel);
            } else {
                language.createExpression(resolved.get()).init(scope.camel);
            }
        } catch (RuntimeException e) {
            if (BuildFault.reason(e).contains("No bean could be found")) {
                // The names of beans have a check of their own.
                return;
            }
            scope.faults.add(text.fault(explain(name, text.value(), e)));
        }
    }

    private String explain(String language, String text, RuntimeException e) {
        String reason = language.equals("simple") ? YamlNodes.firstLine(e.getMessage()) : BuildFault.reason(e);
        Matcher unknown = UNKNOWN_FUNCTION.matcher(reason);
        if (unknown.find()) {
            return "There is no function '" + unknown.group(1) + "' in simple."
                    + NearName.suggest(unknown.group(1), functions.get()).orElse("");
        }
        if (language.equals("simple")) {
            for (String pair : List.of("[]", "()", "{}")) {
                long open = text.chars().filter(c -> c == pair.charAt(0)).count();
                long closed = text.chars().filter(c -> c == pair.charAt(1)).count();
                if (open != closed) {
                    reason = open > closed
                            ? "a '" + pair.charAt(1) + "' is missing"
                            : "a '" + pair.charAt(0) + "' is missing";
                }
            }
            reason = reason.replaceFirst(" at location [0-9]+$", "");
            if (reason.startsWith("Unexpected token")) {
                reason = unknownOperator(text).orElse(reason);
            }
        }
        String shown = text.strip().lines().findFirst().orElse("");
        return "The expression '" + (shown.length() > 80 ? shown.substring(0, 80) + "…" : shown) + "' does not parse: "
                + reason + (reason.endsWith(".") || reason.endsWith("?") ? "" : ".");
    }

    private static Optional<String> unknownOperator(String text) {
        return OPERATOR.matcher(text)
                .results()
                .map(match -> match.group(1))
                .filter(operator -> !OPERATORS.contains(operator))
                .findFirst()
                .map(operator -> "there is no operator '" + operator + "'."
                        + NearName.suggest(operator, OPERATORS)
                                .orElse(" Operators are ==, !=, <, <=, >, >=, contains, startsWith, endsWith, in, is,"
                                        + " regex, &&, and ||."));
    }

    private Set<String> functions() {
        Set<String> names = new TreeSet<>();
        try {
            String json = ((CatalogCamelContext) scope.camel).getLanguageParameterJsonSchema("simple");
            new ObjectMapper()
                    .readTree(json)
                    .path("functions")
                    .fieldNames()
                    .forEachRemaining(name -> names.add(name.replaceFirst("[(.:].*$", "")));
        } catch (IOException e) {
            return Set.of();
        }
        return names;
    }

    private void milliseconds(Step step, Expression expression) {
        boolean isText = expression.language().equals("constant")
                || (expression.language().equals("simple")
                        && !expression.text().value().contains("${"));
        Optional<String> value = scope.resolve(expression.text().value());
        if (isText && value.isPresent() && !value.get().strip().matches("[0-9]+")) {
            scope.faults.add(step.fault(
                    expression.text().line(),
                    "'delay' is '" + expression.text().value() + "', and not a number of milliseconds, such as 1000."));
        }
    }

    private void times(Step step, Expression expression) {
        Optional<String> value = scope.resolve(expression.text().value());
        if (expression.language().equals("constant")
                && value.isPresent()
                && !value.get().strip().matches("[0-9]+")) {
            scope.faults.add(step.fault(
                    expression.text().line(),
                    "'loop' is '" + expression.text().value()
                            + "', and not a number of times: for a condition, set 'doWhile: true'."));
        }
    }
}
