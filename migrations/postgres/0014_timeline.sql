-- A user's behaviours over all activities, newest first: what the timeline reads.
CREATE INDEX behaviour_timeline ON behaviour (user_id, behaviour_id);
