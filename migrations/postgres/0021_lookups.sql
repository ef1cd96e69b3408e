-- What transactions of users look up by its key must not be found by any other index: of a table that it knows nothing about yet, a
-- planner takes the one with the fewest conditions, and reads every draw of the activity to find one. So an answer is looked up by
-- its user, activity and request as one text, and indexes over activities alone are over an expression that only their readers name.
DROP INDEX draw_request;
CREATE UNIQUE INDEX draw_request ON draw ((user_id || E'\n' || activity_id || E'\n' || request_id), request_index) WHERE NOT void;
DROP INDEX quota_activity;
CREATE INDEX quota_activity ON quota ((activity_id || ''));
DROP INDEX award_win_award;
CREATE INDEX award_win_award ON award_win ((activity_id || ''), award_id);
DROP INDEX user_list_users;
CREATE INDEX user_list_users ON user_list ((activity_id || ''), list, user_id);
