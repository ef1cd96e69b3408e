//! Promised work: what is not delivered is visibly pending, dead or recalled, and what is due has been done.

use super::{Book, Check};

pub(super) const BOOKS: &[Book] = &[
    Book {
        check: Check {
            name: "outbox_agrees",
            says: "every award has one entry of work, ended as the award did, and open while the award is",
        },
        looked: r"SELECT COUNT(*) FROM award_record",
        found: r"SELECT CASE WHEN outbox_id IS NULL THEN 'award_record ' || pg_temp.id('award', promise.award_record_id)
                             ELSE 'outbox ' || pg_temp.id('out', outbox_id)
                        END,
                        CASE WHEN promise.award_record_id IS NULL THEN 'its award is not there'
                             WHEN nth > 1 THEN 'it is number ' || nth || ' of its award'
                             WHEN work.user_id <> promise.user_id
                             THEN 'it is of user ' || work.user_id || ', its award of user ' || promise.user_id
                             ELSE 'the award, ' || promise.kind || ', is ' || promise.state || ' and its work is '
                                  || COALESCE(work.state, 'not there')
                        END
                   FROM (SELECT award_record.*, draw.kind
                           FROM award_record
                           LEFT JOIN draw ON draw.draw_id = award_record.draw_id) AS promise
                   FULL JOIN (SELECT outbox.*,
                                     ROW_NUMBER() OVER (PARTITION BY award_record_id ORDER BY outbox_id) AS nth
                                FROM outbox) AS work
                     ON work.award_record_id = promise.award_record_id
                  WHERE promise.award_record_id IS NULL
                     OR nth > 1
                     OR work.user_id <> promise.user_id
                     OR CASE
                        WHEN promise.kind = 'nothing' THEN outbox_id IS NOT NULL
                        WHEN promise.state IN ('delivered', 'recalled') AND outbox_id IS NULL
                        THEN COALESCE(promise.delivered_at, promise.created_at)
                             >= current_setting('checker.kept_since')::timestamptz
                        WHEN promise.state IN ('delivered', 'recalled') THEN work.state <> 'done'
                        WHEN promise.state = 'dead' THEN work.state IS DISTINCT FROM 'dead'
                        ELSE COALESCE(work.state, 'none') NOT IN ('pending', 'leased')
                        END",
    },
    Book {
        check: Check { name: "outbox_done", says: "no work is due for longer than it may be" },
        looked: r"SELECT COUNT(*) FROM outbox",
        found: r"SELECT 'outbox ' || pg_temp.id('out', outbox_id),
                        'it is ' || state || ' and due since ' || pg_temp.instant(due_at)
                        || COALESCE('; last: ' || last_error, '')
                   FROM outbox
                  WHERE due_at < current_setting('checker.overdue_before')::timestamptz",
    },
];
