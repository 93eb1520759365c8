package com.aiprod.pipeline.embedded.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.Subscription;
import io.grpc.Status;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * A consumer of a subscription: an open stream or a waiting pull. All methods are called under the lock of
 * the {@link SubscriptionQueue}, which also makes the use of gRPC observers safe.
 */
abstract class Consumer {
    /** Ordered lanes whose next messages only this consumer may get because it holds earlier ones. */
    final Set<Lane> lanes = new LinkedHashSet<>();

    private boolean sharedFirst;

    /**
     * Removes and returns the next lane, alternating between this consumer's own lanes and the shared ones so that neither
     * starves.
     *
     * @return the lane, or null if none is ready
     */
    final Lane pollLane(Set<Lane> shared) {
        sharedFirst = !sharedFirst;
        Lane lane = pollFirst(sharedFirst ? shared : lanes);
        return lane != null ? lane : pollFirst(sharedFirst ? lanes : shared);
    }

    private static Lane pollFirst(Set<Lane> queue) {
        Iterator<Lane> iterator = queue.iterator();
        if (!iterator.hasNext()) {
            return null;
        }
        Lane lane = iterator.next();
        iterator.remove();
        return lane;
    }

    abstract boolean hasRoom();

    /** Returns the ack deadline of this consumer in seconds. */
    abstract int ackDeadlineSeconds(Subscription settings);

    abstract void take(Entry entry, ReceivedMessage message);

    /** Called when a message of this consumer is acked, nacked, or expired, so no longer outstanding. */
    abstract void release(Entry entry);

    /**
     * Sends the messages taken.
     *
     * @return whether this consumer is done and wants no more
     */
    abstract boolean flush(Subscription settings);

    abstract void fail(Status status);
}
