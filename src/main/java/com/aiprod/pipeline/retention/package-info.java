/** The retention periods of jobs, files, and rows. Depends on {@code artifact}. */
package com.aiprod.pipeline.retention;
