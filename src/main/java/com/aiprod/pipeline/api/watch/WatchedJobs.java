package com.aiprod.pipeline.api.watch;

import com.aiprod.pipeline.api.problem.ProblemException;
import com.aiprod.pipeline.api.problem.ProblemType;
import com.aiprod.pipeline.api.problem.TooManyRequestsException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/**
 * The jobs that are watched in this process, and their watchers. The route {@code poll-watched-jobs} queries all of
 * them in one statement, regardless of how many watch the same job, and passes the rows to {@link #notifyWatchers}.
 */
@Component("watchedJobs")
// Before the executor that completes held responses, which rejects tasks after it receives this event.
@Order(Ordered.HIGHEST_PRECEDENCE)
public class WatchedJobs implements ApplicationListener<ContextClosedEvent>, DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedJobs.class);
    private static final int RETRY_AFTER_SEC = 5;

    private final ApplicationContext application;
    private final int maxOpen;
    private final int maxOpenPerUser;
    private final ScheduledThreadPoolExecutor clock;

    private final Map<String, Watched> jobs = new HashMap<>();
    private final Map<String, Integer> openByUser = new HashMap<>();
    private int open;
    private boolean closing;

    /**
     * @param maxOpen the most watchers in this process
     * @param maxOpenPerUser the most watchers of one user in this process
     */
    WatchedJobs(
            ApplicationContext application,
            MeterRegistry meters,
            @Value("${aiprod.watch.max-open}") int maxOpen,
            @Value("${aiprod.watch.max-open-per-user}") int maxOpenPerUser) {
        this.application = application;
        this.maxOpen = maxOpen;
        this.maxOpenPerUser = maxOpenPerUser;
        this.clock = new ScheduledThreadPoolExecutor(1, new CustomizableThreadFactory("watch-"));
        this.clock.setRemoveOnCancelPolicy(true);
        Gauge.builder("aiprod.watchers.open", this, watched -> watched.open())
                .description("Open event streams and responses that are held until a job ends")
                .register(meters);
        Gauge.builder("aiprod.watchers.max", () -> maxOpen)
                .description("Limit of open event streams and held responses in this process")
                .register(meters);
    }

    /**
     * A job as last seen, in the form that watch-jobs.sql expects.
     *
     * @param version null if the job has not been seen yet
     */
    public record Seen(String jobId, String version) {}

    private static final class Watched {
        private final Set<JobWatcher> watchers = new LinkedHashSet<>();
        private JobView view;
    }

    /** Runs the timed tasks of watchers, which must not block. */
    ScheduledExecutorService clock() {
        return clock;
    }

    synchronized int open() {
        return open;
    }

    /**
     * Registers a watcher for changes, and passes it at once the latest view that other watchers of the job received.
     *
     * @param known the view that the watcher already has; null if it has none
     * @throws TooManyRequestsException if the user has reached the limit of watchers
     * @throws ProblemException (503) if this process has reached its limit or is stopping
     */
    void add(JobWatcher watcher, JobView known) {
        JobView seen = register(watcher, known);
        if (seen != null) {
            watcher.changed(seen);
        }
    }

    private synchronized JobView register(JobWatcher watcher, JobView known) {
        if (closing) {
            throw unavailable("This process is stopping. Try again later.");
        }
        if (open >= maxOpen) {
            throw unavailable("The limit of open event streams is reached. Try again later.");
        }
        int ofUser = openByUser.getOrDefault(watcher.userId(), 0);
        if (ofUser >= maxOpenPerUser) {
            throw new TooManyRequestsException(
                    "You have " + ofUser + " open event streams, which is the limit per user. Close one first.");
        }
        open++;
        openByUser.merge(watcher.userId(), 1, Integer::sum);
        Watched job = jobs.computeIfAbsent(watcher.jobId(), id -> new Watched());
        job.watchers.add(watcher);
        JobView seen = job.view;
        if (seen == null) {
            job.view = known;
        }
        return seen;
    }

    private static ProblemException unavailable(String detail) {
        return new ProblemException(ProblemType.UNAVAILABLE, detail, List.of(), RETRY_AFTER_SEC);
    }

    /** Removes a watcher. Does nothing if it is already removed. */
    synchronized void remove(JobWatcher watcher) {
        Watched job = jobs.get(watcher.jobId());
        if (job == null || !job.watchers.remove(watcher)) {
            return;
        }
        open--;
        openByUser.computeIfPresent(watcher.userId(), (user, count) -> count == 1 ? null : count - 1);
        if (job.watchers.isEmpty()) {
            jobs.remove(watcher.jobId());
        }
    }

    /** All watched jobs, each once, with the version last seen; empty if no job is watched. */
    public synchronized List<Seen> seen() {
        List<Seen> seen = new ArrayList<>(jobs.size());
        jobs.forEach((jobId, job) -> seen.add(new Seen(jobId, job.view == null ? null : job.view.version())));
        return seen;
    }

    /**
     * Notifies the watchers of changes.
     *
     * @param rows the rows of watch-jobs.sql
     */
    public void notifyWatchers(List<Map<String, Object>> rows) {
        for (Map<String, Object> row : rows) {
            JobView view = JobView.of(row);
            for (JobWatcher watcher : note(view)) {
                try {
                    watcher.changed(view);
                } catch (RuntimeException e) {
                    LOG.warn("A watcher of job {} failed and is removed", view.jobId(), e);
                    remove(watcher);
                }
            }
        }
    }

    private synchronized List<JobWatcher> note(JobView view) {
        Watched job = jobs.get(view.jobId());
        if (job == null) {
            return List.of();
        }
        job.view = view;
        return List.copyOf(job.watchers);
    }

    /** Ends streams before the web server waits for them; their clients reconnect to another process. */
    @Override
    public void onApplicationEvent(ContextClosedEvent closed) {
        // The management server's context also closes, and publishes its event to this parent context.
        if (closed.getApplicationContext() == application) {
            all().forEach(JobWatcher::end);
        }
    }

    private synchronized List<JobWatcher> all() {
        closing = true;
        return jobs.values().stream().flatMap(job -> job.watchers.stream()).toList();
    }

    @Override
    public void destroy() {
        clock.shutdownNow();
    }
}
