package com.aiprod.pipeline.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** rotate-outbox.sql and sweep-outbox.sql against a real PostgreSQL. */
class OutboxSlicesTest {

    private final Queries queries = Queries.shared();

    @BeforeEach
    void empty() {
        queries.empty();
        queries.jdbc().update("UPDATE dispatch_turn SET last_user = '', claimed = 0, moved = 0");
    }

    /** Without slices, the last claim reads some 20,000 dead rows. */
    @Test
    void aHeldTransactionDoesNotSlowDownTheDispatcher() throws Exception {
        whileATransactionIsHeld(() -> {
            long before = buffersOfAClaim();
            for (int round = 0; round < 10; round++) {
                fill("ann", 1_000);
                publishAndEnd(1_000);
                tick(1_000);
            }
            assertThat(buffersOfAClaim()).isLessThan(10 * before);
        });
    }

    /** Nothing is submitted meanwhile, so only claims can tell when to begin a slice. */
    @Test
    void aHeldTransactionDoesNotSlowDownTheEndOfABacklog() throws Exception {
        whileATransactionIsHeld(() -> {
            fill("ann", 7_000);
            List<Long> buffers = new ArrayList<>();
            for (int round = 0; round < 12; round++) {
                publishAndEnd(500);
                tick(500);
                buffers.add(buffersOfAClaim());
            }
            assertThat(Collections.max(buffers.subList(6, 12))).isLessThan(Collections.max(buffers.subList(0, 6)));
        });
    }

    /** Without slices, the counts for metrics read all rows that were deleted since the transaction began. */
    @Test
    void aHeldTransactionDoesNotSlowDownTheMeasurements() throws Exception {
        whileATransactionIsHeld(() -> {
            List<Long> buffers = new ArrayList<>();
            for (int round = 0; round < 12; round++) {
                fill("ann", 500);
                publishAndEnd(500);
                tick(500);
                buffers.add(buffersOf("measure-backlog", Map.of()));
            }
            assertThat(buffers.get(11)).isLessThan(2 * buffers.get(2));
        });
    }

    @Test
    void beginsASliceAfterEnoughClaims() {
        fill("ann", 10);
        begin();
        assertThat(claim(10)).hasSize(10);
        assertThat(begun(rotate(11))).isNull();
        begin(10);
    }

    @Test
    void aClaimPaysForThreeMovesAtMost() {
        fill("ann", 30);
        begin();
        assertThat(claim(9)).hasSize(9);
        assertThat(rotate(0)).containsEntry("moved", 30L).containsEntry("begun", null);
        assertThat(claim(1)).hasSize(1);
        begin();
    }

    @Test
    void keepsTheOrderOfTurnsOverTwoSlices() {
        String late = queries.submit("ann", Map.of("priority", "low"));
        String bob = queries.submit("bob", Map.of("priority", "low"));
        begin();
        String urgent = queries.submit("ann", Map.of("priority", "high"));
        String eve = queries.submit("eve", Map.of("priority", "low"));
        String abe = queries.submit("abe", Map.of("priority", "low"));
        assertThat(slices()).isEqualTo(2);
        assertThat(claim(10)).containsExactly(abe, urgent, bob, eve, late);
    }

    @Test
    void countsTheJobsInFlightInBothSlices() {
        fill("ann", 3);
        queries.worker("worker-1", 2);
        assertThat(claim(10)).hasSize(2);
        assertThat(claim(10)).hasSize(1);
        begin();
        fill("ann", 3);
        assertThat(claim(10)).hasSize(1);
    }

    @Test
    void movesWaitingRowsBeforeTheNextSlice() {
        fill("ann", 30);
        begin();
        assertThat(rotate(0, 20)).containsEntry("moved", 20L).containsEntry("more", true);
        assertThat(slices()).isEqualTo(2);
        assertThat(rotate(0, 20)).containsEntry("moved", 10L).containsEntry("more", false);
        assertThat(slices()).isEqualTo(1);
        assertThat(claim(100)).hasSize(30);
        begin();
    }

    /** The row is neither missed by a round nor left behind. */
    @Test
    void keepsReadingTheSliceBeforeWhileATransactionMayAddToIt() throws Exception {
        begin();
        Awaitility.await("no slice but the newest is read").until(() -> {
            rotate(1);
            return queries.jdbc().queryForObject("SELECT merged FROM dispatch_turn", Boolean.class);
        });
        try (Connection slow = queries.jdbc().getDataSource().getConnection()) {
            insertWithoutCommit(slow);
            begin();
            tick(0);
            assertThat(begun(rotate(0))).isNull();
            slow.commit();
            assertThat(claim(10)).hasSize(1);
            assertThat(rotate(0)).containsEntry("moved", 1L);
        }
    }

    @Test
    void waitsForNoTransactionLongerThanTheGraceTime() throws Exception {
        begin();
        try (Connection slow = queries.jdbc().getDataSource().getConnection()) {
            insertWithoutCommit(slow);
            for (int i = 0; i < 3; i++) {
                assertThat(begun(rotate(0, 5_000, 0))).isNotNull();
            }
            slow.commit();
            assertThat(claim(10)).isEmpty();
            assertThat(queries.row("sweep-outbox", Map.of("batchSize", 100))).containsEntry("moved", 1L);
            assertThat(claim(10)).hasSize(1);
        }
    }

    /** After a crash, a sequence may be up to 32 numbers ahead. */
    @Test
    void findsRowsAfterNumbersWereSkipped() {
        fill("ann", 2);
        queries.jdbc().execute("SELECT nextval('outbox_slice') FROM generate_series(1, 33)");
        assertThat(claim(10)).isEmpty();
        rotate(1_000_000);
        assertThat(claim(10)).hasSize(2);
    }

    @Test
    void sweepFindsRowsOfAnySlice() {
        fill("ann", 3);
        queries.jdbc()
                .update("UPDATE outbox SET slice = slice + (row.n - 2) * 1000000"
                        + " FROM (SELECT id AS row_id, row_number() OVER (ORDER BY id) AS n FROM outbox) AS row"
                        + " WHERE id = row_id");
        assertThat(queries.row("sweep-outbox", Map.of("batchSize", 100))).containsEntry("moved", 2L);
        assertThat(claim(10)).hasSize(3);
    }

    @Test
    void noJobIsLostOrClaimedTwiceWhileSlicesBegin() throws Exception {
        Set<String> submitted = ConcurrentHashMap.newKeySet();
        List<String> claimed = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger submitters = new AtomicInteger(3);
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger task = new AtomicInteger();
        Queries.race(5, () -> {
            switch (task.getAndIncrement()) {
                case 0 -> {
                    while (!done.get()) {
                        rotate(0);
                    }
                }
                case 1 -> {
                    while (submitters.get() > 0 || claimed.size() < submitted.size()) {
                        claimed.addAll(claim(50));
                    }
                    done.set(true);
                }
                default -> {
                    for (int i = 0; i < 300; i++) {
                        submitted.add(queries.submit("user-" + i % 7));
                    }
                    submitters.decrementAndGet();
                }
            }
            return null;
        });
        assertThat(claimed).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(submitted);
    }

    private void begin() {
        begin(0);
    }

    /** Begins a slice, once the transactions of other tests on this server have ended. */
    private void begin(int minRows) {
        Awaitility.await().until(() -> begun(rotate(minRows)) != null);
    }

    /** As the route does once per interval. */
    private void tick(int minRows) {
        boolean more = true;
        while (more) {
            more = (boolean) rotate(minRows).get("more");
        }
    }

    private Map<String, Object> rotate(int minRows) {
        return rotate(minRows, 5_000);
    }

    private Map<String, Object> rotate(int minRows, int batchSize) {
        return rotate(minRows, batchSize, 15);
    }

    private Map<String, Object> rotate(int minRows, int batchSize, int graceSec) {
        return queries.row("rotate-outbox", Map.of("minRows", minRows, "batchSize", batchSize, "graceSec", graceSec));
    }

    private static void insertWithoutCommit(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec)"
                    + " VALUES (uuid_v7(), 'ann', 'A video', 'quick_social', 'low', 'en', 10)");
            statement.execute("INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM jobs");
        }
    }

    private static Object begun(Map<String, Object> rotation) {
        return rotation.get("begun");
    }

    private int slices() {
        return queries.jdbc().queryForObject("SELECT count(DISTINCT slice) FROM outbox", Integer.class);
    }

    private void fill(String user, int jobs) {
        queries.jdbc().update("""
                WITH job AS (
                    INSERT INTO jobs (id, user_id, content, preset, priority, lang, duration_sec)
                    SELECT uuid_v7(), ?, 'A video', 'quick_social', 'low', 'en', 10 FROM generate_series(1, ?)
                    RETURNING id, user_id, priority
                )
                INSERT INTO outbox (job_id, user_id, priority) SELECT id, user_id, priority FROM job
                """, user, jobs);
    }

    /** Claims, confirms, and ends jobs as many as this, in batches. */
    private void publishAndEnd(int jobs) {
        for (int done = 0; done < jobs; done += 500) {
            assertThat(claim(500)).hasSize(500);
            queries.jdbc()
                    .update("UPDATE outbox SET leased_until = 'infinity', published_at = now()"
                            + " WHERE leased_until IS NOT NULL AND published_at IS NULL");
            queries.jdbc().update("DELETE FROM outbox WHERE published_at IS NOT NULL");
        }
    }

    private List<String> claim(int batchSize) {
        return queries
                .rows("claim-outbox", Map.of("minInFlight", 1_000, "batchSize", batchSize, "leaseSec", 20))
                .stream()
                .map(row -> (String) row.get("job_id"))
                .toList();
    }

    private interface Steps {
        void take() throws Exception;
    }

    private void whileATransactionIsHeld(Steps steps) throws Exception {
        fill("ann", 100);
        // PostgreSQL may have analyzed the tables while they were empty, which makes all plans for jobs look cheap.
        queries.jdbc().execute("ANALYZE");
        try (Connection holder = queries.jdbc().getDataSource().getConnection();
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            holder.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            statement.execute("SELECT count(*) FROM outbox");
            steps.take();
            holder.rollback();
        } finally {
            queries.jdbc().execute("VACUUM outbox");
        }
    }

    private long buffersOfAClaim() throws Exception {
        return buffersOf("claim-outbox", Map.of("minInFlight", 1_000, "batchSize", 64, "leaseSec", 20));
    }

    private long buffersOf(String query, Map<String, Object> variables) throws Exception {
        Map<String, Object> row = queries.sql(
                        "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + Queries.text(query), variables)
                .get(0);
        return new ObjectMapper()
                .readTree(row.values().iterator().next().toString())
                .at("/0/Plan/Shared Hit Blocks")
                .asLong();
    }
}
