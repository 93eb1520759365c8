package com.aiprod.pipeline.operations;

import java.util.List;

/** The application cannot start, since settings are missing or wrong; each fault is one line for the operator. */
public class MissingSettingException extends RuntimeException {

    private final List<String> faults;

    /**
     * One missing setting.
     *
     * @param setting the name an operator sets, e.g. {@code SPRING_DATASOURCE_URL}
     * @param meaning what it is for, in a few words
     */
    public MissingSettingException(String setting, String meaning) {
        this(List.of(setting + " is not set: " + meaning));
    }

    /** All faults at once. */
    MissingSettingException(List<String> faults) {
        super(String.join("; ", faults));
        this.faults = List.copyOf(faults);
    }

    List<String> faults() {
        return faults;
    }
}
