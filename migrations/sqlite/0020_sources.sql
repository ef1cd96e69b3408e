-- What documents were read from, with the comments that they do not have: format and text as JSON. Nothing where they came as JSON, and
-- for those that are older than this.
ALTER TABLE campaign_draft ADD COLUMN source TEXT
    CONSTRAINT campaign_draft_source_json CHECK (json_valid(source));
ALTER TABLE campaign_version ADD COLUMN source TEXT
    CONSTRAINT campaign_version_source_json CHECK (json_valid(source));

-- As before, with the source.
DROP VIEW named_draft;
CREATE VIEW named_draft AS
SELECT activity_id, document, source, updated_at, saved_by,
       CASE
       WHEN saved_by LIKE 'key\_%' ESCAPE '\' THEN (SELECT name FROM api_key WHERE api_key_id = substr(saved_by, 5))
       WHEN saved_by LIKE 'oper\_%' ESCAPE '\' THEN (SELECT name FROM operator WHERE operator_id = substr(saved_by, 6))
       END AS saved_by_name
  FROM campaign_draft;
