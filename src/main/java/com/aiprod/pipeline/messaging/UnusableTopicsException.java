package com.aiprod.pipeline.messaging;

import java.util.List;

/** Topics or subscriptions that the process cannot do without are not there, and it is not to make them. */
final class MissingTopicsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String commands;

    /** @param commands one command for each missing part, in the order in which to run them */
    MissingTopicsException(String project, List<String> commands) {
        super("%d topics or subscriptions are missing in the Google Cloud project '%s'"
                .formatted(commands.size(), project));
        this.commands = String.join(System.lineSeparator(), commands);
    }

    /** What makes the missing parts, a command on each line. */
    String commands() {
        return commands;
    }
}
