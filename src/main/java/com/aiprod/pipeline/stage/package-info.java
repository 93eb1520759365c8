/**
 * What the stages of a pipeline use: exceptions that say whether a retry helps, progress, and checks that a worker runs
 * before it accepts jobs. Depends on no other package.
 */
package com.aiprod.pipeline.stage;
