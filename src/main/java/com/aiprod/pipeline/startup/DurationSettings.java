package com.aiprod.pipeline.startup;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;

/**
 * Requires a unit in each duration setting. Spring reads a bare number as milliseconds, so a retention of 30 days
 * written in seconds would delete jobs that ended an hour ago. The defaults in {@code application.yaml} show which
 * settings are durations.
 */
final class DurationSettings {

    private static final String PREFIX = "aiprod.";
    private static final Pattern WITH_UNIT = Pattern.compile("\\d+(ns|us|ms|s|m|h|d)");
    private static final Pattern BARE = Pattern.compile("[+-]?\\d+");

    /** The settings that accept zero: forever, and no grace period. */
    private static final Set<String> MAY_BE_ZERO = Set.of("aiprod.retention.jobs", "aiprod.worker.shutdown-grace");

    private DurationSettings() {}

    /** The names of the duration settings. */
    static List<String> names() {
        return defaults()
                .flatMap(source -> Stream.of(source.getPropertyNames())
                        .filter(name -> name.startsWith(PREFIX)
                                && WITH_UNIT
                                        .matcher(String.valueOf(source.getProperty(name)))
                                        .matches()))
                .toList();
    }

    private static Stream<EnumerablePropertySource<?>> defaults() {
        try {
            List<PropertySource<?>> sources =
                    new YamlPropertySourceLoader().load("defaults", new ClassPathResource("application.yaml"));
            return sources.stream().map(source -> (EnumerablePropertySource<?>) source);
        } catch (IOException e) {
            throw new UncheckedIOException("application.yaml is part of the application", e);
        }
    }

    /** The faults of the effective durations, one line each. */
    static List<String> faults(Environment environment) {
        return names().stream()
                .flatMap(
                        name -> Optional.ofNullable(environment.getProperty(name))
                                .flatMap(value -> fault(name, value.strip()))
                                .stream())
                .toList();
    }

    private static Optional<String> fault(String name, String value) {
        String wrong = null;
        try {
            Duration duration = DurationStyle.detectAndParse(value);
            if (duration.isNegative() || (duration.isZero() && !MAY_BE_ZERO.contains(name))) {
                wrong = "is not above zero";
            } else if (BARE.matcher(value).matches() && !duration.isZero()) {
                wrong = "has no unit";
            }
        } catch (IllegalArgumentException | ArithmeticException e) {
            wrong = "is not a duration";
        }
        return Optional.ofNullable(wrong)
                .map(what -> variable(name) + " (" + name + ") is '" + value + "', which " + what
                        + ": use a value such as 90s, 15m, or 30d");
    }

    /** The environment variable for a property. */
    static String variable(String property) {
        return property.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }
}
