package com.aiprod.pipeline.worker;

import java.time.Duration;
import java.util.Optional;

/**
 * How many pipelines may run at a time in this process. A job that waits for its next try holds no slot; when its try
 * comes it goes before those that were never tried, since its time is running.
 */
final class Slots {

    private final int count;
    private int free;
    private int retriesWaiting;
    private Door door = Door.NOT_YET_OPEN;
    /** Of {@link System#nanoTime()}: since when there has been a free one, while there is. */
    private long freeSince = System.nanoTime();

    private enum Door {
        NOT_YET_OPEN,
        OPEN,
        SHUT,
        CLOSED
    }

    /** So many slots, which nobody has before they are {@link #open() opened}. */
    Slots(int count) {
        this.count = count;
        this.free = count;
    }

    int count() {
        return count;
    }

    /** How many may be had now, those that are taken included. */
    synchronized int offered() {
        return door == Door.OPEN ? count : 0;
    }

    /** How long there has been a free slot without a break; empty when there is none. */
    synchronized Optional<Duration> freeFor() {
        return free > 0 ? Optional.of(Duration.ofNanos(System.nanoTime() - freeSince)) : Optional.empty();
    }

    /** Waits for a slot for a new job; empty while {@link #shut() shut} and once {@link #close() closed}. */
    synchronized Optional<Slot> take() throws InterruptedException {
        while (door == Door.NOT_YET_OPEN || (door == Door.OPEN && (free == 0 || retriesWaiting > 0))) {
            wait();
        }
        if (door != Door.OPEN) {
            return Optional.empty();
        }
        free--;
        return Optional.of(new Slot());
    }

    /** New jobs get slots from now on. */
    synchronized void open() {
        turn(Door.OPEN);
    }

    /** No new job gets a slot until they are opened; those that wait for one are told so. */
    synchronized void shut() {
        turn(Door.SHUT);
    }

    /** No new job gets a slot ever again; those that wait for one are told so. */
    synchronized void close() {
        turn(Door.CLOSED);
    }

    synchronized boolean closed() {
        return door == Door.CLOSED;
    }

    private void turn(Door next) {
        if (door != Door.CLOSED) {
            door = next;
        }
        notifyAll();
    }

    /** One job's right to run; it may be given back and taken again. */
    final class Slot {
        private boolean held = true;

        boolean held() {
            synchronized (Slots.this) {
                return held;
            }
        }

        /**
         * Takes the slot again where it was given back.
         *
         * @param deadline of {@link System#nanoTime()}: returns then without the slot
         */
        void takeAgain(long deadline) throws InterruptedException {
            synchronized (Slots.this) {
                retriesWaiting++;
                try {
                    long left = deadline - System.nanoTime();
                    while (!held && free == 0 && left > 0) {
                        // One more than the whole milliseconds, so that it never waits for 0: forever.
                        Slots.this.wait(left / 1_000_000 + 1);
                        left = deadline - System.nanoTime();
                    }
                    if (!held && free > 0) {
                        free--;
                        held = true;
                    }
                } finally {
                    retriesWaiting--;
                    Slots.this.notifyAll();
                }
            }
        }

        void giveBack() {
            synchronized (Slots.this) {
                if (held) {
                    held = false;
                    if (free == 0) {
                        freeSince = System.nanoTime();
                    }
                    free++;
                    Slots.this.notifyAll();
                }
            }
        }
    }
}
