-- Buckets: one file is the home of all of them, so there is nothing to keep. Postgres has tables here.
SELECT 1;
