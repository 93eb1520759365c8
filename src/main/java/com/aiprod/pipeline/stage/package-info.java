/**
 * What the stages of a pipeline may use: exceptions that say whether a retry helps, progress, and what a worker checks before it
 * takes jobs. Knows no other room.
 */
package com.aiprod.pipeline.stage;
