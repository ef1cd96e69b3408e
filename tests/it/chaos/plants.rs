//! Bugs to plant: at least one for each check, each breaking that check alone.

use big_market::chaos::checker::{Heard, Received};
use serde_json::{Value, json};

use super::scene::Scene;

/// What a bug leaves in a database.
pub(super) struct Plant {
    pub(super) check: &'static str,
    /// What keeps the bug out: it is taken away first.
    pub(super) loosen: &'static str,
    /// Plants it once, where it can, and gives the row.
    pub(super) sql: &'static str,
}

const fn plant(check: &'static str, loosen: &'static str, sql: &'static str) -> Plant {
    Plant { check, loosen, sql }
}

/// Bugs in databases. Answers to the requests `lost-1` and `lost-2` were lost, so nobody can say what they were.
pub(super) const IN_DATABASES: &[Plant] = &[
    plant(
        "draw_once",
        "DROP INDEX draw_request",
        r"UPDATE draw SET request_index = 0 WHERE request_id = 'lost-2' AND request_index = 1
          RETURNING 'draw draw_' || ulid_text(draw_id)",
    ),
    plant(
        "draw_request_whole",
        "",
        r"UPDATE draw SET request_index = 5 WHERE request_id = 'lost-2' AND request_index = 1
          RETURNING 'draw draw_' || ulid_text(draw_id)",
    ),
    plant(
        "draw_sequence",
        "",
        r"UPDATE draw SET used_today_before = used_today_before + 1 WHERE request_id = 'lost-1'
          RETURNING 'draw draw_' || ulid_text(draw_id)",
    ),
    plant(
        "draw_within_limits",
        "",
        r"WITH last AS (SELECT draw_id, used_today_before FROM draw WHERE NOT void ORDER BY used_today_before DESC LIMIT 1)
          UPDATE campaign_version
             SET document = jsonb_set(document, '{limits,day}', to_jsonb((SELECT used_today_before FROM last)))
          RETURNING (SELECT 'draw draw_' || ulid_text(draw_id) FROM last)",
    ),
    plant(
        "draw_within_limits",
        "",
        r"WITH last AS (SELECT draw_id, used_before FROM draw WHERE NOT void ORDER BY used_before DESC LIMIT 1)
          UPDATE campaign_version
             SET document = jsonb_set(document, '{limits,month}', to_jsonb((SELECT used_before FROM last)))
          RETURNING (SELECT 'draw draw_' || ulid_text(draw_id) FROM last)",
    ),
    // The award of which one user has more than any other here.
    plant(
        "win_within_limit",
        "",
        r"WITH win AS (SELECT award_id, user_id, COUNT(*) AS wins, MAX(used_before) AS last
                         FROM draw WHERE NOT void GROUP BY award_id, user_id),
               most AS (SELECT win.*, ordinality - 1 AS at
                          FROM win
                         CROSS JOIN campaign_version
                         CROSS JOIN jsonb_array_elements(document -> 'awards') WITH ORDINALITY AS award (value)
                         WHERE award.value ->> 'id' = award_id
                           AND NOT EXISTS (SELECT 1 FROM win AS other
                                            WHERE other.award_id = win.award_id
                                              AND other.user_id <> win.user_id
                                              AND other.wins >= win.wins)
                         LIMIT 1)
          UPDATE campaign_version
             SET document = jsonb_set(document, ARRAY['awards', most.at::text, 'per_user'], to_jsonb(most.wins - 1))
            FROM most
            JOIN draw ON draw.user_id = most.user_id AND draw.used_before = most.last
          RETURNING 'draw draw_' || ulid_text(draw.draw_id)",
    ),
    plant(
        "draw_promised",
        "",
        r"UPDATE draw SET award_record_id = draw_id
           WHERE draw_id = (SELECT draw_id FROM draw WHERE NOT void ORDER BY draw_id LIMIT 1)
          RETURNING (SELECT 'award_record award_' || ulid_text(award_record.award_record_id)
                       FROM award_record WHERE award_record.draw_id = draw.draw_id)",
    ),
    plant(
        "draw_promised",
        "",
        r"UPDATE award_record SET state = 'recalled', delivered_at = NULL
           WHERE draw_id = (SELECT draw_id FROM draw WHERE kind = 'nothing' LIMIT 1)
          RETURNING 'award_record award_' || ulid_text(award_record_id)",
    ),
    plant(
        "quota_granted",
        "",
        r"UPDATE quota SET granted = granted + 1 WHERE user_id = (SELECT MIN(user_id) FROM quota)
          RETURNING 'quota ' || user_id || '/' || activity_id",
    ),
    // An order that never reached the account.
    plant(
        "quota_granted",
        "",
        r"UPDATE recharge_order SET reversed_at = created_at
           WHERE recharge_order_id = (SELECT recharge_order_id FROM recharge_order WHERE source = 'rebate' LIMIT 1)
          RETURNING 'quota ' || user_id || '/' || activity_id",
    ),
    plant(
        "quota_used",
        "",
        r"UPDATE quota SET used = used - 1 WHERE user_id = (SELECT MIN(user_id) FROM quota)
          RETURNING 'quota ' || user_id || '/' || activity_id",
    ),
    plant(
        "period_used",
        "",
        r"UPDATE quota_period SET used = used + 1
           WHERE user_id = (SELECT MIN(user_id) FROM quota_period) AND period = '2026-03'
          RETURNING 'quota_period ' || activity_id || '/' || user_id || '/' || period",
    ),
    plant(
        "period_used",
        "",
        r"DELETE FROM quota_period WHERE user_id = (SELECT MIN(user_id) FROM quota_period) AND length(period) = 7
          RETURNING 'quota_period ' || activity_id || '/' || user_id || '/' || period",
    ),
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
    // As many as there were won in the first database: only together they are too many.
    plant(
        "stock_not_oversold",
        "",
        r"UPDATE campaign_version
             SET document = jsonb_set(document, '{awards,0,stock}',
                                      (SELECT to_jsonb(COUNT(*)) FROM draw WHERE award_id = 'points'))
          RETURNING 'stock_item 100301/award/points'",
    ),
    plant(
        "stock_not_oversold",
        "",
        r"UPDATE campaign_version SET document = jsonb_set(document, '{skus,0,stock}', '5')
          RETURNING 'stock_item 100301/sku/many'",
    ),
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

/// A bug that shows in the logs.
pub(super) struct Spoilt {
    pub(super) check: &'static str,
    pub(super) row: String,
    pub(super) heard: Vec<Heard>,
    pub(super) received: Vec<Received>,
}

/// Rows of requests whose answers were lost, which no log names.
pub(super) struct Lost {
    /// The draw of `lost-1`.
    pub(super) single: String,
    /// The second draw of `lost-2`.
    pub(super) second: String,
}

/// Bugs in logs.
pub(super) fn in_logs(scene: &Scene, lost: &Lost) -> Vec<Spoilt> {
    let spoil = |check, row: &str, change: &dyn Fn(&mut Vec<Heard>, &mut Vec<Received>)| {
        let (mut heard, mut received) = (scene.heard.clone(), scene.received.clone());
        change(&mut heard, &mut received);
        assert!(heard != scene.heard || received != scene.received, "{check}: nothing was planted");
        Spoilt { check, row: row.to_owned(), heard, received }
    };
    let problem = |code: &str| Some(json!({ "status": 409, "code": code }).to_string());
    let acknowledged = scene.heard_of("ann", "ten-0");
    let again = |heard: &Heard| Heard { sent_at: heard.at + 1_000_000, at: heard.at + 1_000_001, ..heard.clone() };
    let (single, double) = (scene.heard_of("cleo", "lost-1"), scene.heard_of("cleo", "lost-2"));

    let taken = |end: &str| {
        let is_it = |call: &&Received| call.status == 200 && call.key.ends_with(end);
        scene.received.iter().find(is_it).unwrap().clone()
    };
    let award_of = |call: &Received| format!("award_record {}", call.award_record_id.as_deref().unwrap());
    let at_once = scene.received.iter().find(|call| call.status == 200 && !call.key.contains('-')).unwrap();
    let (confirmed, released) = (taken("-1-confirm"), taken("-1-release"));
    let with_round = |call: &Received, round: u64| {
        let mut body: Value = serde_json::from_str(&call.body).unwrap();
        body["data"]["round"] = round.into();
        Received { key: call.key.replace("-1-", &format!("-{round}-")), body: body.to_string(), ..call.clone() }
    };
    vec![
        spoil("answer_alike", "draw request ann/100301/ten-0", &|heard, _| {
            let other = again(&heard[acknowledged]);
            heard.push(Heard {
                body: other.body.as_ref().map(|body| body.replace("\"index\":1", "\"index\": 1")),
                ..other
            });
        }),
        spoil("answer_alike", "draw request ann/100301/ten-0", &|heard, _| {
            let other = again(&heard[acknowledged]);
            heard.push(Heard { status: Some(409), body: problem("quota_exhausted"), ..other });
        }),
        spoil("answer_stored", "draw request ann/100301/dream", &|heard, _| {
            let other = heard[acknowledged].clone();
            heard.push(Heard { request_id: Some("dream".into()), ..other });
        }),
        spoil("refused_not_stored", &lost.single, &|heard, _| {
            (heard[single].status, heard[single].body) = (Some(409), problem("activity_not_open"));
        }),
        spoil("answer_whole", &lost.second, &|heard, _| heard[double].wish["count"] = 3.into()),
        spoil("stored_was_asked", &lost.single, &|heard, _| _ = heard.remove(single)),
        spoil("call_repeated_alike", &award_of(at_once), &|_, received| {
            received.push(Received { body: format!("{} ", at_once.body), ..at_once.clone() });
        }),
        spoil("call_repeated_alike", &award_of(at_once), &|_, received| {
            received.push(Received { key: format!("{}-1-embrace", at_once.key), ..at_once.clone() });
        }),
        spoil("call_repeated_alike", "award_record award_00000000000000000000000000", &|_, received| {
            received.push(Received { key: "award_00000000000000000000000000".into(), ..at_once.clone() });
        }),
        // Delivered, says the award; its receiver never took it.
        spoil("delivered_once", &award_of(at_once), &|_, received| {
            received.retain(|call| call.key != at_once.key || call.status != 200);
        }),
        // In two rounds: the winner has it twice.
        spoil("delivered_once", &award_of(&confirmed), &|_, received| received.push(with_round(&confirmed, 2))),
        // Given up, and still reserved for nobody.
        spoil("delivered_once", &award_of(&released), &|_, received| received.retain(|call| call.key != released.key)),
    ]
}
