-- Third parties that reserve before they send, and let go again when they are asked.

-- How a third party is told of the award: at once, or staged by a workflow. Nothing while it was never told. It stays as it was first, whatever
-- the settings say later: whoever may have the award by one way is not asked by the other.
ALTER TABLE outbox ADD COLUMN way text CONSTRAINT outbox_way_known CHECK (way IN ('at_once', 'staged'));
-- How often dead work was begun anew. Calls to third parties that reserve carry it in their keys.
ALTER TABLE outbox ADD COLUMN redrives bigint NOT NULL DEFAULT 0 CONSTRAINT outbox_redrives_not_negative CHECK (redrives >= 0);
-- Why an operator wants the award back, where a third party has to let go of it first.
ALTER TABLE outbox ADD COLUMN wanted_back text;

-- Until now there was one way.
UPDATE outbox
   SET way = 'at_once'
 WHERE state <> 'done'
   AND leases > 0
   AND EXISTS (SELECT 1
                 FROM award_record
                 JOIN draw ON draw.draw_id = award_record.draw_id
                WHERE award_record.award_record_id = outbox.award_record_id
                  AND draw.kind = 'webhook');
