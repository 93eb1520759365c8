package com.aiprod.pipeline.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.embedded.pubsub.EmbeddedPubSub;
import com.aiprod.pipeline.kubernetes.Overlay;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.google.cloud.pubsub.v1.SubscriptionAdminClient;
import com.google.cloud.pubsub.v1.SubscriptionAdminSettings;
import com.google.cloud.pubsub.v1.TopicAdminClient;
import com.google.cloud.pubsub.v1.TopicAdminSettings;
import com.google.pubsub.v1.ProjectName;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.SubscriptionName;
import com.google.pubsub.v1.TopicName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.util.unit.DataSize;

/** The topics, subscriptions, and permissions in {@code k8s/} match those that the application creates and uses. */
class DeclaredTopicsTest {

    private static final String PROJECT = "declared";
    private static final Path ROUTES = Path.of("src/main/resources/routes");
    private static final Map<String, String> ROLE_OF_FOLDER = Map.of(
            "api", "api", "dispatch", "dispatcher", "work", "worker", "record", "recorder", "pipelines", "worker");
    private static final Pattern PRINCIPAL = Pattern.compile("/subject/ns/aiprod/sa/([a-z]+)$");
    private static final EmbeddedPubSub PUB_SUB = EmbeddedPubSub.start();
    private static final PubSubSettings SETTINGS = new PubSubSettings(
            PROJECT, PUB_SUB.endpoint(), null, Duration.ofSeconds(10), DataSize.ofMegabytes(16), Duration.ZERO);
    private static final PubSubConnection CONNECTION = new PubSubConnection(SETTINGS);

    @BeforeAll
    static void provision() throws IOException {
        new TopicSetup(SETTINGS, CONNECTION).run();
    }

    @AfterAll
    static void end() {
        CONNECTION.close();
        PUB_SUB.close();
    }

    @Test
    void declareTheSameTopics() throws IOException {
        var settings = TopicAdminSettings.newBuilder();
        CONNECTION.configure((channel, credentials) ->
                settings.setTransportChannelProvider(channel).setCredentialsProvider(credentials));
        Set<String> made = new HashSet<>();
        try (TopicAdminClient topics = TopicAdminClient.create(settings.build())) {
            topics.listTopics(ProjectName.of(PROJECT))
                    .iterateAll()
                    .forEach(topic -> made.add(TopicName.parse(topic.getName()).getTopic()));
        }
        assertThat(Overlay.GKE.all("PubSubTopic").stream().map(Overlay::name))
                .hasSize(3)
                .containsExactlyInAnyOrderElementsOf(made);
    }

    @Test
    void declareTheSameSubscriptionsWithTheSameSettings() throws IOException {
        var settings = SubscriptionAdminSettings.newBuilder();
        CONNECTION.configure((channel, credentials) ->
                settings.setTransportChannelProvider(channel).setCredentialsProvider(credentials));
        Map<String, String> made = new TreeMap<>();
        try (SubscriptionAdminClient subscriptions = SubscriptionAdminClient.create(settings.build())) {
            subscriptions
                    .listSubscriptions(ProjectName.of(PROJECT))
                    .iterateAll()
                    .forEach(subscription -> made.put(
                            SubscriptionName.parse(subscription.getName()).getSubscription(), describe(subscription)));
        }
        Map<String, String> declared = new TreeMap<>();
        Overlay.GKE
                .all("PubSubSubscription")
                .forEach(subscription -> declared.put(Overlay.name(subscription), describe(subscription.path("spec"))));
        assertThat(declared).hasSize(3).isEqualTo(made);
    }

    private static String describe(Subscription subscription) {
        return "topic %s, ack %d s, retry %d to %d s, expires %s, dead letters %s after %d"
                .formatted(
                        TopicName.parse(subscription.getTopic()).getTopic(),
                        subscription.getAckDeadlineSeconds(),
                        subscription.getRetryPolicy().getMinimumBackoff().getSeconds(),
                        subscription.getRetryPolicy().getMaximumBackoff().getSeconds(),
                        subscription.getExpirationPolicy().hasTtl() ? "once" : "never",
                        subscription.hasDeadLetterPolicy()
                                ? TopicName.parse(subscription
                                                .getDeadLetterPolicy()
                                                .getDeadLetterTopic())
                                        .getTopic()
                                : "",
                        subscription.getDeadLetterPolicy().getMaxDeliveryAttempts());
    }

    private static String describe(JsonNode spec) {
        return "topic %s, ack %d s, retry %d to %d s, expires %s, dead letters %s after %d"
                .formatted(
                        spec.at("/topicRef/name").asText(),
                        spec.path("ackDeadlineSeconds").asInt(),
                        seconds(spec.at("/retryPolicy/minimumBackoff")),
                        seconds(spec.at("/retryPolicy/maximumBackoff")),
                        spec.at("/expirationPolicy/ttl").asText("unset").isEmpty() ? "never" : "once",
                        spec.at("/deadLetterPolicy/deadLetterTopicRef/name").asText(),
                        spec.at("/deadLetterPolicy/maxDeliveryAttempts").asInt());
    }

    private static int seconds(JsonNode duration) {
        return Integer.parseInt(duration.asText().replace("s", ""));
    }

    @Test
    void grantEachRoleWhatItsRoutesNeedAndNoMore() throws IOException {
        Set<String> granted = new TreeSet<>();
        for (ObjectNode policy : Overlay.GKE.all("IAMPartialPolicy")) {
            String resource = policy.at("/spec/resourceRef/name").asText();
            assertThat(Overlay.name(policy)).isEqualTo(resource);
            assertThat(policy.at("/spec/resourceRef/kind").asText())
                    .isEqualTo(resource.endsWith("-sub") ? "PubSubSubscription" : "PubSubTopic");
            for (JsonNode binding : policy.at("/spec/bindings")) {
                String right = binding.path("role").asText().replace("roles/pubsub.", "");
                for (String member : binding.path("members").findValuesAsText("member")) {
                    Matcher principal = PRINCIPAL.matcher(member);
                    if (principal.find()) {
                        granted.add("%s %s %s".formatted(principal.group(1), right, resource));
                    } else {
                        // TopicSetup checks in every role that all topics and subscriptions exist.
                        assertThat(member).endsWith("/namespace/aiprod");
                        assertThat(right).isEqualTo("viewer");
                    }
                }
            }
        }
        assertThat(granted).isNotEmpty().isEqualTo(used());
    }

    /** Pub/Sub itself publishes a dead letter and then acks the original message. */
    @Test
    void grantPubSubTheRightToMoveDeadLetters() {
        Set<String> granted = new TreeSet<>();
        for (ObjectNode policy : Overlay.GKE.all("IAMPartialPolicy")) {
            for (JsonNode binding : policy.at("/spec/bindings")) {
                for (String identity : binding.findValuesAsText("name")) {
                    Overlay.GKE.one("ServiceIdentity", identity);
                    granted.add("%s on %s".formatted(binding.path("role").asText(), Overlay.name(policy)));
                }
            }
        }
        assertThat(granted)
                .containsExactlyInAnyOrder(
                        "roles/pubsub.publisher on aiprod-pipeline-dlq",
                        "roles/pubsub.subscriber on aiprod-pipeline-jobs-sub");
    }

    /** The topics and subscriptions that a folder's routes use, including the routes they call in {@code shared}. */
    private static Set<String> used() throws IOException {
        Map<String, Set<String>> calls = new TreeMap<>();
        Map<String, String> shared = new TreeMap<>();
        Set<String> used = new TreeSet<>();
        for (Path file : routeFiles()) {
            String role = ROLE_OF_FOLDER.get(ROUTES.relativize(file).getName(0).toString());
            for (JsonNode item : new YAMLMapper().readTree(file.toFile())) {
                String from = item.at("/route/from/uri").asText();
                if (role != null && from.startsWith("google-pubsub:")) {
                    used.add("%s subscriber %s".formatted(role, last(from)));
                }
                for (String to : item.findValuesAsText("uri")) {
                    if (to.startsWith("google-pubsub:") && !to.equals(from)) {
                        if (role == null) {
                            shared.put(from, last(to));
                        } else {
                            used.add("%s publisher %s".formatted(role, last(to)));
                        }
                    }
                    calls.computeIfAbsent(to, key -> new TreeSet<>()).add(String.valueOf(role));
                }
            }
        }
        // The shared error handling publishes dead letters for the two roles that receive messages.
        shared.forEach((route, topic) -> {
            assertThat(calls.get(route)).containsExactly("null", "worker");
            used.add("worker publisher " + topic);
            used.add("recorder publisher " + topic);
        });
        return used;
    }

    private static List<Path> routeFiles() throws IOException {
        try (Stream<Path> files = Files.walk(ROUTES)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static String last(String uri) {
        return uri.substring(uri.lastIndexOf(':') + 1);
    }
}
