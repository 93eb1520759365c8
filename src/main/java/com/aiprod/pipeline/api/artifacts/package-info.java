/** Sending the files of a job. */
package com.aiprod.pipeline.api.artifacts;
