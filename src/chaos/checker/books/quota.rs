//! Quota: what was granted and used, in all and by day and month, is what orders and draws come to.

use super::{Book, Check};

pub(super) const BOOKS: &[Book] = &[
    Book {
        check: Check { name: "quota_granted", says: "granted is the sum of all orders that were not reversed" },
        looked: r"SELECT COUNT(*) FROM quota",
        found: r"SELECT 'quota ' || user_id || '/' || activity_id,
                        'granted is ' || COALESCE(granted::text, 'nothing') || ', orders come to ' || COALESCE(ordered, 0)
                   FROM quota
                   FULL JOIN (SELECT user_id, activity_id, SUM(draws) AS ordered
                                FROM recharge_order
                               WHERE NOT void
                                 AND reversed_at IS NULL
                               GROUP BY user_id, activity_id) AS orders
                  USING (user_id, activity_id)
                  WHERE COALESCE(granted, -1) <> COALESCE(ordered, 0)",
    },
    Book {
        check: Check { name: "quota_used", says: "used is the number of draws, and not more than granted" },
        looked: r"SELECT COUNT(*) FROM quota",
        found: r"SELECT 'quota ' || user_id || '/' || activity_id,
                        'used is ' || COALESCE(used::text, 'nothing') || ' of ' || COALESCE(granted::text, 'nothing')
                        || ', draws are ' || COALESCE(drawn, 0)
                   FROM quota
                   FULL JOIN (SELECT user_id, activity_id, COUNT(*) AS drawn
                                FROM draw
                               WHERE NOT void
                               GROUP BY user_id, activity_id) AS drawn
                  USING (user_id, activity_id)
                  WHERE COALESCE(used, -1) <> COALESCE(drawn, 0)
                     OR used > granted",
    },
    Book {
        check: Check {
            name: "period_used",
            says: "used by day and by month is the number of draws of that day or month",
        },
        looked: r"SELECT COUNT(*) FROM quota_period",
        found: r"SELECT 'quota_period ' || activity_id || '/' || user_id || '/' || period,
                        'used is ' || COALESCE(used::text, 'nothing') || ', draws are ' || COALESCE(drawn, 0)
                   FROM quota_period
                   FULL JOIN (SELECT activity_id, user_id, to_char(day, form) AS period, COUNT(*) AS drawn
                                FROM draw
                               CROSS JOIN (VALUES ('YYYY-MM-DD'), ('YYYY-MM')) AS length (form)
                               WHERE NOT void
                               GROUP BY activity_id, user_id, to_char(day, form)) AS drawn
                  USING (activity_id, user_id, period)
                  WHERE COALESCE(used, -1) <> COALESCE(drawn, 0)",
    },
];
