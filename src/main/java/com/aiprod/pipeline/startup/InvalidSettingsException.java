package com.aiprod.pipeline.startup;

import com.aiprod.pipeline.StartRefusedException;
import java.util.List;

/** Refuses a start because settings are missing or invalid. */
final class InvalidSettingsException extends StartRefusedException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> faults;

    /** @param faults one line per setting, with the name of its environment variable */
    InvalidSettingsException(List<String> faults) {
        super(
                String.join(System.lineSeparator(), faults),
                "Correct the environment variables named above and start again.");
        this.faults = List.copyOf(faults);
    }

    List<String> faults() {
        return faults;
    }
}
