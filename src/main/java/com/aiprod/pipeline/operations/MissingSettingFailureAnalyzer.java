package com.aiprod.pipeline.operations;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says in one line each which settings are missing, in place of a stack trace. */
class MissingSettingFailureAnalyzer extends AbstractFailureAnalyzer<MissingSettingException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, MissingSettingException cause) {
        return new FailureAnalysis(
                String.join(System.lineSeparator(), cause.faults()),
                "Set what is named above as environment variables and start again.",
                cause);
    }
}
