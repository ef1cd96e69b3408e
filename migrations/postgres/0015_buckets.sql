-- Several databases: which of the users' buckets live in this one, where each lives, and which copy of a campaign is newer.

-- Which of several databases this is; one row once it belongs to an installation.
CREATE TABLE shard_identity (
    one          boolean NOT NULL DEFAULT TRUE,
    installation uuid NOT NULL,
    number       smallint NOT NULL,
    CONSTRAINT shard_identity_pk PRIMARY KEY (one),
    CONSTRAINT shard_identity_one_row CHECK (one),
    CONSTRAINT shard_identity_number_not_negative CHECK (number >= 0)
);

-- The buckets that live here. Whoever writes rows of a user holds the bucket's lock and finds it `home`; one that is `leaving`
-- takes no writes, and is read until it is gone.
CREATE TABLE bucket_home (
    bucket smallint NOT NULL,
    state  text NOT NULL,
    CONSTRAINT bucket_home_pk PRIMARY KEY (bucket),
    CONSTRAINT bucket_home_bucket_known CHECK (bucket BETWEEN 0 AND 1023),
    CONSTRAINT bucket_home_state_known CHECK (state IN ('home', 'leaving'))
);

INSERT INTO bucket_home (bucket, state)
SELECT number, 'home'
  FROM generate_series(0, 1023) AS number;

-- In the first database: in which each bucket lives, and where it is being moved to.
CREATE TABLE bucket_map (
    bucket    smallint NOT NULL,
    shard     smallint NOT NULL,
    moving_to smallint,
    CONSTRAINT bucket_map_pk PRIMARY KEY (bucket),
    CONSTRAINT bucket_map_bucket_known CHECK (bucket BETWEEN 0 AND 1023),
    CONSTRAINT bucket_map_moves_elsewhere CHECK (moving_to <> shard)
);

-- Every change of an activity counts, so that of two copies the newer one is known: databases other than the first have copies, and
-- keep the newest that anybody brought.
ALTER TABLE activity ADD COLUMN revision bigint NOT NULL DEFAULT 1;

CREATE FUNCTION count_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.revision = OLD.revision THEN
        NEW.revision := OLD.revision + 1;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER activity_counts_changes BEFORE UPDATE ON activity
    FOR EACH ROW EXECUTE FUNCTION count_change();
