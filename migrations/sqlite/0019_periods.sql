-- Draws of a day or month are looked up by all three columns, and summed by the first two: one index serves both.
CREATE TABLE quota_period_by_period (
    activity_id TEXT NOT NULL,
    user_id     TEXT NOT NULL,
    period      TEXT NOT NULL,
    bucket      INTEGER NOT NULL,
    used        INTEGER NOT NULL,
    CONSTRAINT quota_period_pk PRIMARY KEY (activity_id, period, user_id),
    CONSTRAINT quota_period_period_form CHECK (length(period) IN (7, 10)),
    CONSTRAINT quota_period_used_positive CHECK (used > 0)
) STRICT, WITHOUT ROWID;

INSERT INTO quota_period_by_period (activity_id, user_id, period, bucket, used)
SELECT activity_id, user_id, period, bucket, used
  FROM quota_period;

DROP TABLE quota_period;
ALTER TABLE quota_period_by_period RENAME TO quota_period;
