/** How long jobs, files and rows are kept. Knows {@code artifact}. */
package com.aiprod.pipeline.retention;
