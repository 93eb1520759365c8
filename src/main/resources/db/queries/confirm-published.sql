-- Confirms that Pub/Sub accepted these messages: their jobs count as in flight until a worker claims them. A job that
-- was claimed or deferred meanwhile has lost its row or the row's ID. Skips a row that another statement is changing, so
-- it never waits: that statement removes the row, or the message is published once more.
-- plan: keep
UPDATE outbox SET leased_until = 'infinity', published_at = now()
WHERE id = ANY (ARRAY(
    SELECT id FROM outbox
    -- In a subquery, so that the planner does not see how many they are and one plan fits all.
    WHERE id = ANY (ARRAY(SELECT unnest(cast(:?publishedIds AS bigint[]))))
      -- As published_at IS NULL, the planner might read all waiting rows by their index to find those with these IDs.
      AND leased_until IS DISTINCT FROM 'infinity'
    FOR NO KEY UPDATE SKIP LOCKED))
