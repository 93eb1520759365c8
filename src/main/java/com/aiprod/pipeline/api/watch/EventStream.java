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
 * One open stream of a job's events (HTML standard, "Server-sent events"). It writes only what the connection takes
 * without blocking and keeps no queue: what a slow reader has missed is read from the job's latest view when the
 * connection takes more, all states and the latest progress.
 */
final class EventStream implements JobWatcher, WriteListener, AsyncListener {

    private static final Logger LOG = LoggerFactory.getLogger(EventStream.class);

    /** Clients whose streams end together should not come back together. */
    private static final int MIN_RETRY_MS = 1000;

    private static final int MAX_RETRY_MS = 5000;

    private final WatchedJobs watchedJobs;
    private final String userId;
    private final List<Future<?>> appointments = new ArrayList<>();
    private AsyncContext async;
    private ServletOutputStream out;
    private JobView view;
    private long sentId;
    private String due;
    private boolean unflushed;
    private boolean ending;
    private boolean over;

    /**
     * @param view the job as the request found it
     * @param sentId id of the last event that the client has; 0 for none
     */
    EventStream(WatchedJobs watchedJobs, String userId, JobView view, long sentId) {
        this.watchedJobs = watchedJobs;
        this.userId = userId;
        this.view = view;
        this.sentId = sentId;
        this.due = "retry: " + ThreadLocalRandom.current().nextInt(MIN_RETRY_MS, MAX_RETRY_MS) + "\n\n";
    }

    /**
     * Begins to write. The response has its status and headers.
     *
     * @param heartbeat how often a comment shows that the stream is alive, and notices that its reader is not
     * @param until when the caller's token ends, and with it the stream; null if it does not
     */
    synchronized void open(ServletRequest request, ServletResponse response, Duration heartbeat, Instant until)
            throws IOException {
        async = request.startAsync(request, response);
        async.setTimeout(0);
        async.addListener(this);
        out = response.getOutputStream();
        appointments.add(watchedJobs
                .clock()
                .scheduleWithFixedDelay(this::beat, heartbeat.toMillis(), heartbeat.toMillis(), TimeUnit.MILLISECONDS));
        if (until != null) {
            long left = Duration.between(Instant.now(), until).toMillis();
            appointments.add(watchedJobs.clock().schedule(this::end, left, TimeUnit.MILLISECONDS));
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
            // Asked while there is nothing more to write, isReady would have the container call without need.
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
            // The container completes a request whose connection has failed.
            LOG.debug("The reader of job {} is gone", view.jobId(), e);
            leave();
        }
    }

    private void leave() {
        over = true;
        appointments.forEach(appointment -> appointment.cancel(false));
        watchedJobs.remove(this);
    }

    @Override
    public synchronized void onError(Throwable failure) {
        LOG.debug("The reader of job {} is gone", view.jobId(), failure);
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
        // It has none.
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // It is started once.
    }
}
