package com.aiprod.pipeline.system.operation;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One scrape of the application's Prometheus metrics: the value of each series. */
final class Scrape {

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? (\\S+)");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private final Map<Series, Double> samples = new LinkedHashMap<>();

    /** One time series. */
    record Series(String name, Map<String, String> labels) {}

    private Scrape(String text) {
        text.lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            Matcher sample = SAMPLE.matcher(line);
            if (!sample.matches()) {
                throw new AssertionError("Not a sample: " + line);
            }
            Map<String, String> labels = new TreeMap<>();
            Matcher label = LABEL.matcher(sample.group(2) == null ? "" : sample.group(2));
            while (label.find()) {
                labels.put(label.group(1), label.group(2));
            }
            samples.put(new Series(sample.group(1), labels), Double.valueOf(sample.group(3)));
        });
    }

    /** Scrapes the management port. */
    static Scrape of(int managementPort) throws Exception {
        URI uri = URI.create("http://localhost:" + managementPort + "/actuator/prometheus");
        HttpResponse<String> answer = CLIENT.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new AssertionError(answer.statusCode() + " " + answer.body());
        }
        return new Scrape(answer.body());
    }

    Set<Series> series() {
        return samples.keySet();
    }

    /** Returns the metric names of all series. */
    Set<String> names() {
        Set<String> names = new TreeSet<>();
        samples.keySet().forEach(series -> names.add(series.name()));
        return names;
    }

    /** Returns the sum of the series with this name and all these {@code name=value} labels, or NaN if there is none. */
    double value(String name, String... labels) {
        return samples.entrySet().stream()
                .filter(sample -> sample.getKey().name().equals(name)
                        && List.of(labels).stream().allMatch(label -> has(sample.getKey(), label)))
                .mapToDouble(Map.Entry::getValue)
                .reduce((sum, next) -> sum + next)
                .orElse(Double.NaN);
    }

    private static boolean has(Series series, String label) {
        int sign = label.indexOf('=');
        return label.substring(sign + 1).equals(series.labels().get(label.substring(0, sign)));
    }
}
