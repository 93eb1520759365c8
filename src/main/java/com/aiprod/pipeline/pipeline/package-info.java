/**
 * The pipeline that makes a video out of a text: the presets, and the stages that the routes
 * {@code video-*.camel.yaml} call in their order. Needs no other room of the application.
 */
package com.aiprod.pipeline.pipeline;
