/** Delivers webhooks when a job ends: targets, signatures and turns. Depends on no other package of the project. */
package com.aiprod.pipeline.webhook;
