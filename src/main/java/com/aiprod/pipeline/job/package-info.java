/** The messages and states of a job, as the contract defines them. Knows no framework and no other room. */
package com.aiprod.pipeline.job;
