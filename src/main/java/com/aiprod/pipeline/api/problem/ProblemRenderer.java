package com.aiprod.pipeline.api.problem;

import com.aiprod.pipeline.api.http.Caller;
import com.aiprod.pipeline.api.http.ResponseHeaders;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Component;

/** Renders a route's failure as a problem: {@code bean: {ref: problem, method: render}} in an {@code onException}. */
@Component("problem")
public class ProblemRenderer {

    /**
     * Replaces the message with the problem for the caught exception: body, status, content type and
     * {@code Retry-After}. Removes all other headers except those of the rate limit.
     */
    public void render(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Message message = exchange.getMessage();
        HttpServletRequest request = message.getHeader(Caller.SERVLET_REQUEST, HttpServletRequest.class);
        // A route that removed its headers has already set the caller variables.
        Problems.Answer answer = request != null
                ? Problems.answerTo(failure, request)
                : Problems.answerTo(
                        failure,
                        exchange.getVariable(Caller.REQUEST_PATH, String.class),
                        exchange.getVariable(Caller.REQUEST_ID, String.class));
        message.removeHeaders("*", ResponseHeaders.RATE_LIMIT, ResponseHeaders.RATE_LIMIT_POLICY);
        answer.headers()
                .forEach((String name, List<String> values) -> message.setHeader(name, String.join(", ", values)));
        message.setHeader(Exchange.HTTP_RESPONSE_CODE, answer.problem().status());
        message.setHeader(Exchange.CONTENT_TYPE, MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        message.setBody(answer.problem().toJson());
    }
}
