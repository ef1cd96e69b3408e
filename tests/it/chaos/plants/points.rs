//! Bugs in the ledger, and in what users exchange and do.

use super::{Plant, plant};

pub(super) const BUGS: &[Plant] = &[
    // Points out of nothing, in all the books of an issuer.
    plant(
        "transfer_balances",
        "",
        r"WITH issuer AS (UPDATE account SET balance = balance + 5, entries = entries + 1
                           WHERE account_id = (SELECT MIN(account_id) FROM account WHERE account_id LIKE 'issuer:%')
                          RETURNING *),
               twin AS (SELECT ('f' || substr(MAX(transfer_id::text), 2))::uuid AS transfer_id, bucket
                          FROM entry WHERE bucket = (SELECT bucket FROM issuer) GROUP BY bucket),
               made AS (INSERT INTO transfer (transfer_id, bucket, reason, key, created_at)
                        SELECT transfer_id, bucket, 'gift', 'planted', NOW() FROM twin RETURNING *)
          INSERT INTO entry (transfer_id, account_id, bucket, amount, balance, position)
          SELECT transfer_id, account_id, issuer.bucket, 5, balance, entries FROM made CROSS JOIN issuer
          RETURNING 'transfer xfer_' || ulid_text(transfer_id)",
    ),
    plant(
        "transfer_once",
        "ALTER TABLE transfer DROP CONSTRAINT transfer_key_unique",
        r"UPDATE transfer SET key = (SELECT MIN(key) FROM transfer WHERE reason = 'spend')
           WHERE transfer_id = (SELECT MAX(transfer_id::text)::uuid FROM transfer WHERE reason = 'spend')
             AND key <> (SELECT MIN(key) FROM transfer WHERE reason = 'spend')
          RETURNING 'transfer xfer_' || ulid_text(transfer_id)",
    ),
    plant(
        "account_balance",
        "",
        r"UPDATE account SET balance = balance - 1
           WHERE account_id = (SELECT MIN(account_id) FROM account WHERE account_id LIKE 'issuer:%')
          RETURNING 'account ' || account_id",
    ),
    // More was taken from what a user set aside than there is, and every other book agrees.
    plant(
        "account_balance",
        "ALTER TABLE account DROP CONSTRAINT account_balance_not_negative; ALTER TABLE hold DROP CONSTRAINT hold_amount_positive",
        r"WITH held AS (UPDATE account SET balance = -1, entries = entries + 1
                         WHERE account_id = (SELECT MIN(account_id) FROM account WHERE account_id LIKE 'held:%')
                        RETURNING *),
               issuer AS (UPDATE account SET balance = account.balance + 126, entries = account.entries + 1
                            FROM held WHERE account.account_id = 'issuer:' || held.bucket
                          RETURNING account.*),
               aside AS (UPDATE hold SET amount = -1 FROM held WHERE 'held:' || hold.user_id = held.account_id),
               made AS (INSERT INTO transfer (transfer_id, bucket, reason, key, created_at)
                        SELECT ('f' || substr(MAX(entry.transfer_id::text), 2))::uuid, held.bucket, 'gift', 'planted', NOW()
                          FROM entry JOIN held ON held.account_id = entry.account_id GROUP BY held.bucket
                        RETURNING *),
               lines AS (INSERT INTO entry (transfer_id, account_id, bucket, amount, balance, position)
                         SELECT transfer_id, account_id, line.bucket, amount, balance, entries
                           FROM made
                          CROSS JOIN (SELECT account_id, bucket, -126 AS amount, balance, entries FROM held
                                       UNION ALL
                                      SELECT account_id, bucket, 126, balance, entries FROM issuer) AS line)
          SELECT 'account ' || account_id FROM held",
    ),
    plant(
        "entry_history",
        "",
        r"UPDATE entry SET balance = balance + 1
           WHERE account_id LIKE 'issuer:%'
             AND transfer_id = (SELECT MIN(transfer_id::text)::uuid FROM entry WHERE account_id LIKE 'issuer:%')
          RETURNING 'entry xfer_' || ulid_text(transfer_id) || '/' || account_id",
    ),
    plant(
        "account_lots",
        "",
        r"UPDATE point_lot SET amount = amount + 1, remaining = remaining + 1
           WHERE transfer_id = (SELECT MIN(transfer_id::text)::uuid FROM point_lot)
          RETURNING 'account ' || account_id",
    ),
    plant(
        "lot_uses",
        "",
        r"UPDATE point_lot SET amount = amount + 1
           WHERE transfer_id = (SELECT MIN(transfer_id::text)::uuid FROM point_lot)
          RETURNING 'point_lot xfer_' || ulid_text(transfer_id)",
    ),
    plant(
        "account_holds",
        "",
        r"UPDATE hold SET amount = amount + 1 WHERE user_id = (SELECT MIN(user_id) FROM hold)
          RETURNING 'account held:' || user_id",
    ),
    plant(
        "redemption_whole",
        "",
        r"WITH other AS (UPDATE recharge_order SET sku = 'other'
                          WHERE source_key = (SELECT MIN(source_key) FROM recharge_order WHERE source = 'redemption')
                         RETURNING source_key)
          SELECT 'redemption_order ' || source_key FROM other",
    ),
    // Draws for nothing.
    plant(
        "redemption_whole",
        "",
        r"WITH other AS (UPDATE transfer SET reason = 'gift'
                          WHERE key = (SELECT MIN(key) FROM transfer WHERE reason = 'redemption') AND reason = 'redemption'
                         RETURNING key)
          SELECT 'redemption_order ' || key FROM other",
    ),
    plant(
        "behaviour_whole",
        "",
        r"WITH lost AS (UPDATE transfer SET reason = 'gift'
                         WHERE key = (SELECT MIN(key) FROM transfer WHERE reason = 'rebate') RETURNING key)
          SELECT 'behaviour ' || split_part(key, '/', 1) FROM lost",
    ),
    plant(
        "behaviour_once",
        "ALTER TABLE behaviour DROP CONSTRAINT behaviour_once",
        r"UPDATE behaviour SET business_key = 'lost-1' WHERE business_key = 'lost-2'
          RETURNING 'behaviour beh_' || ulid_text(behaviour_id)",
    ),
];
