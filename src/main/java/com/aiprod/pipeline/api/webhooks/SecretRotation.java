package com.aiprod.pipeline.api.webhooks;

import com.aiprod.pipeline.api.http.QueryParameters;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import java.util.List;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Parses a request to rotate the webhook secret. */
@Component("secretRotation")
public class SecretRotation {

    /**
     * Sets the exchange variable {@code revoke} (Boolean) from the query parameter {@code previous}: true if it is
     * {@code revoke}, so that earlier secrets stop signing at once; false by default.
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
