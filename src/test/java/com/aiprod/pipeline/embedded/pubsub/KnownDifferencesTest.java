package com.aiprod.pipeline.embedded.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KnownDifferencesTest {

    @Test
    void everyListedDifferenceNamesATest() {
        Stream<Class<?>> classes = Stream.of(
                DeliveryConformanceTest.class,
                GoogleClientConformanceTest.class,
                OrderingConformanceTest.class,
                RedeliveryConformanceTest.class,
                ResourcesConformanceTest.class,
                StreamingPullConformanceTest.class);
        List<String> tests = classes.flatMap(type -> Arrays.stream(type.getDeclaredMethods()))
                .filter((Method method) -> method.isAnnotationPresent(ConformanceTest.class))
                .map(KnownDifferences::nameOf)
                .toList();

        assertThat(tests).containsAll(KnownDifferences.REASONS.keySet());
    }
}
