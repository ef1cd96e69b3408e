-- What decides beside weights: wins of limited awards, lists of users; and the log of attempts to deliver.

-- The facts of a draw that are no columns of their own: the user's list and wins of limited awards before it.
ALTER TABLE draw ADD COLUMN standing TEXT CONSTRAINT draw_standing_json CHECK (standing IS NULL OR json_valid(standing));

-- Draws with such facts are few: reconciliation reads them without the others.
CREATE INDEX draw_standing ON draw (draw_id) WHERE standing IS NOT NULL;

DROP VIEW live_draw;

CREATE VIEW live_draw AS
SELECT draw_id, user_id, activity_id, version, request_id, request_index, drawn_at, day, used_before,
       used_today_before, standing, roll, reason, award_id, kind, points, sku, draws, award_record_id
  FROM draw
 WHERE void = 0;

-- How often a user won each award that the current version limits per user; counted from draws when a limit begins.
CREATE TABLE award_win (
    user_id     TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    award_id    TEXT NOT NULL,
    bucket      INTEGER NOT NULL,
    won         INTEGER NOT NULL,
    CONSTRAINT award_win_pk PRIMARY KEY (user_id, activity_id, award_id),
    CONSTRAINT award_win_won_positive CHECK (won > 0)
) STRICT, WITHOUT ROWID;

CREATE INDEX award_win_award ON award_win (activity_id, award_id);

-- A user on the black or the grey list of an activity, on one of them at most.
CREATE TABLE user_list (
    user_id     TEXT NOT NULL,
    activity_id TEXT NOT NULL,
    bucket      INTEGER NOT NULL,
    list        TEXT NOT NULL,
    reason      TEXT,
    created_at  INTEGER NOT NULL,
    CONSTRAINT user_list_pk PRIMARY KEY (user_id, activity_id),
    CONSTRAINT user_list_list_known CHECK (list IN ('black', 'grey'))
) STRICT, WITHOUT ROWID;

CREATE INDEX user_list_users ON user_list (activity_id, list, user_id);

-- One attempt to deliver that reached somebody outside or failed. It outlives the work it was made for.
CREATE TABLE attempt (
    outbox_id       TEXT NOT NULL,
    lease           INTEGER NOT NULL,
    bucket          INTEGER NOT NULL,
    award_record_id TEXT NOT NULL,
    began_at        INTEGER NOT NULL,
    ended_at        INTEGER NOT NULL,
    outcome         TEXT NOT NULL,
    detail          TEXT,
    reference       TEXT,
    CONSTRAINT attempt_pk PRIMARY KEY (outbox_id, lease),
    CONSTRAINT attempt_outcome_known CHECK (outcome IN ('delivered', 'retry', 'dead'))
) STRICT, WITHOUT ROWID;

CREATE INDEX attempt_award_record ON attempt (award_record_id, lease);
CREATE INDEX attempt_ended ON attempt (ended_at);

-- Grants that no draw caused, for a user's timeline.
CREATE INDEX recharge_order_user ON recharge_order (user_id, recharge_order_id) WHERE void = 0 AND source <> 'award';
