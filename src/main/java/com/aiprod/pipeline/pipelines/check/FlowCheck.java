package com.aiprod.pipeline.pipelines.check;

import com.aiprod.pipeline.pipelines.Fault;
import com.aiprod.pipeline.pipelines.PipelineContexts;
import com.aiprod.pipeline.pipelines.SourceFile;
import com.aiprod.pipeline.pipelines.check.RouteFile.Endpoint;
import com.aiprod.pipeline.pipelines.check.RouteFile.Route;
import com.aiprod.pipeline.pipelines.check.RouteFile.Text;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.impl.DefaultCamelContext;
import org.springframework.core.env.Environment;

/**
 * Checks files of the flow that lie over the built-in ones. A file that replaces a built-in one may add steps, move them
 * and change texts, but must keep what the product does in it: its routes and what starts them, its route configurations,
 * and each bean call, endpoint and variable.
 */
final class FlowCheck {

    private final PipelineContexts contexts;
    private final Environment environment;

    /** @param environment has the settings; only their names appear in faults */
    FlowCheck(PipelineContexts contexts, Environment environment) {
        this.contexts = contexts;
        this.environment = environment;
    }

    /**
     * Checks files of the flow.
     *
     * @param given the files by their path below {@code routes}
     * @param builtInTexts the texts of the built-in files by their path below {@code routes}
     * @return all faults by file and line; empty if all is well
     */
    List<Fault> check(SortedMap<String, Path> given, SortedMap<String, String> builtInTexts) throws IOException {
        if (given.isEmpty()) {
            return List.of();
        }
        List<Fault> faults = new ArrayList<>();
        Map<String, RouteFile> builtIn = new TreeMap<>();
        builtInTexts.forEach(
                (path, text) -> builtIn.put(path, RouteFileReader.read(new SourceFile(path, text), new ArrayList<>())));
        Map<String, RouteFile> own = new TreeMap<>();
        for (Map.Entry<String, Path> file : given.entrySet()) {
            String text = new String(Files.readAllBytes(file.getValue()), StandardCharsets.UTF_8);
            own.put(
                    file.getKey(),
                    RouteFileReader.read(new SourceFile(file.getValue().toString(), text), faults));
        }
        Map<String, RouteFile> all = new TreeMap<>(builtIn);
        all.putAll(own);
        DefaultCamelContext camel = contexts.make("check-flow");
        try {
            camel.build();
            references(camel, own.values(), all.values(), builtIn.values(), faults);
        } finally {
            camel.stop();
        }
        if (own.values().stream().allMatch(file -> file.readable)) {
            ReplacementCheck replacements = new ReplacementCheck(own.values(), all.values(), faults);
            own.forEach((path, file) -> {
                if (builtIn.containsKey(path)) {
                    replacements.check(builtIn.get(path), file);
                }
            });
        }
        Set<String> locations = own.values().stream().map(RouteFile::location).collect(Collectors.toSet());
        return CheckScope.sorted(faults.stream()
                .filter(fault -> locations.contains(fault.file()))
                .toList());
    }

    /** The beans of the application, and those that built-in routes call, whose class may not be known. */
    private Map<String, Class<?>> beans(Collection<RouteFile> builtIn) {
        Map<String, Class<?>> beans = new TreeMap<>(FlowBeans.find(environment));
        Set<String> called = new TreeSet<>();
        builtIn.stream()
                .flatMap(RouteFile::steps)
                .forEach(step -> step.calls.stream()
                        .filter(call -> call.ref() != null)
                        .forEach(call -> called.add(call.ref().value())));
        builtIn.forEach(file -> file.texts.stream()
                .map(Text::value)
                .filter(CheckScope::isReference)
                .forEach(text -> called.add(text.replaceFirst("^#(bean:)?", ""))));
        called.forEach(name -> beans.putIfAbsent(name, null));
        return beans;
    }

    private void references(
            DefaultCamelContext camel,
            Collection<RouteFile> own,
            Collection<RouteFile> all,
            Collection<RouteFile> builtIn,
            List<Fault> faults) {
        Map<String, Class<?>> beans = beans(builtIn);
        CheckScope scope = new CheckScope(camel, List.copyOf(own), CheckScope.settings(environment), Set.of(), faults);
        scope.beans.putAll(beans);
        scope.checkPlaceholders();
        new ReferenceCheck(scope).check();
        new ExpressionCheck(scope).check();
        CheckScope whole = new CheckScope(camel, List.copyOf(all), Set.of(), Set.of(), faults);
        whole.beans.putAll(beans);
        EndpointCheck endpoints = new EndpointCheck(whole);
        RouteGraph graph = new RouteGraph(whole);
        NameCheck names = new NameCheck(whole, graph);
        names.checkIds();
        names.checkSources();
        names.checkConfigurations();
        new CallCheck(whole, graph).checkTargets(Map.of());
        new EndlessCheck(whole, graph).check();
        endpoints.flow(builtIn.stream()
                .flatMap(FlowCheck::endpoints)
                .map(endpoint -> Address.of(endpoint.uri().value()).scheme())
                .collect(Collectors.toSet()));
        for (RouteFile file : own) {
            for (Route route : file.routes) {
                if (route.id == null) {
                    faults.add(route.top.fault("This route has no id: write 'id:' and a name below 'route'."));
                }
                if (route.from != null) {
                    endpoints.check(route.from, Set.of(), graph.sources());
                }
            }
            file.steps()
                    .filter(step -> !step.kind.startsWith("intercept"))
                    .forEach(step ->
                            step.endpoints.forEach(endpoint -> endpoints.check(endpoint, Set.of(), graph.sources())));
        }
    }

    private static Stream<Endpoint> endpoints(RouteFile file) {
        return Stream.concat(
                file.routes.stream().map(route -> route.from).filter(Objects::nonNull),
                file.steps().flatMap(step -> step.endpoints.stream()));
    }
}
