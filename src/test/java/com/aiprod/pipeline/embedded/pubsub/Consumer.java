package com.aiprod.pipeline.embedded.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.Subscription;
import io.grpc.Status;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Who takes messages from a subscription: an open stream or a waiting pull. Every method is called under the lock of
 * the {@link SubscriptionQueue}, which also makes the use of the gRPC observers safe.
 */
abstract class Consumer {
    /** Ordered lanes with more to deliver that only this consumer may have, as it holds earlier messages of them. */
    final Set<Lane> lanes = new LinkedHashSet<>();

    private boolean sharedFirst;

    /**
     * Picks the lane whose turn it is, alternating between this consumer's own and the shared ones so that neither
     * starves the other.
     *
     * @return the lane, taken out of its queue, or null where nothing is ready
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

    /** Seconds that this consumer has for a message before it is delivered again. */
    abstract int ackDeadlineSeconds(Subscription settings);

    abstract void take(Entry entry, ReceivedMessage message);

    /** Is told that a message it took is acked, nacked or expired, and so no longer outstanding. */
    abstract void release(Entry entry);

    /**
     * Sends what was taken.
     *
     * @return whether this consumer is served and wants no more
     */
    abstract boolean flush(Subscription settings);

    abstract void fail(Status status);
}
