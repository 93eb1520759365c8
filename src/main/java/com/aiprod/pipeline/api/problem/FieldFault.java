package com.aiprod.pipeline.api.problem;

/**
 * One error in a request.
 *
 * @param field the body property, query parameter or header at fault
 * @param message what is wrong, for the caller to read
 */
public record FieldFault(String field, String message) {}
