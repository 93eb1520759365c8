package com.aiprod.pipeline.api.webhooks;

import com.aiprod.pipeline.api.http.QueryParameters;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import java.util.List;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Reads how the secret of webhooks is to be rotated. */
@Component("secretRotation")
public class SecretRotation {

    /**
     * Sets the exchange variable {@code revoke} (Boolean) from the query parameter {@code previous}: whether the secrets
     * before the new one sign no more, which is not so unless it is {@code revoke}.
     *
     * @throws InvalidRequestException for any other parameter or value
     */
    public void parse(Exchange exchange) {
        QueryParameters parameters = new QueryParameters(exchange);
        String previous = parameters.oneOf("previous", List.of("keep", "revoke"));
        parameters.refuseAllBut("previous");
        parameters.refuseFaults();
        exchange.setVariable("revoke", "revoke".equals(previous));
    }
}
