package com.aiprod.pipeline.messaging;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells an operator whose start was refused what to run, in place of a stack trace. */
final class UnusableTopicsAnalyzer extends AbstractFailureAnalyzer<UnusableTopicsException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, UnusableTopicsException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Run these commands (AIPROD_PUBSUB_PROVISION=true makes what is missing, and makes anew what is attached"
                        + " to nothing):%n%s".formatted(cause.commands()),
                cause);
    }
}
