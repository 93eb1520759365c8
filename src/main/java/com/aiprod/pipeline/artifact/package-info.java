/** Stores the files of jobs until they expire. Depends on {@code stage}. */
package com.aiprod.pipeline.artifact;
