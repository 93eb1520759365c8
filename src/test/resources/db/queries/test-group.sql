WITH asked AS MATERIALIZED (
    SELECT * FROM unnest(cast(:*number AS text[])) WITH ORDINALITY AS asked (number, n)
), written AS (
    INSERT INTO test_group (number) SELECT cast(number AS integer) FROM asked
)
SELECT n, number, (SELECT count(*) FROM asked) AS members, cast(:?factor AS integer) AS factor
FROM asked WHERE number <> '0'
