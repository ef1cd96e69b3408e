-- Buckets that move from one database to another while everybody works.

-- `leaving` takes no writes and is read; `left` is not read either, its rows are waste; `arriving` has all its rows and waits for the map.
-- `move_number` is the move that made the state, so that nobody goes on with a move that another has ended.
ALTER TABLE bucket_home DROP CONSTRAINT bucket_home_state_known;
ALTER TABLE bucket_home ADD CONSTRAINT bucket_home_state_known CHECK (state IN ('home', 'leaving', 'left', 'arriving'));
ALTER TABLE bucket_home ADD COLUMN move_number bigint NOT NULL DEFAULT 0;

-- Where a bucket is being moved to while it lives at `shard`; where it came from while rows of it may be left there. Moves of a bucket
-- are counted.
ALTER TABLE bucket_map ADD COLUMN moved_from smallint;
ALTER TABLE bucket_map ADD COLUMN move_number bigint NOT NULL DEFAULT 0;
ALTER TABLE bucket_map ADD CONSTRAINT bucket_map_moved_from_elsewhere CHECK (moved_from <> shard);
ALTER TABLE bucket_map ADD CONSTRAINT bucket_map_one_move CHECK (moving_to IS NULL OR moved_from IS NULL);

CREATE INDEX bucket_map_moving ON bucket_map (bucket) WHERE moving_to IS NOT NULL OR moved_from IS NOT NULL;
