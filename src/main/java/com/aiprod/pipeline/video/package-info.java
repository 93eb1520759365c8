/**
 * The stages of the built-in pipeline, which turns text into a video. Depends on {@code job}, {@code stage}, and
 * {@code artifact}.
 */
package com.aiprod.pipeline.video;
