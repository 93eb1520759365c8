package com.aiprod.pipeline.messaging;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells an operator whose start was refused what to run, in place of a stack trace. */
final class MissingTopicsAnalyzer extends AbstractFailureAnalyzer<MissingTopicsException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, MissingTopicsException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Make them (or set AIPROD_PUBSUB_PROVISION=true):%n%s".formatted(cause.commands()),
                cause);
    }
}
