package com.aiprod.pipeline.worker;

import java.time.Duration;
import java.util.Optional;

/**
 * Limits how many pipelines run at a time in this process. A job that waits for a retry holds no slot. When it is due,
 * it takes precedence over new jobs, because its wall time is running.
 */
final class Slots {

    private final int count;
    private int free;
    private int retriesWaiting;
    private boolean leasesAhead;
    private State state = State.NEW;
    /** Since when a slot has been free without a break, as {@link System#nanoTime()}; valid only while one is free. */
    private long freeSince = System.nanoTime();

    private enum State {
        NEW,
        OPEN,
        PAUSED,
        CLOSED
    }

    /** Creates slots that are not available until they are {@link #open() opened}. */
    Slots(int count) {
        this.count = count;
        this.free = count;
    }

    int count() {
        return count;
    }

    /** The slots on offer, including those taken; 0 unless open. */
    synchronized int offered() {
        return state == State.OPEN ? count : 0;
    }

    /** How long a slot has been free without a break; empty if none is free. */
    synchronized Optional<Duration> freeFor() {
        return free > 0 ? Optional.of(Duration.ofNanos(System.nanoTime() - freeSince)) : Optional.empty();
    }

    /**
     * Waits for a slot for a new job; empty while {@link #pause() paused} and once {@link #close() closed}.
     *
     * @param leasedAhead whether the job is one of those that the worker leases for slots that are not free yet; also
     *     empty if it no longer {@link #leasesAhead}
     */
    synchronized Optional<Slot> take(boolean leasedAhead) throws InterruptedException {
        while (state == State.NEW || (state == State.OPEN && (free == 0 || retriesWaiting > 0))) {
            if (leasedAhead && !leasesAhead) {
                return Optional.empty();
            }
            wait();
        }
        if (state != State.OPEN) {
            return Optional.empty();
        }
        free--;
        return Optional.of(new Slot());
    }

    /** Whether the worker leases messages for slots that are not free yet, because its jobs are short. */
    synchronized boolean leasesAhead() {
        return leasesAhead;
    }

    /** Begins or ceases to lease ahead; jobs that were leased ahead and have no slot then get none. */
    synchronized void leaseAhead(boolean ahead) {
        leasesAhead = ahead;
        notifyAll();
    }

    /** Offers slots to new jobs. */
    synchronized void open() {
        change(State.OPEN);
    }

    /** Offers no slots to new jobs until opened again; waiting callers return. */
    synchronized void pause() {
        change(State.PAUSED);
    }

    /** Permanently offers no slots to new jobs; waiting callers return. */
    synchronized void close() {
        change(State.CLOSED);
    }

    synchronized boolean closed() {
        return state == State.CLOSED;
    }

    private void change(State next) {
        if (state != State.CLOSED) {
            state = next;
        }
        notifyAll();
    }

    /** A job's right to run; can be given back and taken again. */
    final class Slot {
        private boolean held = true;

        boolean held() {
            synchronized (Slots.this) {
                return held;
            }
        }

        /**
         * Takes the slot again if it was given back.
         *
         * @param deadline as {@link System#nanoTime()}; returns without the slot once it has passed
         */
        void takeAgain(long deadline) throws InterruptedException {
            synchronized (Slots.this) {
                retriesWaiting++;
                try {
                    long left = deadline - System.nanoTime();
                    while (!held && free == 0 && left > 0) {
                        // Rounded up, because a wait of 0 ms would last forever.
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
