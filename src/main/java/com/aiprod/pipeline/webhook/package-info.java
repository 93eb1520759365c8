/** Telling the end of a job to the address that its owner has named. Needs no other room of the application. */
package com.aiprod.pipeline.webhook;
