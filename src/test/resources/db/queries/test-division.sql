SELECT 1 / cast(:?number AS integer) AS answer
