/** Waiting for a job: held answers and event streams, both fed by one poller. */
package com.aiprod.pipeline.api.watch;
