-- Draws of a day or month are looked up by all three columns, and summed by the first two: one index serves both. With two, a planner
-- that knows nothing of a new table yet may take the one that finds every user of the day.
DROP INDEX quota_period_period;
ALTER TABLE quota_period DROP CONSTRAINT quota_period_pk;
ALTER TABLE quota_period ADD CONSTRAINT quota_period_pk PRIMARY KEY (activity_id, period, user_id);
