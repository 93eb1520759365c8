package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.NearName;
import com.aiprod.pipeline.pipelines.YamlNodes;
import com.aiprod.pipeline.pipelines.check.RouteFile.BeanCall;
import com.aiprod.pipeline.pipelines.check.RouteFile.ClassName;
import com.aiprod.pipeline.pipelines.check.RouteFile.Step;
import com.aiprod.pipeline.pipelines.check.RouteFile.Text;
import com.aiprod.pipeline.stage.PermanentStageException;
import com.aiprod.pipeline.stage.StageException;
import com.aiprod.pipeline.stage.TransientStageException;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.nodes.Node;
import org.springframework.util.StringUtils;

/** Checks the names of beans, methods, and classes. */
final class ReferenceCheck {

    private static final Pattern BEAN_IN_SIMPLE =
            Pattern.compile("\\$\\{bean:([A-Za-z_][\\w-]*)(?:(?:\\.|\\?method=)([A-Za-z_]\\w*))?");

    /** One word before a colon, which is meant as an error code. */
    private static final Pattern CODE = Pattern.compile("\\s*([\\w.-]+)\\s*:.*", Pattern.DOTALL);

    private static final Pattern EXCEPTION_MEMBER = Pattern.compile("\\$\\{exception\\.([A-Za-z]\\w*)");
    private static final Set<String> EXCEPTION_MEMBERS =
            Set.of("message", "stackTrace", "class", "cause", "localizedMessage", "errorCode");

    /** Classes that route files name, to suggest one of another package. */
    private static final Map<String, String> USUAL = Stream.of(
                    PermanentStageException.class,
                    TransientStageException.class,
                    Exception.class,
                    RuntimeException.class,
                    Throwable.class,
                    IllegalArgumentException.class,
                    IllegalStateException.class,
                    IOException.class,
                    java.io.InputStream.class,
                    java.net.ConnectException.class,
                    java.net.SocketTimeoutException.class,
                    String.class,
                    Integer.class,
                    Long.class,
                    Boolean.class,
                    Map.class,
                    List.class)
            .collect(Collectors.toMap(Class::getSimpleName, Class::getName, (a, b) -> a, TreeMap::new));

    private final CheckScope scope;

    ReferenceCheck(CheckScope scope) {
        this.scope = scope;
    }

    /** Reports every unknown name. */
    void check() {
        scope.steps().forEach(step -> {
            step.calls.forEach(call -> call(step, call));
            step.endpoints.forEach(endpoint -> beanEndpoint(step, endpoint));
            if (step.is("throwException")) {
                thrown(step);
            }
            if (step.is("process")) {
                reference(step, "ref");
            }
        });
        for (RouteFile file : scope.files) {
            file.classes.forEach(this::className);
            file.texts.forEach(this::inSimple);
            file.references.stream()
                    .filter(text -> CheckScope.isReference(text.value()))
                    .forEach(text -> scope.bean(text, text.value()));
        }
    }

    private void reference(Step step, String key) {
        Node node = step.fields.get(key);
        String name = step.field(key);
        if (name != null) {
            scope.bean(new Text(name, node, step), name);
        }
    }

    private void call(Step step, BeanCall call) {
        if (step.hasUnknown) {
            return;
        }
        Optional<Class<?>> type = Optional.empty();
        if (call.ref() != null) {
            type = scope.bean(call.ref(), call.ref().value());
        } else if (call.type() != null) {
            // An unknown class is reported with the other names of classes.
            type = Optional.ofNullable(scope.classOf(call.type().value()));
        } else if (call.method() == null || !step.is("bean")) {
            scope.faults.add(step.fault(
                    call.method() == null ? step.line : call.method().line(),
                    "A call of a bean needs 'ref', the name of the bean, or 'beanType', its class."));
        } else {
            scope.faults.add(step.fault("'bean' needs 'ref', the name of the bean, or 'beanType', its class."));
        }
        if (call.method() != null) {
            type.ifPresent(known -> method(call.method(), known));
        }
    }

    private void method(Text at, Class<?> type) {
        String written = at.value().strip();
        int bracket = written.indexOf('(');
        String name = (bracket < 0 ? written : written.substring(0, bracket)).strip();
        if (name.isEmpty() || name.contains("$") || name.contains("{{") || name.contains(".")) {
            return;
        }
        List<Method> named = Arrays.stream(type.getMethods())
                .filter(method -> method.getName().equals(name) || isGetter(method, name))
                .toList();
        if (named.isEmpty()) {
            Set<String> own = Arrays.stream(type.getMethods())
                    .filter(method -> method.getDeclaringClass() != Object.class)
                    .map(Method::getName)
                    .collect(Collectors.toCollection(TreeSet::new));
            scope.faults.add(at.fault("The bean has no method '" + name + "'."
                    + NearName.suggest(name, own)
                            .orElse(own.size() > 12 ? "" : " It has " + String.join(", ", own) + ".")));
            return;
        }
        if (bracket > 0 && !written.endsWith(")")) {
            scope.faults.add(at.fault("The call '" + written + "' needs a ')' at its end."));
            return;
        }
        int given = bracket < 0 ? -1 : arguments(written.substring(bracket + 1, written.length() - 1));
        if (given > 0 && named.stream().noneMatch(method -> takes(method, given))) {
            String takes = named.stream()
                    .map(Method::getParameterCount)
                    .distinct()
                    .sorted()
                    .map(String::valueOf)
                    .collect(Collectors.joining(", "));
            scope.faults.add(at.fault("'" + name + "' gets " + given + " values here, but takes " + takes + "."));
        }
    }

    /** Camel finds {@code isEmpty} by {@code empty}, too. */
    private static boolean isGetter(Method method, String name) {
        String capital = StringUtils.capitalize(name);
        return method.getParameterCount() == 0
                && (method.getName().equals("get" + capital) || method.getName().equals("is" + capital));
    }

    /** Whether a call with this number of values fits: Camel itself finds the others by their annotations or types. */
    private static boolean takes(Method method, int given) {
        if (method.isVarArgs() && given >= method.getParameterCount() - 1) {
            return true;
        }
        return given <= method.getParameterCount()
                && Arrays.stream(method.getParameters())
                        .skip(given)
                        .allMatch(parameter -> parameter.getAnnotations().length > 0
                                || parameter.getType().getName().startsWith("org.apache.camel."));
    }

    /** Commas outside of quotation marks and brackets separate arguments. */
    private static int arguments(String list) {
        if (list.isBlank()) {
            return 0;
        }
        int depth = 0;
        int count = 1;
        char quote = 0;
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '\'' || c == '"') {
                quote = c;
            } else if ("({[".indexOf(c) >= 0) {
                depth++;
            } else if (")}]".indexOf(c) >= 0) {
                depth--;
            } else if (c == ',' && depth == 0) {
                count++;
            }
        }
        return count;
    }

    private void beanEndpoint(Step step, RouteFile.Endpoint endpoint) {
        Address address = Address.of(scope.resolve(endpoint.uri().value()).orElse(""));
        if (!address.scheme().equals("bean") && !address.scheme().equals("class")) {
            return;
        }
        Node parameter = endpoint.parameters().get("beanName");
        String name = address.path().isBlank() && parameter != null
                ? String.valueOf(YamlNodes.text(parameter))
                : address.path();
        if (name.isBlank() || name.contains("${")) {
            return;
        }
        Text at = parameter == null ? endpoint.uri() : new Text(name, parameter, step);
        Optional<Class<?>> type;
        if (address.scheme().equals("class")) {
            type = Optional.ofNullable(scope.classOf(name));
            if (type.isEmpty()) {
                scope.faults.add(at.fault("There is no class '" + name + "'." + usual(name)));
            }
        } else {
            type = scope.bean(at, name);
        }
        Node method = endpoint.parameters().get("method");
        Matcher inQuery = Pattern.compile("(?:^|&)method=([^&]*)").matcher(address.query());
        if (method != null && YamlNodes.text(method) != null) {
            type.ifPresent(known -> method(new Text(YamlNodes.text(method), method, step), known));
        } else if (inQuery.find()) {
            String text = inQuery.group(1);
            type.ifPresent(known -> method(new Text(text, endpoint.uri().node(), step), known));
        }
    }

    private void inSimple(Text text) {
        Matcher call = BEAN_IN_SIMPLE.matcher(text.value());
        Matcher member = EXCEPTION_MEMBER.matcher(text.value());
        while (member.find()) {
            String name = member.group(1);
            if (!EXCEPTION_MEMBERS.contains(name)) {
                NearName.suggest(name, EXCEPTION_MEMBERS)
                        .ifPresent(near -> scope.faults.add(text.fault("An exception has no '" + name + "'." + near)));
            }
        }
        while (call.find()) {
            Optional<Class<?>> type = scope.bean(text, call.group(1));
            String method = call.group(2);
            if (method != null) {
                type.ifPresent(known -> method(new Text(method, text.node(), text.step()), known));
            }
        }
    }

    private void className(ClassName name) {
        String written = name.name().value().strip();
        boolean isException = name.key().equals("exception") || name.key().equals("exceptionType");
        if (written.startsWith("#") || written.contains("{{") || written.isEmpty()) {
            return;
        }
        Class<?> type = scope.classOf(written);
        if (type == null) {
            scope.faults.add(name.name().fault("There is no class '" + written + "'." + usual(written)));
        } else if (isException && !Throwable.class.isAssignableFrom(type)) {
            scope.faults.add(name.name().fault("'" + written + "' is not an exception."));
        }
    }

    private static String usual(String written) {
        String simple = written.substring(written.lastIndexOf('.') + 1);
        String exact = USUAL.get(simple);
        if (exact != null) {
            return " Did you mean '" + exact + "'?";
        }
        return NearName.nearest(simple, USUAL.keySet())
                .map(near -> " Did you mean '" + USUAL.get(near) + "'?")
                .orElse("");
    }

    private void errorCode(Step step) {
        String message = step.field("message");
        Matcher code = CODE.matcher(message == null ? "" : message);
        if (code.matches() && !code.group(1).matches("[A-Z0-9_]{1,64}")) {
            String upper = code.group(1).toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
            scope.faults.add(new Text(message, step.fields.get("message"), step)
                    .fault("'" + code.group(1) + "' is no error code, which has at most 64 of A-Z, 0-9, and _."
                            + (upper.length() > 64 ? "" : " Did you mean '" + upper + "'?")));
        }
    }

    private void thrown(Step step) {
        String name = step.field("exceptionType");
        if (name == null) {
            if (step.field("ref") == null) {
                scope.faults.add(step.fault("'throwException' needs 'exceptionType', such as '"
                        + PermanentStageException.class.getName() + "'."));
            } else {
                reference(step, "ref");
            }
            return;
        }
        Class<?> type = scope.classOf(name);
        if (type == null || !Throwable.class.isAssignableFrom(type)) {
            return;
        }
        if (StageException.class.isAssignableFrom(type)) {
            errorCode(step);
        }
        int line = YamlNodes.line(step.fields.get("exceptionType"));
        boolean takesText = Arrays.stream(type.getConstructors())
                .anyMatch(constructor -> Arrays.equals(constructor.getParameterTypes(), new Class<?>[] {String.class}));
        boolean takesNothing =
                Arrays.stream(type.getConstructors()).anyMatch(constructor -> constructor.getParameterCount() == 0);
        boolean hasMessage = step.field("message") != null;
        if (Modifier.isAbstract(type.getModifiers()) || (hasMessage ? !takesText : !takesText && !takesNothing)) {
            scope.faults.add(step.fault(
                    line,
                    "A route cannot throw '" + type.getSimpleName() + "', which cannot be made from a text. Use '"
                            + PermanentStageException.class.getName() + "' or '"
                            + TransientStageException.class.getName() + "'."));
        }
    }
}
