/** Lists of jobs and of presets. */
package com.aiprod.pipeline.api.jobs;
