package com.aiprod.pipeline.api.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.aiprod.pipeline.api.http.Edge;
import com.aiprod.pipeline.api.problem.ProblemException;
import com.aiprod.pipeline.api.problem.ProblemType;
import com.aiprod.pipeline.api.problem.TooManyRequestsException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.GenericApplicationContext;

class WatchedJobsTest {

    private final GenericApplicationContext application = new GenericApplicationContext();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final WatchedJobs watched = new WatchedJobs(application, meters, 4, 2);

    @AfterEach
    void destroy() {
        watched.destroy();
    }

    @Test
    void queriesEachWatchedJobOnce() {
        assertThat(watched.seen()).isEmpty();
        watched.add(new TestWatcher("a", "ann"), view("a", "QUEUED"));
        watched.add(new TestWatcher("a", "bob"), null);
        watched.add(new TestWatcher("b", "bob"), null);
        assertThat(watched.seen())
                .containsExactlyInAnyOrder(new WatchedJobs.Seen("a", "QUEUED"), new WatchedJobs.Seen("b", null));
        watched.notifyWatchers(List.of(Edge.jobRow("b", "bob", "QUEUED", "PROCESSING")));
        assertThat(watched.seen()).contains(new WatchedJobs.Seen("b", "QUEUED PROCESSING"));
    }

    @Test
    void notifiesAllWatchersOfAJobAndNoOthers() {
        TestWatcher first = add("a", "ann");
        TestWatcher second = add("a", "bob");
        TestWatcher other = add("b", "cid");
        watched.notifyWatchers(List.of(Edge.jobRow("a", "ann", "QUEUED"), Edge.jobRow("gone", null)));
        assertThat(first.told).containsExactly("QUEUED");
        assertThat(second.told).containsExactly("QUEUED");
        assertThat(other.told).isEmpty();
    }

    @Test
    void givesALaterWatcherTheKnownState() {
        add("a", "ann");
        watched.notifyWatchers(List.of(Edge.jobRow("a", "ann", "QUEUED", "PROCESSING")));
        TestWatcher later = new TestWatcher("a", "bob");
        watched.add(later, view("a", "QUEUED"));
        assertThat(later.told).containsExactly("QUEUED PROCESSING");
    }

    @Test
    void failingWatcherAffectsNoOthers() {
        TestWatcher broken = new TestWatcher("a", "ann") {
            @Override
            public void changed(JobView view) {
                throw new IllegalStateException("for a test");
            }
        };
        watched.add(broken, null);
        TestWatcher second = add("a", "bob");
        TestWatcher third = add("b", "cid");
        watched.notifyWatchers(List.of(Edge.jobRow("a", "ann", "QUEUED"), Edge.jobRow("b", "cid", "QUEUED")));
        assertThat(second.told).containsExactly("QUEUED");
        assertThat(third.told).containsExactly("QUEUED");
        assertThat(watched.open()).isEqualTo(2);
    }

    @Test
    void forgetsAJobWithItsLastWatcher() {
        TestWatcher first = add("a", "ann");
        TestWatcher second = add("a", "bob");
        assertThat(meters.get("aiprod.watchers.open").gauge().value()).isEqualTo(2);
        watched.remove(first);
        watched.remove(first);
        assertThat(watched.open()).isOne();
        assertThat(watched.seen()).hasSize(1);
        watched.remove(second);
        assertThat(watched.open()).isZero();
        assertThat(watched.seen()).isEmpty();
        assertThat(meters.get("aiprod.watchers.open").gauge().value()).isZero();
    }

    @Test
    void limitsTheWatchersOfAUser() {
        TestWatcher first = add("a", "ann");
        add("b", "ann");
        assertThatThrownBy(() -> add("c", "ann")).isInstanceOfSatisfying(TooManyRequestsException.class, refusal -> {
            assertThat(refusal.type()).isEqualTo(ProblemType.TOO_MANY_REQUESTS);
            assertThat(refusal.retryAfterSec()).isPositive();
        });
        add("c", "bob");
        watched.remove(first);
        add("c", "ann");
    }

    @Test
    void limitsTheWatchersOfAProcess() {
        for (String user : List.of("ann", "ann", "bob", "bob")) {
            add("a", user);
        }
        assertThatThrownBy(() -> add("a", "cid")).isInstanceOfSatisfying(ProblemException.class, refusal -> {
            assertThat(refusal.type()).isEqualTo(ProblemType.UNAVAILABLE);
            assertThat(refusal.retryAfterSec()).isPositive();
        });
        assertThat(watched.open()).isEqualTo(4);
    }

    @Test
    void endsAllWatchersOnShutdownAndAcceptsNoMore() {
        TestWatcher first = add("a", "ann");
        TestWatcher second = add("b", "bob");
        watched.onApplicationEvent(new ContextClosedEvent(new GenericApplicationContext()));
        assertThat(first.ended).as("the end of another context").isFalse();
        watched.onApplicationEvent(new ContextClosedEvent(application));
        assertThat(first.ended).isTrue();
        assertThat(second.ended).isTrue();
        assertThatThrownBy(() -> add("c", "cid"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        refusal -> assertThat(refusal.type()).isEqualTo(ProblemType.UNAVAILABLE));
    }

    private TestWatcher add(String jobId, String userId) {
        TestWatcher someone = new TestWatcher(jobId, userId);
        watched.add(someone, null);
        return someone;
    }

    private static JobView view(String jobId, String... states) {
        return JobView.of(Edge.jobRow(jobId, "ann", states));
    }

    private static class TestWatcher implements JobWatcher {

        private final String jobId;
        private final String userId;
        private final List<String> told = new ArrayList<>();
        private boolean ended;

        TestWatcher(String jobId, String userId) {
            this.jobId = jobId;
            this.userId = userId;
        }

        @Override
        public String jobId() {
            return jobId;
        }

        @Override
        public String userId() {
            return userId;
        }

        @Override
        public void changed(JobView view) {
            told.add(view.version());
        }

        @Override
        public void end() {
            ended = true;
        }
    }
}
