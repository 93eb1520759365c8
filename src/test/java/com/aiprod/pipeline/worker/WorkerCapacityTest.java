package com.aiprod.pipeline.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.StaticListableBeanFactory;
import org.springframework.boot.actuate.health.HealthIndicator;

/** When jobs count as short. */
class WorkerCapacityTest {

    private final Slots slots = new Slots(2);
    private WorkerCapacity capacity = capacity(Duration.ofMinutes(1));

    private WorkerCapacity capacity(Duration idle) {
        return new WorkerCapacity(slots, new StaticListableBeanFactory().getBeanProvider(HealthIndicator.class), idle);
    }

    @BeforeEach
    void open() {
        slots.open();
    }

    /** Claims this many jobs within a second, and returns what the next report says about their pace. */
    private Object paceAfter(int claims) {
        for (int i = 0; i < claims; i++) {
            capacity.claimed(Map.of());
        }
        Exchange exchange = new DefaultExchange(new DefaultCamelContext());
        capacity.measure(exchange);
        return exchange.getVariable("pace");
    }

    @Test
    void reportsThePaceOnlyWhenItChanges() throws Exception {
        assertThat(paceAfter(7)).isNull();
        assertThat(paceAfter(8)).isEqualTo("short");
        assertThat(slots.leasesAhead()).isTrue();
        assertThat(paceAfter(8)).isNull();
        takeAllSlots();
        assertThat(paceAfter(2)).isNull();
        assertThat(paceAfter(1)).isEqualTo("long");
        assertThat(slots.leasesAhead()).isFalse();
        assertThat(paceAfter(0)).isNull();
    }

    @Test
    void aPauseOfTheWorkDoesNotMakeJobsLong() throws Exception {
        assertThat(paceAfter(8)).isEqualTo("short");
        assertThat(paceAfter(0)).isNull();
        Slots.Slot slot = slots.take(true).orElseThrow();
        assertThat(paceAfter(1)).isNull();
        assertThat(slots.take(true)).isPresent();
        assertThat(paceAfter(1)).isEqualTo("long");
        slot.giveBack();
        assertThat(paceAfter(1)).isNull();
    }

    @Test
    void anIdleWorkerLeasesNothingAhead() {
        capacity = capacity(Duration.ZERO);
        assertThat(paceAfter(8)).isEqualTo("short");
        assertThat(paceAfter(2)).isNull();
        assertThat(paceAfter(1)).isEqualTo("long");
    }

    @Test
    void aPausedWorkerLeasesNothingAhead() {
        assertThat(paceAfter(100)).isEqualTo("short");
        slots.pause();
        assertThat(paceAfter(100)).isEqualTo("long");
    }

    private void takeAllSlots() throws InterruptedException {
        for (int i = 0; i < slots.count(); i++) {
            assertThat(slots.take(false)).isPresent();
        }
    }
}
