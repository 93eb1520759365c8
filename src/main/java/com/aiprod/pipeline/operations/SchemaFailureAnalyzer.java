package com.aiprod.pipeline.operations;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in place of a stack trace which schema was found and which is needed. */
class SchemaFailureAnalyzer extends AbstractFailureAnalyzer<SchemaException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SchemaException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Run this build once with AIPROD_ROLES=migrate, or let each process migrate: AIPROD_SCHEMA=migrate.",
                cause);
    }
}
