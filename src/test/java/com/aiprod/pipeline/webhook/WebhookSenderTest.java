package com.aiprod.pipeline.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;

class WebhookSenderTest {

    /** Else a user could find out which names resolve in our network. */
    @Test
    void tellsAHostThatIsNotKnownAndOneThatIsClosedInTheSameWords() throws Exception {
        try (WebhookSender sender = new WebhookSender(new WebhookTargets(false), Duration.ofSeconds(5), 1);
                DefaultCamelContext camel = new DefaultCamelContext()) {
            for (String url : List.of("https://localhost/", "https://no-such-host.invalid/")) {
                Exchange exchange = new DefaultExchange(camel);
                exchange.setVariable("deliveryId", "019b0000-0000-7000-8000-000000000001");
                exchange.setVariable("payload", "{}");
                exchange.setVariable("secret", "whsec_c2VjcmV0");
                exchange.setVariable("url", url);

                sender.send(exchange);

                assertThat(exchange.getVariable("delivered")).isEqualTo(false);
                assertThat(exchange.getVariable("sendError"))
                        .isEqualTo("The host is not known, or has no public address.");
            }
        }
    }
}
