package com.aiprod.pipeline.embedded.pubsub;

import io.grpc.Status;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The parsed name of a topic or subscription, by the rules of Google's resource names. */
record ResourceName(String project, String id) {
    private static final Pattern PROJECT = Pattern.compile("projects/([^/]+)");
    private static final Pattern TOPIC = ofCollection("topics");
    private static final Pattern SUBSCRIPTION = ofCollection("subscriptions");

    private static Pattern ofCollection(String collection) {
        return Pattern.compile("projects/([^/]+)/" + collection + "/((?!goog)[A-Za-z][A-Za-z0-9._~%+-]{2,254})");
    }

    static ResourceName topic(String name) {
        return parse(TOPIC, "topics", name);
    }

    static ResourceName subscription(String name) {
        return parse(SUBSCRIPTION, "subscriptions", name);
    }

    private static ResourceName parse(Pattern pattern, String collection, String name) {
        Matcher matcher = pattern.matcher(name);
        if (!matcher.matches()) {
            throw invalid(collection, name);
        }
        return new ResourceName(matcher.group(1), matcher.group(2));
    }

    static void checkProject(String name) {
        if (!PROJECT.matcher(name).matches()) {
            throw invalid("projects", name);
        }
    }

    private static RuntimeException invalid(String collection, String name) {
        return Status.INVALID_ARGUMENT
                .withDescription("Invalid [" + collection + "] name: (name=" + name + ")")
                .asRuntimeException();
    }
}
