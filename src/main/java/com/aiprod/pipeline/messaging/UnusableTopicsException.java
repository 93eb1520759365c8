package com.aiprod.pipeline.messaging;

import java.util.List;
import java.util.stream.Collectors;

/** Topics or subscriptions that the process cannot do without are not there or not as it needs them. */
final class UnusableTopicsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String commands;

    /** @param faults at least one, in the order in which their commands are to be run */
    UnusableTopicsException(String project, List<TopicFault> faults) {
        super(faults.stream()
                .map(fault -> "%s %s".formatted(fault.name(), fault.what()))
                .collect(Collectors.joining(
                        "; ", "Pub/Sub cannot be used in the Google Cloud project '%s': ".formatted(project), ".")));
        this.commands = faults.stream().map(TopicFault::command).collect(Collectors.joining(System.lineSeparator()));
    }

    /** What mends them, a command on each line. */
    String commands() {
        return commands;
    }
}
