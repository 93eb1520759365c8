-- plan: keep
SELECT :?name || cast(:?number AS text) AS answer
