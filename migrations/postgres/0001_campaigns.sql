-- Campaigns: documents, their versions, the seeds of their days, and what they count.
-- Times are whole milliseconds, days are local, a minted id is the 16 bytes of its ULID: as a uuid it sorts by time as well.

-- An activity as it stands: which version decides new draws, where it is in its life, and which days' seeds are secret.
CREATE TABLE activity (
    activity_id text COLLATE "C" NOT NULL,
    version     bigint NOT NULL,
    state       text NOT NULL,
    closes_at   timestamptz NOT NULL,
    secret_from date,
    CONSTRAINT activity_pk PRIMARY KEY (activity_id),
    CONSTRAINT activity_version_positive CHECK (version > 0),
    CONSTRAINT activity_state_known CHECK (state IN ('open', 'paused', 'closed', 'settled'))
);

CREATE INDEX activity_closing ON activity (closes_at) WHERE state IN ('open', 'paused');

-- A published document; it never changes, and every draw names the version that decided it.
CREATE TABLE campaign_version (
    activity_id  text COLLATE "C" NOT NULL,
    version      bigint NOT NULL,
    document     jsonb NOT NULL,
    published_by text NOT NULL,
    published_at timestamptz NOT NULL,
    CONSTRAINT campaign_version_pk PRIMARY KEY (activity_id, version)
);

-- A document being edited, at most one for each activity; it may have faults.
CREATE TABLE campaign_draft (
    activity_id text COLLATE "C" NOT NULL,
    document    jsonb NOT NULL,
    updated_at  timestamptz NOT NULL,
    CONSTRAINT campaign_draft_pk PRIMARY KEY (activity_id)
);

-- The secret that the seeds of a run of days follow from: whoever reads it can foresee every draw of those days.
CREATE TABLE seed_chain (
    activity_id text COLLATE "C" NOT NULL,
    first_day   date NOT NULL,
    days        bigint NOT NULL,
    last_seed   bytea NOT NULL,
    CONSTRAINT seed_chain_pk PRIMARY KEY (activity_id, first_day),
    CONSTRAINT seed_chain_days_positive CHECK (days > 0),
    CONSTRAINT seed_chain_last_seed_length CHECK (octet_length(last_seed) = 32)
);

-- The number under which an activity's counters are valid; raising it stops every claim made under an older one.
CREATE TABLE stock_epoch (
    activity_id text COLLATE "C" NOT NULL,
    epoch       bigint NOT NULL,
    CONSTRAINT stock_epoch_pk PRIMARY KEY (activity_id),
    CONSTRAINT stock_epoch_positive CHECK (epoch > 0)
);

-- What the current version counts; `used_noted` is for people and may lag, the truth is counted from rows.
CREATE TABLE stock_item (
    activity_id text COLLATE "C" NOT NULL,
    kind        text COLLATE "C" NOT NULL,
    item_id     text COLLATE "C" NOT NULL,
    position    bigint NOT NULL,
    total       bigint NOT NULL,
    used_noted  bigint NOT NULL DEFAULT 0,
    noted_at    timestamptz,
    CONSTRAINT stock_item_pk PRIMARY KEY (activity_id, kind, item_id),
    CONSTRAINT stock_item_kind_known CHECK (kind IN ('award', 'sku')),
    CONSTRAINT stock_item_total_not_negative CHECK (total >= 0)
);

-- The text of a minted id, as the rest of the product writes it and keys of other tables hold it: Crockford's base 32. Whoever
-- compares books asks for millions: in SQL with a subquery this is ten times as slow, because nothing can fold it into a statement.
CREATE FUNCTION ulid_text(id uuid) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    bytes   CONSTANT bytea NOT NULL := uuid_send(id);
    letters CONSTANT bytea NOT NULL := '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
BEGIN
    RETURN chr(get_byte(letters, (get_byte(bytes, 0) >> 5) & 7)) ||
           chr(get_byte(letters, get_byte(bytes, 0) & 31)) ||
           chr(get_byte(letters, (get_byte(bytes, 1) >> 3) & 31)) ||
           chr(get_byte(letters, ((get_byte(bytes, 1) & 7) << 2) | (get_byte(bytes, 2) >> 6))) ||
           chr(get_byte(letters, (get_byte(bytes, 2) >> 1) & 31)) ||
           chr(get_byte(letters, ((get_byte(bytes, 2) & 1) << 4) | (get_byte(bytes, 3) >> 4))) ||
           chr(get_byte(letters, ((get_byte(bytes, 3) & 15) << 1) | (get_byte(bytes, 4) >> 7))) ||
           chr(get_byte(letters, (get_byte(bytes, 4) >> 2) & 31)) ||
           chr(get_byte(letters, ((get_byte(bytes, 4) & 3) << 3) | (get_byte(bytes, 5) >> 5))) ||
           chr(get_byte(letters, get_byte(bytes, 5) & 31)) ||
           chr(get_byte(letters, (get_byte(bytes, 6) >> 3) & 31)) ||
           chr(get_byte(letters, ((get_byte(bytes, 6) & 7) << 2) | (get_byte(bytes, 7) >> 6))) ||
           chr(get_byte(letters, (get_byte(bytes, 7) >> 1) & 31)) ||
           chr(get_byte(letters, ((get_byte(bytes, 7) & 1) << 4) | (get_byte(bytes, 8) >> 4))) ||
           chr(get_byte(letters, ((get_byte(bytes, 8) & 15) << 1) | (get_byte(bytes, 9) >> 7))) ||
           chr(get_byte(letters, (get_byte(bytes, 9) >> 2) & 31)) ||
           chr(get_byte(letters, ((get_byte(bytes, 9) & 3) << 3) | (get_byte(bytes, 10) >> 5))) ||
           chr(get_byte(letters, get_byte(bytes, 10) & 31)) ||
           chr(get_byte(letters, (get_byte(bytes, 11) >> 3) & 31)) ||
           chr(get_byte(letters, ((get_byte(bytes, 11) & 7) << 2) | (get_byte(bytes, 12) >> 6))) ||
           chr(get_byte(letters, (get_byte(bytes, 12) >> 1) & 31)) ||
           chr(get_byte(letters, ((get_byte(bytes, 12) & 1) << 4) | (get_byte(bytes, 13) >> 4))) ||
           chr(get_byte(letters, ((get_byte(bytes, 13) & 15) << 1) | (get_byte(bytes, 14) >> 7))) ||
           chr(get_byte(letters, (get_byte(bytes, 14) >> 2) & 31)) ||
           chr(get_byte(letters, ((get_byte(bytes, 14) & 3) << 3) | (get_byte(bytes, 15) >> 5))) ||
           chr(get_byte(letters, get_byte(bytes, 15) & 31));
END $$;
