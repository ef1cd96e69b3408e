//! The ledger in Postgres: transfers that a transaction writes with what causes them.

use std::collections::HashSet;

use sqlx::PgConnection;
use uuid::Uuid;

use super::{Tried, bucket, changed, column, lots, ulid, uuid};
use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;
use crate::domain::id::{RequestId, TransferId, UserId};
use crate::domain::ledger::{Account, TransferReason};
use crate::domain::points::Points;

/// Who asked for a transfer, and what they say about it. Nothing where it follows from something else, such as a redemption,
/// which has a key of its own.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked<'a> {
    /// The Idempotency-Key. It belongs to the user and the reason.
    pub(super) request_id: Option<&'a RequestId>,
    /// Words for people.
    pub(super) note: Option<&'a str>,
}

/// Points that the issuer gives a user, once for each reason and key. They make a lot.
#[derive(Debug, Clone)]
pub(super) struct Credit<'a> {
    pub(super) transfer_id: TransferId,
    pub(super) user_id: &'a UserId,
    pub(super) amount: Points,
    pub(super) reason: TransferReason,
    pub(super) key: String,
    /// When what is left of them expires; never without it.
    pub(super) expires_at: Option<Timestamp>,
    pub(super) asked: Asked<'a>,
}

/// Points that a user gives back to the issuer, once for each reason and key. Lots that expire first are used first.
#[derive(Debug, Clone)]
pub(super) struct Debit<'a> {
    pub(super) transfer_id: TransferId,
    pub(super) user_id: &'a UserId,
    pub(super) amount: Points,
    pub(super) reason: TransferReason,
    pub(super) key: String,
    pub(super) asked: Asked<'a>,
}

/// What became of a debit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Debited {
    /// The points are taken.
    Committed,
    /// The reason and key were used before: nothing was written.
    Earlier,
    /// The user holds less than the amount: nothing was written.
    Short {
        /// What the user holds.
        balance: Points,
    },
}

/// Points of an earlier debit that go back into the lots they came from, with the expiry those have.
#[derive(Debug, Clone)]
pub(super) struct Restore<'a> {
    pub(super) transfer_id: TransferId,
    pub(super) user_id: &'a UserId,
    pub(super) reason: TransferReason,
    pub(super) key: String,
    /// Reason and key of the debit.
    pub(super) debit: (TransferReason, &'a str),
    pub(super) asked: Asked<'a>,
}

/// What became of a restoration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Restored {
    /// So many points are back.
    Committed(Points),
    /// The reason and key were used before: nothing was written.
    Earlier,
    /// There was no such debit, or its points came back another way: nothing was written.
    Nothing,
}

/// A transfer from one account to another, as it is written.
#[derive(Debug, Clone)]
pub(super) struct Movement<'a> {
    pub(super) transfer_id: Uuid,
    pub(super) bucket: i16,
    pub(super) giver: String,
    pub(super) taker: String,
    pub(super) amount: i64,
    pub(super) reason: &'static str,
    pub(super) key: &'a str,
    pub(super) request: Option<String>,
    pub(super) note: Option<&'a str>,
    pub(super) expires_at: Option<Timestamp>,
}

/// The key of an account as SQL keeps it: each bucket has an issuer of its own.
pub(super) fn account_key(account: &Account, bucket: i16) -> String {
    match account {
        Account::Issuer => format!("issuer:{bucket}"),
        Account::User(_) | Account::Held(_) => account.key(),
    }
}

/// The key of a request as SQL keeps it: neither part can hold a line feed, so no two pairs are the same text.
pub(super) fn request_key(user_id: &UserId, request_id: &RequestId) -> String {
    format!("{user_id}\n{request_id}")
}

/// Writes the credits whose key was not used before: transfers, both their entries, their lots. Gives which were new.
pub(super) async fn credit(
    tx: &mut PgConnection,
    credits: &[Credit<'_>],
    now: Timestamp,
) -> Tried<HashSet<TransferId>> {
    let mut transfers: Vec<_> = credits
        .iter()
        .map(|credit| {
            let bucket = bucket(Bucket::of(credit.user_id));
            Movement {
                transfer_id: uuid(credit.transfer_id.ulid()),
                bucket,
                giver: account_key(&Account::Issuer, bucket),
                taker: Account::User(credit.user_id.clone()).key(),
                amount: credit.amount.hundredths(),
                reason: credit.reason.as_str(),
                key: &credit.key,
                request: credit.asked.request_id.map(|request_id| request_key(credit.user_id, request_id)),
                note: credit.asked.note,
                expires_at: credit.expires_at,
            }
        })
        .collect();
    let new = write_transfers(tx, &transfers, now).await?;
    transfers.retain(|transfer| new.contains(&transfer.transfer_id));
    if !transfers.is_empty() {
        write_entries(tx, &transfers).await?;
        lots::make(tx, &transfers, now).await?;
    }
    Ok(new.into_iter().map(|transfer_id| TransferId::from_ulid(ulid(transfer_id))).collect())
}

/// Takes points from users, one debit after the other, and tells what became of each, in order. What is short is left out;
/// the others are written all the same.
pub(super) async fn debit(tx: &mut PgConnection, debits: &[Debit<'_>], now: Timestamp) -> Tried<Vec<Debited>> {
    let mut answers = Vec::with_capacity(debits.len());
    for debit in debits {
        answers.push(take(tx, debit, &Account::Issuer, None, now).await?);
    }
    Ok(answers)
}

/// Takes points from a user to an account, from the lot `first` before any other.
pub(super) async fn take(
    tx: &mut PgConnection,
    debit: &Debit<'_>,
    taker: &Account,
    first: Option<TransferId>,
    now: Timestamp,
) -> Tried<Debited> {
    let bucket = bucket(Bucket::of(debit.user_id));
    let transfer = Movement {
        transfer_id: uuid(debit.transfer_id.ulid()),
        bucket,
        giver: Account::User(debit.user_id.clone()).key(),
        taker: account_key(taker, bucket),
        amount: debit.amount.hundredths(),
        reason: debit.reason.as_str(),
        key: &debit.key,
        request: debit.asked.request_id.map(|request_id| request_key(debit.user_id, request_id)),
        note: debit.asked.note,
        expires_at: None,
    };
    // The transfer exists only where the balance covers all of it, and everything below follows from the transfer.
    let written = sqlx::query(
        r"INSERT INTO transfer (transfer_id, bucket, reason, key, request, note, created_at)
          SELECT $1, $2, $3, $4, $5, $6, $7
           WHERE EXISTS (SELECT 1
                           FROM account
                          WHERE account.account_id = $8
                            AND account.balance >= $9)
          ON CONFLICT (reason, key) DO NOTHING",
    )
    .bind(transfer.transfer_id)
    .bind(transfer.bucket)
    .bind(transfer.reason)
    .bind(transfer.key)
    .bind(&transfer.request)
    .bind(transfer.note)
    .bind(now)
    .bind(&transfer.giver)
    .bind(transfer.amount)
    .execute(&mut *tx)
    .await?;
    if written.rows_affected() == 0 {
        return why_not(tx, &transfer).await;
    }
    write_entries(tx, std::slice::from_ref(&transfer)).await?;
    lots::take(tx, &transfer, first).await?;
    Ok(Debited::Committed)
}

/// Why a debit wrote nothing.
async fn why_not(tx: &mut PgConnection, transfer: &Movement<'_>) -> Tried<Debited> {
    let (used, balance): (bool, i64) = sqlx::query_as(
        r"SELECT EXISTS (SELECT 1
                           FROM transfer
                          WHERE transfer.reason = $1
                            AND transfer.key = $2),
                 COALESCE((SELECT account.balance
                             FROM account
                            WHERE account.account_id = $3), 0)",
    )
    .bind(transfer.reason)
    .bind(transfer.key)
    .bind(&transfer.giver)
    .fetch_one(tx)
    .await?;
    Ok(if used { Debited::Earlier } else { Debited::Short { balance: Points::from_hundredths(balance) } })
}

/// Gives the points of a debit back: the issuer returns them, and the lots they came from hold them again.
pub(super) async fn restore(tx: &mut PgConnection, restore: &Restore<'_>, now: Timestamp) -> Tried<Restored> {
    give_back(tx, restore, &Account::Issuer, now).await
}

/// Gives the points of a debit back from the account that took them.
pub(super) async fn give_back(
    tx: &mut PgConnection,
    restore: &Restore<'_>,
    giver: &Account,
    now: Timestamp,
) -> Tried<Restored> {
    let (reason, key) = restore.debit;
    let Some((debit_id, amount)) = lots::taken(tx, reason, key).await? else {
        let earlier: bool = sqlx::query_scalar(
            r"SELECT EXISTS (SELECT 1
                               FROM transfer
                              WHERE transfer.reason = $1
                                AND transfer.key = $2)",
        )
        .bind(restore.reason.as_str())
        .bind(&restore.key)
        .fetch_one(tx)
        .await?;
        return Ok(if earlier { Restored::Earlier } else { Restored::Nothing });
    };
    let bucket = bucket(Bucket::of(restore.user_id));
    let transfer = Movement {
        transfer_id: uuid(restore.transfer_id.ulid()),
        bucket,
        giver: account_key(giver, bucket),
        taker: Account::User(restore.user_id.clone()).key(),
        amount,
        reason: restore.reason.as_str(),
        key: &restore.key,
        request: restore.asked.request_id.map(|request_id| request_key(restore.user_id, request_id)),
        note: restore.asked.note,
        expires_at: None,
    };
    let transfers = std::slice::from_ref(&transfer);
    if write_transfers(tx, transfers, now).await?.is_empty() {
        return Ok(Restored::Earlier);
    }
    write_entries(tx, transfers).await?;
    lots::put_back(tx, debit_id, &transfer).await?;
    Ok(Restored::Committed(Points::from_hundredths(amount)))
}

/// Writes the transfers whose reason and key were not used before. Gives their ids; the others are left out.
pub(super) async fn write_transfers(
    tx: &mut PgConnection,
    transfers: &[Movement<'_>],
    now: Timestamp,
) -> Tried<HashSet<Uuid>> {
    let new: Vec<Uuid> = sqlx::query_scalar(
        r"INSERT INTO transfer (transfer_id, bucket, reason, key, request, note, created_at)
          SELECT batch.transfer_id, batch.bucket, batch.reason, batch.key, batch.request, batch.note, $7
            FROM UNNEST($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::text[], $6::text[])
                 AS batch (transfer_id, bucket, reason, key, request, note)
          ON CONFLICT (reason, key) DO NOTHING
          RETURNING transfer_id",
    )
    .bind(column(transfers, |transfer| transfer.transfer_id))
    .bind(column(transfers, |transfer| transfer.bucket))
    .bind(column(transfers, |transfer| transfer.reason))
    .bind(column(transfers, |transfer| transfer.key))
    .bind(column(transfers, |transfer| transfer.request.as_deref()))
    .bind(column(transfers, |transfer| transfer.note))
    .bind(now)
    .fetch_all(tx)
    .await?;
    Ok(new.into_iter().collect())
}

/// The lines of transfers, giver's and taker's, column by column.
#[derive(Default)]
struct Lines<'a> {
    transfer_ids: Vec<Uuid>,
    account_ids: Vec<&'a str>,
    buckets: Vec<i16>,
    amounts: Vec<i64>,
}

impl<'a> Lines<'a> {
    fn of(transfers: &'a [Movement<'_>]) -> Self {
        let mut lines = Self::default();
        for transfer in transfers {
            for (account_id, amount) in [(&transfer.giver, -transfer.amount), (&transfer.taker, transfer.amount)] {
                lines.transfer_ids.push(transfer.transfer_id);
                lines.account_ids.push(account_id);
                lines.buckets.push(transfer.bucket);
                lines.amounts.push(amount);
            }
        }
        lines
    }
}

/// Two entries for each transfer, then each account once: an issuer's row is touched once however many transfers there are.
///
/// Whoever has a user has their accounts; those of issuers many transactions want at a time. They are locked in one order, and
/// only then read: no two wait for each other in a circle, and each goes on from what the one before has left.
pub(super) async fn write_entries(tx: &mut PgConnection, transfers: &[Movement<'_>]) -> Tried<()> {
    let lines = Lines::of(transfers);
    sqlx::query(
        r"INSERT INTO account (account_id, bucket, balance)
          SELECT DISTINCT line.account_id, line.bucket, 0
            FROM UNNEST($1::text[], $2::smallint[]) AS line (account_id, bucket)
           ORDER BY line.account_id
          ON CONFLICT (account_id) DO NOTHING",
    )
    .bind(&lines.account_ids)
    .bind(&lines.buckets)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        r"SELECT account_id
            FROM account
           WHERE account_id = ANY($1)
           ORDER BY account_id
             FOR NO KEY UPDATE",
    )
    .bind(&lines.account_ids)
    .execute(&mut *tx)
    .await?;
    let entries = sqlx::query(
        r"INSERT INTO entry (transfer_id, account_id, bucket, amount, balance, position)
          SELECT line.transfer_id, line.account_id, line.bucket, line.amount,
                 account.balance + (SUM(line.amount) OVER earlier)::bigint,
                 account.entries + ROW_NUMBER() OVER earlier
            FROM UNNEST($1::uuid[], $2::text[], $3::smallint[], $4::bigint[])
                 AS line (transfer_id, account_id, bucket, amount)
            JOIN account ON account.account_id = line.account_id
          WINDOW earlier AS (PARTITION BY line.account_id
                                 ORDER BY line.transfer_id
                                  ROWS UNBOUNDED PRECEDING)",
    )
    .bind(&lines.transfer_ids)
    .bind(&lines.account_ids)
    .bind(&lines.buckets)
    .bind(&lines.amounts)
    .execute(&mut *tx)
    .await?;
    changed("entry", entries.rows_affected(), 2 * transfers.len())?;
    sqlx::query(
        r"UPDATE account
             SET balance = account.balance + moved.amount, entries = account.entries + moved.lines
            FROM (SELECT line.account_id, SUM(line.amount)::bigint AS amount, COUNT(*) AS lines
                    FROM UNNEST($1::text[], $2::bigint[]) AS line (account_id, amount)
                   GROUP BY line.account_id) AS moved
           WHERE account.account_id = moved.account_id",
    )
    .bind(&lines.account_ids)
    .bind(&lines.amounts)
    .execute(&mut *tx)
    .await?;
    Ok(())
}
