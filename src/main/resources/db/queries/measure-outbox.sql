-- How many jobs wait for their message to go out, and for how long the oldest has.
SELECT count(*) AS depth,
       cast(coalesce(extract(epoch FROM now() - min(created_at)), 0) AS double precision) AS age_seconds
FROM outbox
