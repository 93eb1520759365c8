SELECT cast(:?text AS text) AS text, cast(:?number AS integer) AS number
