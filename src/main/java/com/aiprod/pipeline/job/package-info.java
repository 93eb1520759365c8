/** The messages and states of a job, as the contract defines them. Depends on no framework and no other package. */
package com.aiprod.pipeline.job;
