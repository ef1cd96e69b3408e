-- What settlement adds up by day beside draws: points that behaviours earned and that were exchanged for draws.

CREATE INDEX behaviour_day ON behaviour (activity_id, day);
CREATE INDEX redemption_order_day ON redemption_order (activity_id, day, price);
CREATE INDEX redemption_order_reversed ON redemption_order (activity_id, reversed_at, price) WHERE reversed_at IS NOT NULL;
