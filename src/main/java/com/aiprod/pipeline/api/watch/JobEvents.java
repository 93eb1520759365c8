package com.aiprod.pipeline.api.watch;

import com.aiprod.pipeline.api.http.Caller;
import com.aiprod.pipeline.api.http.RequestHeaders;
import com.aiprod.pipeline.api.http.RouteAnswerFilter;
import com.aiprod.pipeline.api.problem.FieldFault;
import com.aiprod.pipeline.api.problem.InvalidRequestException;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.stereotype.Component;

/** Streams a job's events to its owner. The route decides whether, and {@link EventSender} opens the stream. */
@Component("jobEvents")
public class JobEvents {

    private static final String HEADER = "Last-Event-ID";
    private static final Pattern ID = Pattern.compile("[0-9]{1,18}");

    /**
     * Sets the exchange variable {@code lastEventId} (Long, 0 for none) from the header {@code Last-Event-ID}.
     *
     * @throws InvalidRequestException if it is not an event ID
     */
    public void parse(Exchange exchange) {
        List<String> lines = RequestHeaders.lines(exchange, HEADER);
        String id = lines.isEmpty() ? "" : lines.get(0).strip();
        if (lines.size() > 1 || !(id.isEmpty() || ID.matcher(id).matches())) {
            throw unknownEvent();
        }
        exchange.setVariable("lastEventId", id.isEmpty() ? 0L : Long.parseLong(id));
    }

    /**
     * Schedules a stream to be opened after the route has ended. Expects as the body the row of {@code watch-jobs.sql}
     * for a job of the caller. A client that has already received the last event of an ended job gets 204, which makes
     * it stop reconnecting (HTML standard).
     *
     * @throws InvalidRequestException if {@code Last-Event-ID} is not an event of this job
     */
    public void open(Exchange exchange) {
        Message message = exchange.getMessage();
        JobView view = JobView.of(message.getBody(Map.class));
        long after = exchange.getVariable("lastEventId", Long.class);
        if (after / JobView.STATE_STEP > view.states().size()) {
            throw unknownEvent();
        }
        HttpServletRequest request = message.getHeader(Caller.SERVLET_REQUEST, HttpServletRequest.class);
        message.removeHeaders("*");
        message.setBody(null);
        if (view.ended() && after >= view.lastId()) {
            message.setHeader(Exchange.HTTP_RESPONSE_CODE, 204);
            message.setHeader("Cache-Control", "no-store");
            return;
        }
        String userId = exchange.getVariable("userId", String.class);
        RouteAnswerFilter.leave(request, new EventSender.Opening(userId, view, after, tokenEnd(request)));
    }

    private static Instant tokenEnd(HttpServletRequest request) {
        return request.getUserPrincipal() instanceof JwtAuthenticationToken token
                ? token.getToken().getExpiresAt()
                : null;
    }

    private static InvalidRequestException unknownEvent() {
        return new InvalidRequestException(
                List.of(new FieldFault(HEADER, "must be the ID of an event of this job, or be omitted")));
    }
}
