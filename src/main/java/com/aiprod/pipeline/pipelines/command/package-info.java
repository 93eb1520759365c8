/** The commands of the jar for people who write pipelines: {@code check}, {@code try}, and {@code test}. */
package com.aiprod.pipeline.pipelines.command;
