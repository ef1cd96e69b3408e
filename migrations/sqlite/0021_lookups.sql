-- SQLite takes the index with the most of the conditions, whatever it knows of a table: nothing to change here.
SELECT 1;
