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
 * The jobs that somebody watches in this process, and who. The route {@code poll-watched-jobs} asks for all of them in
 * one query, however many watch the same job, and tells what it found here.
 */
@Component("watchedJobs")
// Before the threads that answer, which take nothing more once they have heard that the application closes.
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
     * @param maxOpen watchers in this process at the most
     * @param maxOpenPerUser watchers of one user in this process at the most
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
                .description("Open event streams and answers that are held until a job ends")
                .register(meters);
        Gauge.builder("aiprod.watchers.max", () -> maxOpen)
                .description("As many of them as this process may have")
                .register(meters);
    }

    /**
     * A job as it was seen last, as watch-jobs.sql takes it.
     *
     * @param version null before it was seen at all
     */
    public record Seen(String jobId, String version) {}

    private static final class Watched {
        private final Set<JobWatcher> watchers = new LinkedHashSet<>();
        private JobView view;
    }

    /** For what watchers have to do in time. What runs there must not block. */
    ScheduledExecutorService clock() {
        return clock;
    }

    synchronized int open() {
        return open;
    }

    /**
     * From now on the watcher is told each change, and at once what others who watch the job were told last.
     *
     * @param known how the watcher knows the job; null if it does not
     * @throws TooManyRequestsException if the user has as many watchers as are allowed
     * @throws ProblemException (503) if this process has, or is about to end
     */
    void add(JobWatcher watcher, JobView known) {
        JobView seen = register(watcher, known);
        if (seen != null) {
            watcher.changed(seen);
        }
    }

    private synchronized JobView register(JobWatcher watcher, JobView known) {
        if (closing) {
            throw unavailable("This process is about to end. Try again shortly.");
        }
        if (open >= maxOpen) {
            throw unavailable("As many event streams are open as this process may have. Try again shortly.");
        }
        int ofUser = openByUser.getOrDefault(watcher.userId(), 0);
        if (ofUser >= maxOpenPerUser) {
            throw new TooManyRequestsException("You have " + ofUser
                    + " event streams open, which is as many as a user may have; close one first.");
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

    /** The watcher is told no more. It may have been removed before. */
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

    /** All watched jobs, each once, with what was seen of them last; empty while nobody watches. */
    public synchronized List<Seen> seen() {
        List<Seen> seen = new ArrayList<>(jobs.size());
        jobs.forEach((jobId, job) -> seen.add(new Seen(jobId, job.view == null ? null : job.view.version())));
        return seen;
    }

    /**
     * Tells the watchers what has happened.
     *
     * @param rows of watch-jobs.sql
     */
    public void tell(List<Map<String, Object>> rows) {
        for (Map<String, Object> row : rows) {
            JobView view = JobView.of(row);
            for (JobWatcher watcher : note(view)) {
                try {
                    watcher.changed(view);
                } catch (RuntimeException e) {
                    LOG.warn("A watcher of job {} failed and is told no more", view.jobId(), e);
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

    /** Streams end before the web server waits for them; their clients come back to another process. */
    @Override
    public void onApplicationEvent(ContextClosedEvent closed) {
        // The management server's context closes too, and tells its parent.
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
