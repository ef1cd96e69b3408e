//! Points in Postgres: what users hold, and the transfers that requests ask for.

use async_trait::async_trait;
use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::ledger::{Asked, Credit, Debit, Debited, credit, debit, request_key};
use super::{Lock, PostgresStore, Tried, ulid, uuid};
use crate::domain::calendar::Timestamp;
use crate::domain::id::{HoldId, RequestId, TransferId, UserId};
use crate::domain::ledger::{Account, Entry, ExpiringLot, Hold, Holdings, Transfer, TransferReason};
use crate::domain::points::Points;
use crate::fault::Fault;
use crate::store::ledger::{Ended, Held, LedgerStore, Moved, NewHold, NewHoldEnd, NewReversal, NewTransfer, Reversed};
use crate::store::{Page, Stored};

#[async_trait]
impl LedgerStore for PostgresStore {
    async fn points(&self, user_id: &UserId) -> Stored<Points> {
        let balance: Option<i64> = sqlx::query_scalar(
            r"SELECT balance
                FROM account
               WHERE account_id = $1",
        )
        .bind(Account::User(user_id.clone()).key())
        .fetch_optional(&self.pool)
        .await
        .map_err(Fault::doing("read a balance"))?;
        Ok(Points::from_hundredths(balance.unwrap_or(0)))
    }

    async fn holdings(&self, user_id: &UserId, lots_max: u32) -> Stored<Holdings> {
        self.try_holdings(user_id, lots_max).await.map_err(Fault::doing("read what a user holds"))
    }

    async fn entries(&self, user_id: &UserId, page: &Page<TransferId>) -> Stored<Vec<Entry>> {
        let rows: Vec<EntryRow> = sqlx::query_as(
            r"SELECT entry.transfer_id, entry.amount, entry.balance, transfer.reason, transfer.key, transfer.note,
                     transfer.created_at
                FROM entry
                JOIN transfer ON transfer.transfer_id = entry.transfer_id
               WHERE entry.account_id = $1
                 AND entry.position < CASE
                     WHEN $2::uuid IS NULL THEN 9223372036854775807
                     ELSE COALESCE((SELECT last.position
                                      FROM entry AS last
                                     WHERE last.transfer_id = $2
                                       AND last.account_id = $1), 0)
                     END
               ORDER BY entry.position DESC
               LIMIT $3",
        )
        .bind(Account::User(user_id.clone()).key())
        .bind(page.after.map(|after| uuid(after.ulid())))
        .bind(i64::from(page.limit))
        .fetch_all(&self.pool)
        .await
        .map_err(Fault::doing("list a user's points"))?;
        let entries = rows.iter().map(EntryRow::read).collect::<Tried<_>>();
        entries.map_err(Fault::doing("list a user's points"))
    }

    async fn earn(&self, new: &NewTransfer, expires_at: Option<Timestamp>) -> Stored<Moved> {
        self.try_earn(new, expires_at).await.map_err(Fault::doing("give a user points"))
    }

    async fn spend(&self, new: &NewTransfer) -> Stored<Moved> {
        self.try_spend(new).await.map_err(Fault::doing("take points from a user"))
    }

    async fn reverse(&self, new: &NewReversal) -> Stored<Reversed> {
        self.try_reverse(new).await.map_err(Fault::doing("take a transfer back"))
    }

    async fn hold(&self, new: &NewHold) -> Stored<Held> {
        self.try_hold(new).await.map_err(Fault::doing("set points aside"))
    }

    async fn hold_of(&self, user_id: &UserId, hold_id: HoldId) -> Stored<Option<Hold>> {
        self.read_hold_of(user_id, hold_id).await.map_err(Fault::doing("read a hold"))
    }

    async fn end_hold(&self, new: &NewHoldEnd) -> Stored<Ended> {
        self.try_end_hold(new).await.map_err(Fault::doing("end a hold"))
    }

    async fn due_lots(&self, now: Timestamp, limit: u32) -> Stored<Vec<TransferId>> {
        self.try_due_lots(now, limit).await.map_err(Fault::doing("look for points that expire"))
    }

    async fn expire_lots(&self, lots: &[(TransferId, TransferId)], now: Timestamp) -> Stored<u64> {
        self.try_expire_lots(lots, now).await.map_err(Fault::doing("expire points"))
    }

    async fn overdue_holds(&self, now: Timestamp, limit: u32) -> Stored<Vec<HoldId>> {
        self.try_overdue_holds(now, limit).await.map_err(Fault::doing("look for overdue holds"))
    }

    async fn release_overdue(&self, holds: &[(HoldId, TransferId)], now: Timestamp) -> Stored<u64> {
        self.try_release_overdue(holds, now).await.map_err(Fault::doing("release overdue holds"))
    }
}

/// A line of an account with its transfer.
#[derive(FromRow)]
pub(super) struct EntryRow {
    transfer_id: Uuid,
    amount: i64,
    balance: i64,
    reason: String,
    key: String,
    note: Option<String>,
    created_at: Timestamp,
}

impl EntryRow {
    pub(super) fn read(&self) -> Tried<Entry> {
        // Keys of requests stand behind their user; they are shown as they were sent.
        let sent = self.key.split_once('\n').map(|(_, sent)| sent);
        Ok(Entry {
            transfer_id: TransferId::from_ulid(ulid(self.transfer_id)),
            amount: Points::from_hundredths(self.amount),
            balance: Points::from_hundredths(self.balance),
            reason: self.reason.parse()?,
            key: sent.unwrap_or(&self.key).to_owned(),
            note: self.note.clone(),
            created_at: self.created_at,
        })
    }
}

#[derive(FromRow)]
struct TransferRow {
    transfer_id: Uuid,
    key: String,
    note: Option<String>,
    amount: i64,
    balance: i64,
    expires_at: Option<Timestamp>,
    created_at: Timestamp,
}

/// The transfer that a request made, where it made one.
pub(super) async fn asked(
    tx: &mut PgConnection,
    user_id: &UserId,
    reason: TransferReason,
    request_id: &RequestId,
) -> Tried<Option<Transfer>> {
    let row: Option<TransferRow> = sqlx::query_as(
        r"SELECT transfer.transfer_id, transfer.key, transfer.note, entry.amount, entry.balance, point_lot.expires_at,
                 transfer.created_at
            FROM transfer
            JOIN entry ON entry.transfer_id = transfer.transfer_id AND entry.account_id = $3
            LEFT JOIN point_lot ON point_lot.transfer_id = transfer.transfer_id
           WHERE transfer.reason = $1
             AND transfer.request = $2",
    )
    .bind(reason.as_str())
    .bind(request_key(user_id, request_id))
    .bind(Account::User(user_id.clone()).key())
    .fetch_optional(tx)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Transfer {
        transfer_id: TransferId::from_ulid(ulid(row.transfer_id)),
        user_id: user_id.clone(),
        reason,
        amount: Points::from_hundredths(row.amount),
        balance: Points::from_hundredths(row.balance),
        request_id: request_id.clone(),
        note: row.note,
        expires_at: row.expires_at,
        reverses: (reason == TransferReason::Reversal).then(|| row.key.parse()).transpose()?,
        created_at: row.created_at,
    }))
}

/// The transfer that this transaction has just written.
pub(super) async fn written(
    tx: &mut PgConnection,
    user_id: &UserId,
    reason: TransferReason,
    request_id: &RequestId,
) -> Tried<Transfer> {
    asked(tx, user_id, reason, request_id).await?.ok_or_else(|| "the transfer written just now is not there".into())
}

impl PostgresStore {
    async fn try_holdings(&self, user_id: &UserId, lots_max: u32) -> Tried<Holdings> {
        let (user, held) = (Account::User(user_id.clone()).key(), Account::Held(user_id.clone()).key());
        let mut tx = self.snapshot().await?;
        let balances: Vec<(String, i64)> = sqlx::query_as(
            r"SELECT account_id, balance
                FROM account
               WHERE account_id IN ($1, $2)",
        )
        .bind(&user)
        .bind(&held)
        .fetch_all(&mut *tx)
        .await?;
        let lots: Vec<(Uuid, i64, Timestamp)> = sqlx::query_as(
            r"SELECT transfer_id, remaining, expires_at
                FROM point_lot
               WHERE account_id = $1
                 AND remaining > 0
                 AND expires_at IS NOT NULL
               ORDER BY expires_at, created_at, transfer_id
               LIMIT $2",
        )
        .bind(&user)
        .bind(i64::from(lots_max))
        .fetch_all(&mut *tx)
        .await?;
        let balance_of = |account: &str| {
            let found = balances.iter().find(|(account_id, _)| account_id == account);
            Points::from_hundredths(found.map_or(0, |(_, balance)| *balance))
        };
        let expiring = lots.iter().map(|(lot_id, remaining, expires_at)| ExpiringLot {
            lot_id: TransferId::from_ulid(ulid(*lot_id)),
            amount: Points::from_hundredths(*remaining),
            expires_at: *expires_at,
        });
        Ok(Holdings { balance: balance_of(&user), held: balance_of(&held), expiring: expiring.collect() })
    }

    async fn try_earn(&self, new: &NewTransfer, expires_at: Option<Timestamp>) -> Tried<Moved> {
        let NewTransfer { user_id, request_id, .. } = new;
        let mut tx = self.write([Lock::User(user_id)]).await?;
        if let Some(earlier) = asked(&mut tx, user_id, TransferReason::Earn, request_id).await? {
            return Ok(Moved::Earlier(earlier));
        }
        if expires_at.is_some_and(|expires_at| expires_at <= new.at) {
            return Ok(Moved::Late);
        }
        let credits = [Credit {
            transfer_id: new.transfer_id,
            user_id,
            amount: new.amount,
            reason: TransferReason::Earn,
            key: request_key(user_id, request_id),
            expires_at,
            asked: Asked { request_id: Some(request_id), note: new.note.as_deref() },
        }];
        credit(&mut tx, &credits, new.at).await?;
        let transfer = written(&mut tx, user_id, TransferReason::Earn, request_id).await?;
        tx.commit().await?;
        Ok(Moved::Committed(transfer))
    }

    async fn try_spend(&self, new: &NewTransfer) -> Tried<Moved> {
        let NewTransfer { user_id, request_id, .. } = new;
        let mut tx = self.write([Lock::User(user_id)]).await?;
        if let Some(earlier) = asked(&mut tx, user_id, TransferReason::Spend, request_id).await? {
            return Ok(Moved::Earlier(earlier));
        }
        let debits = [Debit {
            transfer_id: new.transfer_id,
            user_id,
            amount: new.amount,
            reason: TransferReason::Spend,
            key: request_key(user_id, request_id),
            asked: Asked { request_id: Some(request_id), note: new.note.as_deref() },
        }];
        match debit(&mut tx, &debits, new.at).await?.as_slice() {
            [Debited::Committed] => {}
            [Debited::Short { balance }] => return Ok(Moved::Short { balance: *balance }),
            other => return Err(format!("a spending became {other:?}").into()),
        }
        let transfer = written(&mut tx, user_id, TransferReason::Spend, request_id).await?;
        tx.commit().await?;
        Ok(Moved::Committed(transfer))
    }
}
