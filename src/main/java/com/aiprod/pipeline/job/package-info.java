/** The domain: a job's states, its legal moves and the messages it travels in. Knows no framework and no other room. */
package com.aiprod.pipeline.job;
