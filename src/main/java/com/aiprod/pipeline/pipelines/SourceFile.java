package com.aiprod.pipeline.pipelines;

/**
 * A file of a pipeline.
 *
 * @param location where faults in it are reported: a path on disk, or a path below {@code routes} for a built-in file
 * @param text its content
 */
public record SourceFile(String location, String text) {}
