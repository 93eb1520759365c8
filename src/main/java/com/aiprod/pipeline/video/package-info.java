/**
 * The stages of the built-in pipeline, which makes a video of a text. Knows {@code job}, {@code stage} and {@code artifact}.
 */
package com.aiprod.pipeline.video;
