/** Waits for jobs: held responses and event streams, both fed by one poller; and reads that clients repeat. */
package com.aiprod.pipeline.api.watch;
