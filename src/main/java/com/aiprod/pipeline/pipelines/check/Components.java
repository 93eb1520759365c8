package com.aiprod.pipeline.pipelines.check;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.CatalogCamelContext;
import org.apache.camel.Component;

/** The components that endpoints may name, and what they say about their options. */
final class Components {

    private static final String NAMES = "META-INF/services/org/apache/camel/component.properties";

    /** Descriptions of components by scheme; missing if there is none. They never change while the program runs. */
    private static final Map<String, Optional<JsonNode>> DESCRIPTIONS = new ConcurrentHashMap<>();

    private static final Set<String> ON_CLASS_PATH = onClassPath();

    private final CamelContext camel;
    private final Set<String> schemes = new TreeSet<>(ON_CLASS_PATH);

    /** Components on the class path, and those of this context. */
    Components(CamelContext camel) {
        this.camel = camel;
        schemes.addAll(camel.getComponentNames());
        schemes.addAll(camel.getRegistry().findByTypeWithName(Component.class).keySet());
    }

    /** Adds components that need more of the application than a check starts. */
    void add(Set<String> more) {
        schemes.addAll(more);
    }

    /** The schemes of all components. */
    Set<String> schemes() {
        return schemes;
    }

    /** The catalog's description of a component, as JSON; empty if there is none. */
    Optional<JsonNode> description(String scheme) {
        return DESCRIPTIONS.computeIfAbsent(scheme, name -> {
            try {
                String json = ((CatalogCamelContext) camel).getComponentParameterJsonSchema(name);
                return json == null ? Optional.empty() : Optional.of(new ObjectMapper().readTree(json));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("The description of the component " + name + " is not JSON", e);
            } catch (IOException e) {
                return Optional.empty();
            }
        });
    }

    private static Set<String> onClassPath() {
        Set<String> names = new TreeSet<>();
        try {
            for (URL url : Collections.list(Components.class.getClassLoader().getResources(NAMES))) {
                Properties properties = new Properties();
                try (InputStream in = url.openStream()) {
                    properties.load(in);
                }
                names.addAll(
                        List.of(properties.getProperty("components", "").strip().split("\\s+")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        names.remove("");
        return names;
    }
}
