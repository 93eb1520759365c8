/** Runs a pipeline on one job without a database or Pub/Sub, for people who write pipelines, and runs their tests. */
package com.aiprod.pipeline.pipelines.trial;
