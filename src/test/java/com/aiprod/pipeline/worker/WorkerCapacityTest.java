package com.aiprod.pipeline.worker;

import static org.assertj.core.api.Assertions.assertThat;

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
    private final WorkerCapacity capacity =
            new WorkerCapacity(slots, new StaticListableBeanFactory().getBeanProvider(HealthIndicator.class));

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
    void reportsThePaceOnlyWhenItChanges() {
        assertThat(paceAfter(7)).isNull();
        assertThat(paceAfter(8)).isEqualTo("short");
        assertThat(slots.leasesAhead()).isTrue();
        assertThat(paceAfter(8)).isNull();
        assertThat(paceAfter(2)).isNull();
        assertThat(paceAfter(1)).isEqualTo("long");
        assertThat(slots.leasesAhead()).isFalse();
        assertThat(paceAfter(0)).isNull();
    }

    @Test
    void aPausedWorkerLeasesNothingAhead() {
        assertThat(paceAfter(100)).isEqualTo("short");
        slots.pause();
        assertThat(paceAfter(100)).isEqualTo("long");
    }
}
