/** Tells receivers that a job has ended: targets, signatures, and whose turn it is. Knows no other room. */
package com.aiprod.pipeline.webhook;
