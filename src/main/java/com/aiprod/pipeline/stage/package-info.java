/**
 * What the stages of a pipeline use: exceptions that say whether a retry helps, the endpoints {@code progress:} and
 * {@code job:}, and checks that a worker runs before it accepts jobs. Depends on the messages of a job.
 */
package com.aiprod.pipeline.stage;
