package com.aiprod.pipeline.worker;

import org.apache.camel.CamelContext;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.context.ApplicationContext;

/** Controls how jobs enter this worker: its message consumer, and the slots for its messages. */
final class WorkerIntake implements WorkerHealth.Worker {

    static final String LEASING_AHEAD_ROUTE = "run-short-jobs";
    private static final String RECEIVING_ROUTE = "run-job";
    private static final long POLL_MILLIS = 100;

    private final ApplicationContext application;
    private final CamelContext camel;
    private final Slots slots;
    private final RunningAttempts attempts;

    WorkerIntake(ApplicationContext application, CamelContext camel, Slots slots, RunningAttempts attempts) {
        this.application = application;
        this.camel = camel;
        this.slots = slots;
        this.attempts = attempts;
    }

    @Override
    public void open() {
        slots.open();
    }

    @Override
    public void pause() {
        slots.pause();
    }

    @Override
    public void startReceiving() throws Exception {
        if (camel.isStarted()
                && camel.getRouteController().getRouteStatus(RECEIVING_ROUTE).isStopped()
                && !slots.closed()) {
            camel.getRouteController().startRoute(RECEIVING_ROUTE);
        }
    }

    @Override
    public void stopReceiving() throws Exception {
        // A route that is not started yet would start after this stop.
        while (!camel.isStarted()) {
            Thread.sleep(POLL_MILLIS);
        }
        slots.pause();
        stopReceiving(camel);
    }

    /** Receives no more messages; those that wait for a slot are nacked. */
    static void stopReceiving(CamelContext camel) throws Exception {
        camel.getRouteController().stopRoute(LEASING_AHEAD_ROUTE);
        camel.getRouteController().stopRoute(RECEIVING_ROUTE);
    }

    @Override
    public boolean idle() {
        return attempts.noneLeft();
    }

    @Override
    public void requestRestart() {
        AvailabilityChangeEvent.publish(application, LivenessState.BROKEN);
    }
}
