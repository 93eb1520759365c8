package com.aiprod.pipeline.api.submit;

import com.aiprod.pipeline.api.http.RequestHeaders;
import com.aiprod.pipeline.api.problem.FieldFault;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import com.aiprod.pipeline.job.Presets;
import com.aiprod.pipeline.webhook.WebhookTargets;
import java.util.ArrayList;
import java.util.List;
import org.apache.camel.Exchange;
import org.springframework.stereotype.Component;

/** Reads a submission: {@code bean: {ref: submitRequest, method: parse}}. */
@Component("submitRequest")
public class SubmitRequestReader {

    private final Presets presets;
    private final WebhookTargets targets;

    SubmitRequestReader(Presets presets, WebhookTargets targets) {
        this.presets = presets;
        this.targets = targets;
    }

    /**
     * Sets the exchange variables {@code content}, {@code preset}, {@code priority}, {@code lang},
     * {@code durationSec} (Integer), {@code metadata} (JSON text), {@code callbackUrl}, {@code idempotencyKey} (all
     * three absent if not given), and {@code requestHash} (what the key is bound to; absent without a key).
     *
     * @throws InvalidRequestException with every error in body and headers
     */
    public void parse(Exchange exchange) {
        String body = exchange.getMessage().getBody(String.class);
        List<FieldFault> faults = new ArrayList<>();
        String key = null;
        try {
            key = IdempotencyKey.parse(RequestHeaders.lines(exchange, IdempotencyKey.HEADER));
        } catch (InvalidRequestException e) {
            faults.addAll(e.errors());
        }
        SubmitRequest request = null;
        try {
            request = new SubmitRequestParser(body == null ? "" : body, presets, targets).parse();
        } catch (InvalidRequestException e) {
            if (e.errors().isEmpty()) {
                throw e;
            }
            faults.addAll(e.errors());
        }
        if (request == null || !faults.isEmpty()) {
            throw new InvalidRequestException(faults);
        }
        exchange.setVariable("content", request.content());
        exchange.setVariable("preset", request.preset().name());
        exchange.setVariable("priority", request.priority());
        exchange.setVariable("lang", request.lang());
        exchange.setVariable("durationSec", request.durationSec());
        exchange.setVariable("metadata", request.metadata());
        exchange.setVariable("callbackUrl", request.callbackUrl());
        exchange.setVariable("idempotencyKey", key);
        exchange.setVariable("requestHash", key == null ? null : request.fingerprint());
    }
}
