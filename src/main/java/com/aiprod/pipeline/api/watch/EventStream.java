package com.aiprod.pipeline.api.watch;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open stream of a job's events (HTML standard, "Server-sent events"). It writes only what the connection accepts
 * without blocking, and keeps no queue. When the connection of a slow client accepts more, the stream sends what the
 * client has missed from the job's latest view: all states and the latest progress.
 */
final class EventStream implements JobWatcher, WriteListener, AsyncListener {

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

    /** Random, so that clients whose streams end together do not reconnect together. */
    private static final int MIN_RETRY_MS = 1000;

    private static final int MAX_RETRY_MS = 5000;

    private final WatchedJobs watchedJobs;
    private final String userId;
    private final List<Future<?>> scheduled = new ArrayList<>();
    private AsyncContext async;
    private ServletOutputStream out;
    private JobView view;
    private long sentId;
    private String due;
    private boolean unflushed;
    private boolean ending;
    private boolean over;

    /**
     * @param view the view of the job at the time of the request
     * @param sentId ID of the last event that the client has received; 0 for none
     */
    EventStream(WatchedJobs watchedJobs, String userId, JobView view, long sentId) {
        this.watchedJobs = watchedJobs;
        this.userId = userId;
        this.view = view;
        this.sentId = sentId;
        this.due = "retry: " + ThreadLocalRandom.current().nextInt(MIN_RETRY_MS, MAX_RETRY_MS) + "\n\n";
    }

    /**
     * Starts to write. The status and headers of the response must be set.
     *
     * @param heartbeat how often to send a comment, which keeps the stream alive and detects a lost client
     * @param until when the caller's token expires, which ends the stream; null if it does not expire
     */
    synchronized void open(ServletRequest request, ServletResponse response, Duration heartbeat, Instant until)
            throws IOException {
        async = request.startAsync(request, response);
        async.setTimeout(0);
        async.addListener(this);
        out = response.getOutputStream();
        scheduled.add(watchedJobs
                .clock()
                .scheduleWithFixedDelay(this::beat, heartbeat.toMillis(), heartbeat.toMillis(), TimeUnit.MILLISECONDS));
        if (until != null) {
            long left = Duration.between(Instant.now(), until).toMillis();
            scheduled.add(watchedJobs.clock().schedule(this::end, left, TimeUnit.MILLISECONDS));
        }
        out.setWriteListener(this);
    }

    @Override
    public String jobId() {
        return view.jobId();
    }

    @Override
    public String userId() {
        return userId;
    }

    @Override
    public synchronized void changed(JobView changed) {
        if (changed.gone()) {
            ending = true;
        } else if (changed.lastId() > view.lastId()
                || changed.states().size() > view.states().size()) {
            view = changed;
        }
        write();
    }

    @Override
    public synchronized void end() {
        ending = true;
        write();
    }

    private synchronized void beat() {
        if (due.isEmpty()) {
            due = ":\n\n";
        }
        write();
    }

    @Override
    public synchronized void onWritePossible() {
        write();
    }

    private void write() {
        if (out == null || over) {
            return;
        }
        try {
            // With nothing left to write, isReady would only make the container call back.
            while (!over && out.isReady()) {
                String next = due + view.eventsAfter(sentId);
                if (!next.isEmpty()) {
                    due = "";
                    sentId = Math.max(sentId, view.lastId());
                    out.write(next.getBytes(StandardCharsets.UTF_8));
                    unflushed = true;
                } else if (unflushed) {
                    unflushed = false;
                    out.flush();
                } else if (ending || view.ended()) {
                    leave();
                    async.complete();
                } else {
                    return;
                }
            }
        } catch (IOException e) {
            // The container completes a request whose connection fails.
            LOG.debug("The client that watches job {} has disconnected", view.jobId(), e);
            leave();
        }
    }

    private void leave() {
        over = true;
        scheduled.forEach(task -> task.cancel(false));
        watchedJobs.remove(this);
    }

    @Override
    public synchronized void onError(Throwable failure) {
        LOG.debug("The client that watches job {} has disconnected", view.jobId(), failure);
        leave();
    }

    @Override
    public synchronized void onError(AsyncEvent event) {
        leave();
        event.getAsyncContext().complete();
    }

    @Override
    public synchronized void onComplete(AsyncEvent event) {
        leave();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        // The stream has no timeout.
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // Asynchronous processing starts only once.
    }
}
