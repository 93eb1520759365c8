package com.aiprod.pipeline.security;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * The issuer's keys, fetched on a dedicated thread. A token with a known key never waits, whatever the issuer does. A
 * token with an unknown key starts a fetch unless one has just ended, and only few such tokens wait for its end. So
 * forged tokens neither flood the issuer nor block the threads that serve requests. Nimbus' own key sources fetch on a
 * request thread while the other requests wait for a lock.
 */
final class IssuerKeys implements JWKSource<SecurityContext>, DisposableBean {

    private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);
    /** After the first failure while no keys are known; each further failure doubles it, up to the usual pause. */
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

    private final Callable<JWKSet> issuer;
    private final Pace pace;
    private final MeterRegistry meters;
    private final Semaphore waiters;
    private final ScheduledThreadPoolExecutor fetcher;
    private volatile Keys keys;
    private volatile boolean unavailable;
    private CompletableFuture<Void> running;
    private Future<?> next;
    private long lastEnd;
    private int failures;

    private record Keys(JWKSet set, long fetchedAt) {

        Duration age() {
            return Duration.ofNanos(System.nanoTime() - fetchedAt);
        }
    }

    /**
     * How often keys are fetched, and how long tokens wait.
     *
     * @param refresh time from one fetch to the next while fetches succeed
     * @param pause time from the end of a fetch until an unknown key, or a retry after failure, starts another
     * @param outage how long keys stay valid while the issuer is unavailable
     * @param patience how long a token with an unknown key waits for a fetch
     * @param waiters how many such tokens can wait at a time
     */
    record Pace(Duration refresh, Duration pause, Duration outage, Duration patience, int waiters) {}

    /** @param issuer fetches the keys, or fails, in bounded time */
    IssuerKeys(Callable<JWKSet> issuer, Pace pace, MeterRegistry meters) {
        this.issuer = issuer;
        this.pace = pace;
        this.meters = meters;
        this.waiters = new Semaphore(pace.waiters());
        CustomizableThreadFactory threads = new CustomizableThreadFactory("issuer-keys-");
        threads.setDaemon(true);
        this.fetcher = new ScheduledThreadPoolExecutor(1, threads);
        Gauge.builder("aiprod.issuer.keys.age", this, IssuerKeys::ageSeconds)
                .description("Time since the token issuer's keys were fetched; NaN before the first fetch")
                .baseUnit("seconds")
                .register(meters);
        for (String outcome : List.of("success", "failure")) {
            count(outcome, 0);
        }
    }

    /** Fetches the keys without a token that needs them, and returns at once. */
    void start() {
        var unused = begin();
    }

    /**
     * The keys that can verify a token.
     *
     * @return the matching keys; none if the issuer has no such key
     * @throws KeySourceException if it is not known whether the issuer has such a key
     */
    @Override
    public List<JWK> get(JWKSelector selector, SecurityContext context) throws KeySourceException {
        List<JWK> known = known(selector);
        if (!known.isEmpty()) {
            return known;
        }
        Future<?> fetch = fetch();
        boolean ended = fetch == null || awaitEnd(fetch);
        known = known(selector);
        if (known.isEmpty() && (!ended || unavailable || keys == null)) {
            throw new KeySourceException("The issuer's keys are temporarily unavailable");
        }
        return known;
    }

    private List<JWK> known(JWKSelector selector) {
        Keys present = keys;
        return present == null || present.age().compareTo(pace.outage()) > 0
                ? List.of()
                : selector.select(present.set());
    }

    /** The current fetch, or a new one; null if the last fetch has just ended. */
    private synchronized Future<?> fetch() {
        boolean justEnded = lastEnd != 0 && System.nanoTime() - lastEnd < pause().toNanos();
        return running == null && justEnded ? null : begin();
    }

    /** The current fetch, or a new one; null if this process ends. */
    private synchronized Future<?> begin() {
        if (running == null && !fetcher.isShutdown()) {
            CompletableFuture<Void> fetch = new CompletableFuture<>();
            fetcher.execute(() -> fetchNow(fetch));
            running = fetch;
        }
        return running;
    }

    private void fetchNow(CompletableFuture<Void> fetch) {
        try {
            JWKSet set = issuer.call();
            if (set.isEmpty()) {
                throw new IllegalStateException("The issuer's key set is empty");
            }
            succeeded(set);
        } catch (Exception e) {
            failed(e);
        } finally {
            ended();
            fetch.complete(null);
        }
    }

    private void succeeded(JWKSet set) {
        if (failures >= failuresToLog()) {
            LOG.info("Fetched the token issuer's keys again");
        }
        failures = 0;
        unavailable = false;
        keys = new Keys(set, System.nanoTime());
        count("success", 1);
    }

    private void failed(Exception failure) {
        failures++;
        unavailable = true;
        count("failure", 1);
        if (failures == failuresToLog()) {
            LOG.warn(
                    "Cannot fetch the token issuer's keys; {}. Retrying at least every {} s: {}, caused by {}",
                    keys == null ? "all tokens are rejected" : "known keys stay valid for " + pace.outage(),
                    pace.pause().toSeconds(),
                    failure.toString(),
                    // The JDK's client reports a refused connection as an exception without a message.
                    NestedExceptionUtils.getMostSpecificCause(failure)
                            .getClass()
                            .getName());
        }
    }

    /** A single failure is logged only if no keys are known yet, because the next attempt follows soon. */
    private int failuresToLog() {
        return keys == null ? 1 : 2;
    }

    private synchronized void ended() {
        running = null;
        lastEnd = System.nanoTime();
        if (next != null) {
            next.cancel(false);
        }
        if (!fetcher.isShutdown()) {
            Duration delay = unavailable ? pause() : pace.refresh();
            next = fetcher.schedule(this::start, delay.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** Short at first while no keys are known, because every token is rejected until a fetch succeeds. */
    private Duration pause() {
        if (keys != null || failures == 0) {
            return pace.pause();
        }
        Duration backoff = FIRST_PAUSE.multipliedBy(1L << Math.min(failures - 1, 16));
        return backoff.compareTo(pace.pause()) < 0 ? backoff : pace.pause();
    }

    private boolean awaitEnd(Future<?> fetch) {
        if (!waiters.tryAcquire()) {
            return false;
        }
        try {
            fetch.get(pace.patience().toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | TimeoutException e) {
            return false;
        } finally {
            waiters.release();
        }
    }

    private void count(String outcome, int fetches) {
        meters.counter("aiprod.issuer.key.fetches", "outcome", outcome).increment(fetches);
    }

    private double ageSeconds() {
        Keys present = keys;
        return present == null ? Double.NaN : present.age().toMillis() / 1000.0;
    }

    @Override
    public void destroy() {
        fetcher.shutdownNow();
    }
}
