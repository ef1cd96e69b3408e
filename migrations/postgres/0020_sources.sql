-- What documents were read from, with the comments that they do not have: format and text as JSON. Nothing where they came as JSON, and
-- for those that are older than this.
ALTER TABLE campaign_draft ADD COLUMN source jsonb;
ALTER TABLE campaign_version ADD COLUMN source jsonb;
