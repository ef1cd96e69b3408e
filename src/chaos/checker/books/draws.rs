//! Draws: each once, whole requests, one decided after another, within limits, each with its promise.

use super::{Book, Check};

pub(super) const BOOKS: &[Book] = &[
    Book {
        check: Check { name: "draw_once", says: "a user, activity, request and index have one draw" },
        looked: r"SELECT COUNT(*) FROM draw WHERE NOT void",
        found: r"SELECT 'draw ' || pg_temp.id('draw', draw_id),
                        'draw ' || number || ' of index ' || request_index || ' of request ' || request_id || ' of user '
                        || user_id || ' in activity ' || activity_id
                   FROM (SELECT draw.*,
                                ROW_NUMBER() OVER (PARTITION BY user_id, activity_id, request_id, request_index
                                                       ORDER BY draw_id) AS number
                           FROM draw
                          WHERE NOT void) AS counted
                  WHERE number > 1",
    },
    Book {
        check: Check {
            name: "draw_request_whole",
            says: "the draws of a request are numbered from nought without gaps",
        },
        looked: r"SELECT COUNT(*) FROM (SELECT DISTINCT user_id, activity_id, request_id FROM draw WHERE NOT void) AS request",
        found: r"SELECT 'draw ' || pg_temp.id('draw', (array_agg(draw_id ORDER BY request_index DESC))[1]),
                        'request ' || request_id || ' of user ' || user_id || ' in activity ' || activity_id || ' has indexes '
                        || string_agg(request_index::text, ', ' ORDER BY request_index)
                   FROM draw
                  WHERE NOT void
                  GROUP BY user_id, activity_id, request_id
                 HAVING MIN(request_index) <> 0
                     OR MAX(request_index) + 1 <> COUNT(DISTINCT request_index)",
    },
    Book {
        check: Check {
            name: "draw_sequence",
            says: "a user's draws were decided one after another: the n-th from n used before, in all and on its day",
        },
        looked: r"SELECT COUNT(*) FROM draw WHERE NOT void",
        // What follows the first that is wrong is wrong as well.
        found: r"SELECT DISTINCT ON (user_id, activity_id)
                        'draw ' || pg_temp.id('draw', draw_id),
                        'it was decided from ' || used_before || ' draws used, ' || used_today_before || ' of them on '
                        || day || ', where there are ' || used || ' and ' || used_today
                   FROM (SELECT draw.*,
                                ROW_NUMBER() OVER (PARTITION BY user_id, activity_id
                                                       ORDER BY used_before, draw_id) - 1 AS used,
                                ROW_NUMBER() OVER (PARTITION BY user_id, activity_id, day
                                                       ORDER BY used_before, draw_id) - 1 AS used_today
                           FROM draw
                          WHERE NOT void) AS counted
                  WHERE used_before <> used
                     OR used_today_before <> used_today
                  ORDER BY user_id, activity_id, used_before",
    },
    Book {
        check: Check {
            name: "draw_within_limits",
            says: "no draw is beyond the limits by day and month of the version that decided it",
        },
        looked: r"SELECT COUNT(*)
                    FROM draw
                    JOIN campaign_version USING (activity_id, version)
                   WHERE NOT void
                     AND document -> 'limits' IS NOT NULL",
        found: r"SELECT 'draw ' || pg_temp.id('draw', draw_id),
                        'it is draw ' || nth_of_day || ' of user ' || user_id || ' in activity ' || activity_id || ' on ' || day
                        || ' and ' || nth_of_month || ' of that month, where the limits are '
                        || COALESCE(day_max::text, 'none') || ' and ' || COALESCE(month_max::text, 'none')
                   FROM (SELECT draw.*,
                                ROW_NUMBER() OVER (PARTITION BY user_id, activity_id, day
                                                       ORDER BY used_before, draw_id) AS nth_of_day,
                                ROW_NUMBER() OVER (PARTITION BY user_id, activity_id, date_trunc('month', day)
                                                       ORDER BY used_before, draw_id) AS nth_of_month
                           FROM draw
                          WHERE NOT void) AS counted
                   JOIN (SELECT activity_id, version, (document -> 'limits' ->> 'day')::bigint AS day_max,
                                (document -> 'limits' ->> 'month')::bigint AS month_max
                           FROM campaign_version) AS limits USING (activity_id, version)
                  WHERE nth_of_day > day_max
                     OR nth_of_month > month_max",
    },
    Book {
        check: Check {
            name: "win_within_limit",
            says: "nobody wins an award more often than the version that decided allows one user",
        },
        looked: r"SELECT COUNT(*)
                    FROM draw
                    JOIN campaign_version USING (activity_id, version)
                   CROSS JOIN jsonb_array_elements(document -> 'awards') AS award (value)
                   WHERE NOT void
                     AND award.value ->> 'id' = award_id
                     AND award.value ->> 'per_user' IS NOT NULL",
        found: r"SELECT 'draw ' || pg_temp.id('draw', draw_id),
                        'it is win ' || nth || ' of award ' || award_id || ' by user ' || user_id || ' in activity '
                        || activity_id || ', where ' || per_user || ' are allowed'
                   FROM (SELECT draw.*,
                                ROW_NUMBER() OVER (PARTITION BY user_id, activity_id, award_id
                                                       ORDER BY used_before, draw_id) AS nth
                           FROM draw
                          WHERE NOT void) AS counted
                   JOIN (SELECT activity_id, version, award.value ->> 'id' AS award_id,
                                (award.value ->> 'per_user')::bigint AS per_user
                           FROM campaign_version
                          CROSS JOIN jsonb_array_elements(document -> 'awards') AS award (value)) AS limits
                  USING (activity_id, version, award_id)
                  WHERE nth > per_user",
    },
    Book {
        check: Check {
            name: "draw_promised",
            says: "every draw has exactly one award record, its own, and every award record its draw",
        },
        looked: r"SELECT COUNT(*) FROM award_record",
        found: r"SELECT CASE WHEN promise.award_record_id IS NULL
                             THEN 'draw ' || pg_temp.id('draw', drawn.draw_id)
                             ELSE 'award_record ' || pg_temp.id('award', promise.award_record_id)
                        END,
                        CASE WHEN promise.award_record_id IS NULL THEN 'it has no award record'
                             WHEN drawn.draw_id IS NULL THEN 'it has no draw'
                             WHEN promise.nth > 1 THEN 'it is number ' || promise.nth || ' of its draw'
                             WHEN drawn.award_record_id <> promise.award_record_id THEN 'its draw names another'
                             WHEN drawn.user_id <> promise.user_id
                             THEN 'it is of user ' || promise.user_id || ', its draw of user ' || drawn.user_id
                             ELSE 'it is ' || promise.state || ', and there is nothing to deliver'
                        END
                   FROM (SELECT * FROM draw WHERE NOT void) AS drawn
                   FULL JOIN (SELECT award_record.*,
                                     ROW_NUMBER() OVER (PARTITION BY draw_id ORDER BY award_record_id) AS nth
                                FROM award_record) AS promise
                     ON promise.draw_id = drawn.draw_id
                  WHERE promise.award_record_id IS NULL
                     OR drawn.draw_id IS NULL
                     OR promise.nth > 1
                     OR drawn.award_record_id <> promise.award_record_id
                     OR drawn.user_id <> promise.user_id
                     OR (drawn.kind = 'nothing' AND promise.state <> 'delivered')",
    },
];
