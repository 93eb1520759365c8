package com.aiprod.pipeline.worker;

import org.apache.camel.CamelContext;
import org.springframework.boot.availability.AvailabilityChangeEvent;
import org.springframework.boot.availability.LivenessState;
import org.springframework.context.ApplicationContext;

/** How jobs come into this worker: by messages, and by slots for those. */
final class WorkerIntake implements WorkerHealth.Worker {

    private static final long LOOK_MILLIS = 100;

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
    public void shut() {
        slots.shut();
    }

    @Override
    public void listen() throws Exception {
        if (camel.isStarted()
                && camel.getRouteController()
                        .getRouteStatus(WorkerDrain.RECEIVING_ROUTE)
                        .isStopped()
                && !slots.closed()) {
            camel.getRouteController().startRoute(WorkerDrain.RECEIVING_ROUTE);
        }
    }

    @Override
    public void stopListening() throws Exception {
        // A route that has not started yet would start after it was stopped.
        while (!camel.isStarted()) {
            Thread.sleep(LOOK_MILLIS);
        }
        slots.shut();
        camel.getRouteController().stopRoute(WorkerDrain.RECEIVING_ROUTE);
    }

    @Override
    public boolean idle() {
        return attempts.noneLeft();
    }

    @Override
    public void askForRestart() {
        AvailabilityChangeEvent.publish(application, LivenessState.BROKEN);
    }
}
