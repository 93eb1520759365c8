package com.aiprod.pipeline.operations;

/** The application cannot start, since the database's schema is not the one that it needs and must not be changed. */
class SchemaException extends RuntimeException {

    SchemaException(String message) {
        super(message);
    }
}
