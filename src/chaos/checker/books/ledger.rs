//! The ledger: every transfer balances, every balance is the sum of its entries, of its lots and of its holds.

use super::{Book, Check};

pub(super) const BOOKS: &[Book] = &[
    Book {
        check: Check { name: "transfer_balances", says: "the entries of every transfer, two at least, sum to zero" },
        looked: r"SELECT COUNT(*) FROM transfer",
        found: r"SELECT 'transfer ' || pg_temp.id('xfer', transfer_id),
                        'it has ' || COALESCE(entries, 0) || ' entries that sum to ' || COALESCE(sum, 0) || ' hundredths'
                   FROM transfer
                   FULL JOIN (SELECT transfer_id, COUNT(*) AS entries, SUM(amount) AS sum
                                FROM entry
                               GROUP BY transfer_id) AS lines USING (transfer_id)
                  WHERE transfer.transfer_id IS NULL
                     OR COALESCE(entries, 0) < 2
                     OR sum <> 0",
    },
    Book {
        check: Check {
            name: "transfer_once",
            says: "a reason and a key, and a reason and a request, have one transfer",
        },
        looked: r"SELECT COUNT(*) FROM transfer",
        found: r"SELECT 'transfer ' || pg_temp.id('xfer', transfer_id),
                        'it is number ' || GREATEST(nth, nth_of_request) || ' for ' || reason || ' ' || key
                   FROM (SELECT transfer.*,
                                ROW_NUMBER() OVER (PARTITION BY reason, key ORDER BY transfer_id) AS nth,
                                CASE WHEN request IS NULL THEN 1
                                     ELSE ROW_NUMBER() OVER (PARTITION BY reason, request ORDER BY transfer_id)
                                END AS nth_of_request
                           FROM transfer) AS counted
                  WHERE nth > 1
                     OR nth_of_request > 1",
    },
    Book {
        check: Check {
            name: "account_balance",
            says: "a balance is the sum of its entries, and no user's is below zero",
        },
        looked: r"SELECT COUNT(*) FROM account",
        found: r"SELECT 'account ' || account_id,
                        'its balance is ' || COALESCE(balance::text, 'not there') || ' hundredths, its entries sum to '
                        || COALESCE(sum, 0)
                   FROM account
                   FULL JOIN (SELECT account_id, SUM(amount) AS sum
                                FROM entry
                               GROUP BY account_id) AS lines USING (account_id)
                  WHERE balance IS NULL
                     OR balance <> COALESCE(sum, 0)
                     OR (balance < 0 AND account_id NOT LIKE 'issuer:%')",
    },
    Book {
        check: Check {
            name: "entry_history",
            says: "entries of an account are numbered without gaps, and each balance follows from the one before",
        },
        looked: r"SELECT COUNT(*) FROM entry",
        // What follows the first that is wrong is wrong as well.
        found: r"SELECT DISTINCT ON (account_id)
                        'entry ' || pg_temp.id('xfer', transfer_id) || '/' || account_id,
                        'it is entry ' || position || ' with a balance of ' || balance || ' hundredths, where it should be '
                        || nth || ' with ' || sum
                   FROM (SELECT entry.*,
                                ROW_NUMBER() OVER earlier AS nth,
                                SUM(amount) OVER earlier AS sum
                           FROM entry
                         WINDOW earlier AS (PARTITION BY account_id
                                                ORDER BY position, transfer_id
                                                 ROWS UNBOUNDED PRECEDING)) AS counted
                  WHERE position <> nth
                     OR balance <> sum
                  ORDER BY account_id, position",
    },
    Book {
        check: Check { name: "account_lots", says: "a user's balance is what remains of the user's lots" },
        looked: r"SELECT COUNT(*) FROM account WHERE account_id LIKE 'user:%'",
        found: r"SELECT 'account ' || account_id,
                        'its balance is ' || COALESCE(balance, 0) || ' hundredths, its lots hold ' || COALESCE(remaining, 0)
                   FROM (SELECT account_id, balance FROM account WHERE account_id LIKE 'user:%') AS account
                   FULL JOIN (SELECT account_id, SUM(remaining) AS remaining
                                FROM point_lot
                               GROUP BY account_id) AS lots USING (account_id)
                  WHERE COALESCE(balance, 0) <> COALESCE(remaining, 0)",
    },
    Book {
        check: Check { name: "lot_uses", says: "of a lot remains what was not taken from it, or was put back" },
        looked: r"SELECT COUNT(*) FROM point_lot",
        found: r"SELECT 'point_lot ' || pg_temp.id('xfer', lot_id),
                        'of ' || COALESCE(amount::text, 'nothing') || ' hundredths ' || COALESCE(used, 0) || ' are used and '
                        || COALESCE(remaining::text, 'none') || ' remain'
                   FROM (SELECT transfer_id AS lot_id, amount, remaining FROM point_lot) AS lot
                   FULL JOIN (SELECT lot_id, SUM(amount) AS used
                                FROM lot_use
                               WHERE restored_by IS NULL
                               GROUP BY lot_id) AS uses USING (lot_id)
                  WHERE amount IS NULL
                     OR remaining <> amount - COALESCE(used, 0)",
    },
    Book {
        check: Check { name: "account_holds", says: "what a user set aside is the sum of the user's open holds" },
        looked: r"SELECT COUNT(*) FROM hold",
        found: r"SELECT 'account ' || account_id,
                        'its balance is ' || COALESCE(balance, 0) || ' hundredths, its holds come to ' || COALESCE(held, 0)
                   FROM (SELECT account_id, balance FROM account WHERE account_id LIKE 'held:%') AS account
                   FULL JOIN (SELECT 'held:' || user_id AS account_id, SUM(amount) AS held
                                FROM hold
                               WHERE state = 'held'
                               GROUP BY user_id) AS holds USING (account_id)
                  WHERE COALESCE(balance, 0) <> COALESCE(held, 0)",
    },
];
