-- Campaigns: documents, their versions, the seeds of their days, and what they count.
-- Times are unix milliseconds, days are local texts such as 2026-11-22, minted ids are 26 characters without prefix.

-- An activity as it stands: which version decides new draws, where it is in its life, and which days' seeds are secret.
CREATE TABLE activity (
    activity_id TEXT NOT NULL,
    version     INTEGER NOT NULL,
    state       TEXT NOT NULL,
    closes_at   INTEGER NOT NULL,
    secret_from TEXT,
    CONSTRAINT activity_pk PRIMARY KEY (activity_id),
    CONSTRAINT activity_version_positive CHECK (version > 0),
    CONSTRAINT activity_state_known CHECK (state IN ('open', 'paused', 'closed', 'settled'))
) STRICT, WITHOUT ROWID;

CREATE INDEX activity_closing ON activity (closes_at) WHERE state IN ('open', 'paused');

-- A published document; it never changes, and every draw names the version that decided it.
CREATE TABLE campaign_version (
    activity_id  TEXT NOT NULL,
    version      INTEGER NOT NULL,
    document     TEXT NOT NULL,
    published_by TEXT NOT NULL,
    published_at INTEGER NOT NULL,
    CONSTRAINT campaign_version_pk PRIMARY KEY (activity_id, version),
    CONSTRAINT campaign_version_document_json CHECK (json_valid(document))
) STRICT;

-- A document being edited, at most one for each activity; it may have faults.
CREATE TABLE campaign_draft (
    activity_id TEXT NOT NULL,
    document    TEXT NOT NULL,
    updated_at  INTEGER NOT NULL,
    CONSTRAINT campaign_draft_pk PRIMARY KEY (activity_id),
    CONSTRAINT campaign_draft_document_json CHECK (json_valid(document))
) STRICT;

-- The secret that the seeds of a run of days follow from: whoever reads it can foresee every draw of those days.
CREATE TABLE seed_chain (
    activity_id TEXT NOT NULL,
    first_day   TEXT NOT NULL,
    days        INTEGER NOT NULL,
    last_seed   TEXT NOT NULL,
    CONSTRAINT seed_chain_pk PRIMARY KEY (activity_id, first_day),
    CONSTRAINT seed_chain_days_positive CHECK (days > 0),
    CONSTRAINT seed_chain_last_seed_length CHECK (length(last_seed) = 64)
) STRICT, WITHOUT ROWID;

-- The number under which an activity's counters are valid; raising it stops every claim made under an older one.
CREATE TABLE stock_epoch (
    activity_id TEXT NOT NULL,
    epoch       INTEGER NOT NULL,
    CONSTRAINT stock_epoch_pk PRIMARY KEY (activity_id),
    CONSTRAINT stock_epoch_positive CHECK (epoch > 0)
) STRICT, WITHOUT ROWID;

-- What the current version counts; `used_noted` is for people and may lag, the truth is counted from rows.
CREATE TABLE stock_item (
    activity_id TEXT NOT NULL,
    kind        TEXT NOT NULL,
    item_id     TEXT NOT NULL,
    position    INTEGER NOT NULL,
    total       INTEGER NOT NULL,
    used_noted  INTEGER NOT NULL DEFAULT 0,
    noted_at    INTEGER,
    CONSTRAINT stock_item_pk PRIMARY KEY (activity_id, kind, item_id),
    CONSTRAINT stock_item_kind_known CHECK (kind IN ('award', 'sku')),
    CONSTRAINT stock_item_total_not_negative CHECK (total >= 0)
) STRICT, WITHOUT ROWID;
