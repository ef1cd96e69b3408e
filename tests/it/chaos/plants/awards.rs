//! Bugs in awards and their work, in stored answers, and in where rows live.

use super::{Plant, plant};

pub(super) const BUGS: &[Plant] = &[
    // Delivered, and never credited.
    plant(
        "award_points",
        "",
        r"WITH lost AS (UPDATE transfer SET reason = 'gift'
                         WHERE key = (SELECT MIN(key) FROM transfer WHERE reason = 'award') RETURNING key)
          SELECT 'award_record ' || key FROM lost",
    ),
    // Credited for nothing that was won.
    plant(
        "award_points",
        "",
        r"UPDATE transfer SET reason = 'award'
           WHERE transfer_id = (SELECT MIN(transfer_id::text)::uuid FROM transfer WHERE reason = 'hold')
          RETURNING 'transfer xfer_' || ulid_text(transfer_id)",
    ),
    plant(
        "award_draws",
        "",
        r"UPDATE recharge_order SET sku = 'other'
           WHERE source_key = (SELECT MIN(source_key) FROM recharge_order WHERE source = 'award')
          RETURNING 'award_record ' || source_key",
    ),
    // Draws for nothing that was won; the account has them.
    plant(
        "award_draws",
        "",
        r"WITH twin AS (INSERT INTO recharge_order (recharge_order_id, bucket, user_id, activity_id, sku, draws, source,
                                                    source_key, created_at)
                        SELECT ('f' || substr(recharge_order_id::text, 2))::uuid, bucket, user_id, activity_id, sku, draws,
                               'award', 'planted', created_at
                          FROM recharge_order WHERE source = 'award' ORDER BY recharge_order_id LIMIT 1
                        RETURNING *),
               granted AS (UPDATE quota SET granted = granted + twin.draws FROM twin WHERE quota.user_id = twin.user_id)
          SELECT 'recharge_order rech_' || ulid_text(recharge_order_id) FROM twin",
    ),
    plant(
        "award_goods",
        "",
        r"UPDATE goods_claim SET shipped_at = NULL, tracking = NULL
          RETURNING 'award_record award_' || ulid_text(award_record_id)",
    ),
    plant(
        "outbox_agrees",
        "",
        r"UPDATE outbox SET state = 'pending', due_at = '2100-01-01', ended_at = NULL
           WHERE outbox_id = (SELECT MIN(outbox_id::text)::uuid FROM outbox WHERE state = 'done')
          RETURNING 'outbox out_' || ulid_text(outbox_id)",
    ),
    // A prize that nobody will ever deliver.
    plant(
        "outbox_agrees",
        "",
        r"DELETE FROM outbox WHERE outbox_id = (SELECT MIN(outbox_id::text)::uuid FROM outbox WHERE state = 'pending')
          RETURNING 'award_record award_' || ulid_text(award_record_id)",
    ),
    // Ended work is kept for a while: it cannot have been pruned yet.
    plant(
        "outbox_agrees",
        "",
        r"DELETE FROM outbox WHERE outbox_id = (SELECT MIN(outbox_id::text)::uuid FROM outbox WHERE state = 'done')
          RETURNING 'award_record award_' || ulid_text(award_record_id)",
    ),
    plant(
        "outbox_done",
        "",
        r"UPDATE outbox SET due_at = '2026-03-02'
           WHERE outbox_id = (SELECT MIN(outbox_id::text)::uuid FROM outbox WHERE state = 'pending')
          RETURNING 'outbox out_' || ulid_text(outbox_id)",
    ),
    plant(
        "user_at_home",
        "",
        r"UPDATE quota SET bucket = (SELECT MIN(bucket) FROM bucket_home)
           WHERE user_id = (SELECT MIN(user_id) FROM quota)
          RETURNING 'quota ' || user_id || '/' || activity_id",
    ),
    // A row of ann, whose bucket is 401, in the database that has not got her.
    plant(
        "user_at_home",
        "",
        r"INSERT INTO user_list (user_id, activity_id, bucket, list, created_at)
          SELECT 'ann', '100301', 401, 'grey', NOW()
           WHERE NOT EXISTS (SELECT 1 FROM bucket_home WHERE bucket = 401)
          RETURNING 'user_list ' || user_id || '/' || activity_id",
    ),
    // A claim that was ended where its draw can never be.
    plant(
        "user_at_home",
        "",
        r"INSERT INTO draw (draw_id, bucket, void, drawn_at)
          SELECT '019ca000-0000-7000-8000-000000000191', 401, TRUE, NOW()
           WHERE NOT EXISTS (SELECT 1 FROM bucket_home WHERE bucket = 401)
          RETURNING 'draw draw_' || ulid_text(draw_id)",
    ),
    // A table that somebody adds, and nobody tells the checker of.
    plant("user_at_home", "CREATE TABLE forgotten (bucket smallint)", r"SELECT 'forgotten'"),
    plant(
        "bucket_one_home",
        "",
        r"UPDATE bucket_map SET moving_to = 1 - shard WHERE bucket = 7 RETURNING 'bucket_map ' || bucket",
    ),
    plant(
        "bucket_one_home",
        "",
        r"INSERT INTO bucket_home (bucket, state)
          SELECT MIN(number), 'home' FROM generate_series(0, 1023) AS number
           WHERE NOT EXISTS (SELECT 1 FROM bucket_home WHERE bucket = number)
          RETURNING 'bucket_map ' || bucket",
    ),
    plant(
        "code_one_winner",
        "",
        r"WITH swapped AS (UPDATE coupon_code SET code = code || '-other'
                            WHERE code = (SELECT MIN(code) FROM coupon_code WHERE award_record_id IS NOT NULL)
                           RETURNING award_record_id)
          SELECT 'award_record award_' || ulid_text(award_record_id) FROM swapped",
    ),
    plant(
        "code_one_winner",
        "",
        r"UPDATE coupon_code SET award_record_id = '019ca000-0000-7000-8000-000000000000', taken_at = NOW()
           WHERE code = (SELECT MAX(code) FROM coupon_code WHERE award_record_id IS NULL)
          RETURNING 'coupon_code ' || pool || '/' || code",
    ),
    plant(
        "code_one_winner",
        "DROP INDEX coupon_code_award",
        r"UPDATE coupon_code SET award_record_id = (SELECT MIN(award_record_id::text)::uuid FROM coupon_code), taken_at = NOW()
           WHERE code = (SELECT MAX(code) FROM coupon_code WHERE award_record_id IS NULL)
          RETURNING 'coupon_code ' || pool || '/' || code",
    ),
    plant(
        "answer_stored",
        "",
        r"UPDATE draw SET roll = sha256(roll)
           WHERE draw_id = (SELECT MIN(draw_id::text)::uuid FROM draw WHERE request_id LIKE 'ten-%')
          RETURNING 'draw draw_' || ulid_text(draw_id)",
    ),
    plant(
        "answer_stored",
        "",
        r"UPDATE behaviour SET created_at = created_at + INTERVAL '1 ms'
           WHERE behaviour_id = (SELECT MIN(behaviour_id::text)::uuid FROM behaviour WHERE business_key NOT LIKE 'lost-%')
          RETURNING 'behaviour beh_' || ulid_text(behaviour_id)",
    ),
    plant(
        "answer_stored",
        "",
        r"UPDATE transfer SET note = 'other'
           WHERE transfer_id = (SELECT MIN(transfer_id::text)::uuid FROM transfer WHERE reason = 'earn')
          RETURNING 'transfer xfer_' || ulid_text(transfer_id)",
    ),
    plant(
        "answer_stored",
        "",
        r"UPDATE redemption_order SET day = day + 1
           WHERE redemption_id = (SELECT MIN(redemption_id::text)::uuid FROM redemption_order)
          RETURNING 'redemption_order rdm_' || ulid_text(redemption_id)",
    ),
    plant(
        "answer_stored",
        "",
        r"UPDATE recharge_order SET created_at = created_at + INTERVAL '1 second'
           WHERE recharge_order_id = (SELECT MIN(recharge_order_id::text)::uuid FROM recharge_order WHERE source = 'request')
          RETURNING 'recharge_order rech_' || ulid_text(recharge_order_id)",
    ),
    // An award that was delivered and says that it was not.
    plant(
        "delivered_once",
        "",
        r"WITH undone AS (UPDATE award_record SET state = 'recalled', delivered_at = NULL
                           WHERE award_record_id = (SELECT MIN(award_record.award_record_id::text)::uuid FROM award_record
                                                     JOIN draw USING (draw_id)
                                                    WHERE state = 'delivered' AND kind = 'webhook')
                          RETURNING award_record.award_record_id)
          SELECT 'award_record award_' || ulid_text(award_record_id) FROM undone",
    ),
];
