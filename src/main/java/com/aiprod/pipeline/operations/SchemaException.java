package com.aiprod.pipeline.operations;

/** The application cannot start, since the database or its schema is not the one that it needs. */
class SchemaException extends RuntimeException {

    private final String action;

    /** @param action what the operator can do about it */
    SchemaException(String message, String action) {
        super(message);
        this.action = action;
    }

    String action() {
        return action;
    }
}
