package com.aiprod.pipeline.api.problem;

/**
 * One thing that is wrong with a request.
 *
 * @param field the body's property, the query parameter or the header it is about
 * @param message what is wrong, in words for the caller
 */
public record FieldFault(String field, String message) {}
