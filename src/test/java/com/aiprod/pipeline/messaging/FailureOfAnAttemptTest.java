package com.aiprod.pipeline.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.aiprod.pipeline.job.Failure;
import com.aiprod.pipeline.job.PoisonMessageException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.camel.Exchange;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

/** Tells an unreadable message, which no retry can help, from what a pipeline cannot read. */
class FailureOfAnAttemptTest {

    private static final DefaultCamelContext CAMEL = new DefaultCamelContext();

    private final DeadLetters letters = new DeadLetters(new ObjectMapper());

    @Test
    void aMessageThatIsNotJsonIsPoison() {
        assertThat(letters.failure(exchange(truncated()))).isEqualTo(poison());
        assertThat(letters.failure(exchange(new RuntimeCamelException(truncated()))))
                .isEqualTo(poison());
        assertThat(letters.failure(exchange(new PoisonMessageException("No job"))))
                .isEqualTo(poison());
    }

    @Test
    void jsonThatAPipelineCannotReadMayPass() {
        Exchange exchange = exchange(new RuntimeCamelException(truncated()));
        exchange.setVariable("tries", 1);
        assertThat(letters.failure(exchange))
                .isEqualTo(new Failure("JSON_INVALID", "A step of the pipeline could not read or write JSON.", true));
    }

    private static Failure poison() {
        return new Failure("POISON_MESSAGE", "The message is invalid.", false);
    }

    private static Exception truncated() {
        try {
            new ObjectMapper().readTree("{\"id\": ");
            throw new AssertionError("This is not JSON");
        } catch (JsonProcessingException e) {
            return e;
        }
    }

    private static Exchange exchange(Exception caught) {
        Exchange exchange = new DefaultExchange(CAMEL);
        exchange.setProperty(Exchange.EXCEPTION_CAUGHT, caught);
        return exchange;
    }
}
