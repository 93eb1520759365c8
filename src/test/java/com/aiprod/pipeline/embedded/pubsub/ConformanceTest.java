package com.aiprod.pipeline.embedded.pubsub;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A test of Pub/Sub behavior that runs against the embedded server and, if installed, against Google's emulator.
 * Its parameter is a {@link PubSubUnderTest}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}", autoCloseArguments = false)
@ArgumentsSource(ServersUnderTest.class)
@ExtendWith(KnownDifferences.class)
@interface ConformanceTest {}
