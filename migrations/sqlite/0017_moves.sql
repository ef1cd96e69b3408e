-- Buckets that move: one file is the home of all of them, so nothing moves. Postgres has columns here.
SELECT 1;
