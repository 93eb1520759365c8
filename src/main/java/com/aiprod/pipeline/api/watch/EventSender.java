package com.aiprod.pipeline.api.watch;

import com.aiprod.pipeline.api.http.RouteAnswerFilter;
import com.aiprod.pipeline.api.problem.ProblemException;
import com.aiprod.pipeline.api.problem.Problems;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;

/** Opens the stream that a route has prepared, after the route has ended. An open stream holds no thread. */
class EventSender extends RouteAnswerFilter<EventSender.Opening> {

    private final WatchedJobs watchedJobs;
    private final Duration heartbeat;

    EventSender(WatchedJobs watchedJobs, Duration heartbeat) {
        super(Opening.class);
        this.watchedJobs = watchedJobs;
        this.heartbeat = heartbeat;
    }

    /**
     * A stream to open.
     *
     * @param view the current view of the job
     * @param after ID of the last event that the client has received; 0 for none
     * @param until when the caller's token expires; null if it does not expire
     */
    record Opening(String userId, JobView view, long after, Instant until) {}

    @Override
    protected void send(Opening opening, HttpServletRequest request, HttpServletResponse response) throws IOException {
        EventStream stream = new EventStream(watchedJobs, opening.userId(), opening.view(), opening.after());
        boolean headOnly = HttpMethod.HEAD.matches(request.getMethod());
        if (!headOnly) {
            try {
                watchedJobs.add(stream, opening.view());
            } catch (ProblemException e) {
                Problems.answerTo(e, request).writeTo(response);
                return;
            }
        }
        response.setStatus(HttpServletResponse.SC_OK);
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
        // nginx, a common proxy, would otherwise hold events back until its buffer is full.
        response.setHeader("X-Accel-Buffering", "no");
        if (headOnly) {
            return;
        }
        try {
            stream.open(request, response, heartbeat, opening.until());
        } catch (IOException | RuntimeException e) {
            watchedJobs.remove(stream);
            throw e;
        }
    }
}
