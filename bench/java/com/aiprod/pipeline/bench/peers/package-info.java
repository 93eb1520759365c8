/** Other job queues on PostgreSQL, each in a process of its own, for PeersBench. */
package com.aiprod.pipeline.bench.peers;
