-- What decides beside weights: wins of limited awards, lists of users; and the log of attempts to deliver.

-- The facts of a draw that are no columns of their own: the user's list and wins of limited awards before it.
ALTER TABLE draw ADD COLUMN standing jsonb;

-- Draws with such facts are few: reconciliation reads them without the others.
CREATE INDEX draw_standing ON draw (draw_id) WHERE standing IS NOT NULL;

DROP VIEW live_draw;

CREATE VIEW live_draw AS
SELECT draw_id, user_id, activity_id, version, request_id, request_index, drawn_at, day, used_before,
       used_today_before, standing, roll, reason, award_id, kind, points, sku, draws, award_record_id
  FROM draw
 WHERE NOT void;

-- How often a user won each award that the current version limits per user; counted from draws when a limit begins.
CREATE TABLE award_win (
    user_id     text COLLATE "C" NOT NULL,
    activity_id text COLLATE "C" NOT NULL,
    award_id    text COLLATE "C" NOT NULL,
    bucket      smallint NOT NULL,
    won         bigint NOT NULL,
    CONSTRAINT award_win_pk PRIMARY KEY (user_id, activity_id, award_id),
    CONSTRAINT award_win_won_positive CHECK (won > 0)
);

CREATE INDEX award_win_award ON award_win (activity_id, award_id);

-- A user on the black or the grey list of an activity, on one of them at most.
CREATE TABLE user_list (
    user_id     text COLLATE "C" NOT NULL,
    activity_id text COLLATE "C" NOT NULL,
    bucket      smallint NOT NULL,
    list        text NOT NULL,
    reason      text,
    created_at  timestamptz NOT NULL,
    CONSTRAINT user_list_pk PRIMARY KEY (user_id, activity_id),
    CONSTRAINT user_list_list_known CHECK (list IN ('black', 'grey'))
);

CREATE INDEX user_list_users ON user_list (activity_id, list, user_id);

-- One attempt to deliver that reached somebody outside or failed. It outlives the work it was made for.
CREATE TABLE attempt (
    outbox_id       uuid NOT NULL,
    lease           bigint NOT NULL,
    bucket          smallint NOT NULL,
    award_record_id uuid NOT NULL,
    began_at        timestamptz NOT NULL,
    ended_at        timestamptz NOT NULL,
    outcome         text NOT NULL,
    detail          text,
    reference       text,
    CONSTRAINT attempt_pk PRIMARY KEY (outbox_id, lease),
    CONSTRAINT attempt_outcome_known CHECK (outcome IN ('delivered', 'retry', 'dead'))
);

CREATE INDEX attempt_award_record ON attempt (award_record_id, lease);
CREATE INDEX attempt_ended ON attempt (ended_at);

-- Grants that no draw caused, for a user's timeline.
CREATE INDEX recharge_order_user ON recharge_order (user_id, recharge_order_id) WHERE NOT void AND source <> 'award';
