package com.aiprod.pipeline.messaging;

import com.aiprod.pipeline.StartRefusedException;
import java.util.List;
import java.util.stream.Collectors;

/** Refuses a start because required topics or subscriptions are missing or unusable. */
final class UnusableTopicsException extends StartRefusedException {

    private static final long serialVersionUID = 1L;

    /** @param faults at least one, in the order in which to run their commands */
    UnusableTopicsException(String project, List<TopicProblem> faults) {
        super(
                faults.stream()
                        .map(fault -> "%s %s".formatted(fault.name(), fault.what()))
                        .collect(Collectors.joining(
                                "; ",
                                "Pub/Sub is not usable in the Google Cloud project '%s': ".formatted(project),
                                ".")),
                "%s%nRun these commands, or set AIPROD_PUBSUB_PROVISION=true to create what is missing or detached."
                        .formatted(commands(faults)));
    }

    private static String commands(List<TopicProblem> faults) {
        return faults.stream().map(TopicProblem::command).collect(Collectors.joining(System.lineSeparator()));
    }
}
