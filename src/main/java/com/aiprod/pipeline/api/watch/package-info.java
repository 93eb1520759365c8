/** Waits for jobs: held responses and event streams, both fed by one poller. */
package com.aiprod.pipeline.api.watch;
