package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.PipelineFiles;
import com.aiprod.pipeline.pipelines.SourceFile;
import com.aiprod.pipeline.pipelines.YamlNodes;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.NamedNode;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.Model;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteDefinition;

/** Finds the place and the reason of a fault that Camel reports while it builds routes. */
public final class BuildFault {

    private static final int MAX_LENGTH = 300;
    private static final Pattern NO_CHILDREN = Pattern.compile("Definition has no children on (\\w+)");

    private BuildFault() {}

    /** The fault that stopped a context from loading or starting the routes of these files. */
    static Fault of(Throwable thrown, DefaultCamelContext camel, PipelineFiles files) {
        String reason = explain(reason(thrown));
        FailedToCreateRouteException inRoute = find(thrown, FailedToCreateRouteException.class);
        if (inRoute != null) {
            RouteDefinition route = camel.getCamelContextExtension()
                    .getContextPlugin(Model.class)
                    .getRouteDefinition(inRoute.getRouteId());
            if (route != null) {
                NamedNode node = blamed(route, String.valueOf(inRoute.getMessage()));
                return new Fault(
                        location(route.getLocation(), files),
                        Math.max(0, node.getLineNumber()),
                        node == route ? null : node.getId(),
                        reason);
            }
        }
        String all = allMessages(thrown);
        for (SourceFile file : files.files().values()) {
            int at = all.indexOf(file.location());
            if (at >= 0) {
                String line = all.substring(at + file.location().length()).replaceFirst("(?s)^:([0-9]+).*$", "$1");
                return new Fault(
                        file.location(), line.matches("[0-9]{1,7}") ? Integer.parseInt(line) : 0, null, reason);
            }
        }
        String any = files.files().containsKey(files.name() + PipelineFiles.ROUTE_SUFFIX)
                ? files.name() + PipelineFiles.ROUTE_SUFFIX
                : files.files().firstKey();
        return new Fault(files.files().get(any).location(), 0, null, reason);
    }

    private static String explain(String reason) {
        Matcher empty = NO_CHILDREN.matcher(reason);
        if (empty.lookingAt()) {
            String name = empty.group(1);
            return "'" + name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1) + "' has no steps below it.";
        }
        if (reason.contains("has no output processors")) {
            return "This route has no steps.";
        }
        return "Camel refuses this: " + reason;
    }

    private static NamedNode blamed(RouteDefinition route, String message) {
        for (Object each :
                ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class)) {
            if (message.contains(">>> " + each + " <<<")) {
                return (NamedNode) each;
            }
        }
        return route;
    }

    private static String location(String location, PipelineFiles files) {
        return files.files().values().stream()
                .map(SourceFile::location)
                .filter(name -> location != null && location.endsWith(name))
                .findFirst()
                .orElse(String.valueOf(location));
    }

    /** What the innermost exception says, in one short line. */
    public static String reason(Throwable thrown) {
        Throwable cause = thrown;
        String message = null;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            String text = YamlNodes.firstLine(cause.getMessage());
            if (!text.isEmpty()) {
                message = text;
            }
            cause = cause.getCause();
        }
        if (message == null) {
            message = thrown.getClass().getSimpleName();
        }
        message = message.replaceFirst("^Failed to resolve endpoint: .*? due to: ", "")
                .replaceFirst("^[a-z]+(\\.[a-zA-Z]+)+(Exception|Error): ", "");
        return message.length() <= MAX_LENGTH ? message : message.substring(0, MAX_LENGTH) + "…";
    }

    private static String allMessages(Throwable thrown) {
        StringBuilder all = new StringBuilder();
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            all.append(cause.getMessage()).append('\n');
            cause = cause.getCause();
        }
        return all.toString();
    }

    private static <T> T find(Throwable thrown, Class<T> type) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 20; depth++) {
            if (type.isInstance(cause)) {
                return type.cast(cause);
            }
            cause = cause.getCause();
        }
        return null;
    }
}
