//! Points set aside in Postgres: held on an account of the user's own, then captured or released.

use sqlx::{FromRow, PgConnection};
use uuid::Uuid;

use super::ledger::{
    Asked, Debit, Debited, Movement, Restore, Restored, account_key, give_back, request_key, take, write_entries,
    write_transfers,
};
use super::{Lock, PostgresStore, Tried, bucket, changed, column, ulid, uuid};
use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;
use crate::domain::id::{HoldId, RequestId, TransferId, UserId};
use crate::domain::ledger::{Account, Hold, HoldEnd, HoldState, TransferReason};
use crate::domain::points::Points;
use crate::store::ledger::{Ended, Held, NewHold, NewHoldEnd};

#[derive(FromRow)]
struct HoldRow {
    hold_id: Uuid,
    user_id: String,
    amount: i64,
    state: String,
    held_until: Option<Timestamp>,
    transfer_id: Uuid,
    ended_by: Option<Uuid>,
    created_at: Timestamp,
    ended_at: Option<Timestamp>,
    balance: i64,
    request: String,
}

impl HoldRow {
    fn read(&self) -> Tried<Hold> {
        let (_, request_id) = self.request.split_once('\n').ok_or("a hold that nobody asked for")?;
        let state: HoldState = self.state.parse()?;
        let end = match (self.ended_by, self.ended_at) {
            (Some(ended_by), Some(ended_at)) => {
                Some(HoldEnd { state, transfer_id: TransferId::from_ulid(ulid(ended_by)), ended_at })
            }
            _ => None,
        };
        Ok(Hold {
            hold_id: HoldId::from_ulid(ulid(self.hold_id)),
            user_id: UserId::new(&self.user_id)?,
            amount: Points::from_hundredths(self.amount),
            balance: Points::from_hundredths(self.balance),
            transfer_id: TransferId::from_ulid(ulid(self.transfer_id)),
            request_id: RequestId::new(request_id)?,
            held_until: self.held_until,
            created_at: self.created_at,
            end,
        })
    }
}

async fn read(tx: &mut PgConnection, hold_id: HoldId) -> Tried<Option<Hold>> {
    let row: Option<HoldRow> = sqlx::query_as(
        r"SELECT hold.hold_id, hold.user_id, hold.amount, hold.state, hold.held_until, hold.transfer_id, hold.ended_by,
                 hold.created_at, hold.ended_at, entry.balance, transfer.request
            FROM hold
            JOIN transfer ON transfer.transfer_id = hold.transfer_id
            JOIN entry ON entry.transfer_id = hold.transfer_id AND entry.account_id = 'user:' || hold.user_id
           WHERE hold.hold_id = $1",
    )
    .bind(uuid(hold_id.ulid()))
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(HoldRow::read).transpose()
}

/// The hold that a request made, captured or released, where it did.
async fn asked(
    tx: &mut PgConnection,
    user_id: &UserId,
    reason: TransferReason,
    request_id: &RequestId,
) -> Tried<Option<HoldId>> {
    let key: Option<String> = sqlx::query_scalar(
        r"SELECT key
            FROM transfer
           WHERE reason = $1
             AND request = $2",
    )
    .bind(reason.as_str())
    .bind(request_key(user_id, request_id))
    .fetch_optional(tx)
    .await?;
    Ok(key.map(|key| key.parse()).transpose()?)
}

impl PostgresStore {
    pub(super) async fn read_hold_of(&self, user_id: &UserId, hold_id: HoldId) -> Tried<Option<Hold>> {
        let hold = read(&mut *self.pool.acquire().await?, hold_id).await?;
        Ok(hold.filter(|hold| hold.user_id == *user_id))
    }

    pub(super) async fn try_hold(&self, new: &NewHold) -> Tried<Held> {
        let mut tx = self.write([Lock::User(&new.user_id)]).await?;
        if let Some(hold_id) = asked(&mut tx, &new.user_id, TransferReason::Hold, &new.request_id).await? {
            let earlier = read(&mut tx, hold_id).await?.ok_or("a hold without its row")?;
            return Ok(Held::Earlier(earlier));
        }
        if new.held_until.is_some_and(|held_until| held_until <= new.at) {
            return Ok(Held::Late);
        }
        let debit = Debit {
            transfer_id: new.transfer_id,
            user_id: &new.user_id,
            amount: new.amount,
            reason: TransferReason::Hold,
            key: new.hold_id.to_string(),
            asked: Asked { request_id: Some(&new.request_id), note: None },
        };
        match take(&mut tx, &debit, &Account::Held(new.user_id.clone()), None, new.at).await? {
            Debited::Committed => {}
            Debited::Short { balance } => return Ok(Held::Short { balance }),
            Debited::Earlier => return Err(format!("{} was held by another request", new.hold_id).into()),
        }
        sqlx::query(
            r"INSERT INTO hold (hold_id, user_id, bucket, amount, state, held_until, transfer_id, created_at)
              VALUES ($1, $2, $3, $4, 'held', $5, $6, $7)",
        )
        .bind(uuid(new.hold_id.ulid()))
        .bind(new.user_id.as_str())
        .bind(bucket(Bucket::of(&new.user_id)))
        .bind(new.amount.hundredths())
        .bind(new.held_until)
        .bind(uuid(new.transfer_id.ulid()))
        .bind(new.at)
        .execute(&mut *tx)
        .await?;
        let hold = read(&mut tx, new.hold_id).await?.ok_or("the hold written just now is not there")?;
        tx.commit().await?;
        Ok(Held::Committed(hold))
    }

    pub(super) async fn try_end_hold(&self, new: &NewHoldEnd) -> Tried<Ended> {
        let reason = match new.state {
            HoldState::Captured => TransferReason::Capture,
            HoldState::Released => TransferReason::Release,
            HoldState::Held => return Err("to be held is no end of a hold".into()),
        };
        let mut tx = self.write([Lock::User(&new.user_id)]).await?;
        let used_for = asked(&mut tx, &new.user_id, reason, &new.request_id).await?;
        if used_for.is_some_and(|hold_id| hold_id != new.hold_id) {
            return Ok(Ended::Reused);
        }
        let Some(hold) = read(&mut tx, new.hold_id).await?.filter(|hold| hold.user_id == new.user_id) else {
            return Ok(Ended::Unknown);
        };
        match hold.end {
            Some(end) if end.state == new.state => return Ok(Ended::Earlier(hold)),
            Some(_) => return Ok(Ended::Otherwise(hold)),
            None => {}
        }
        let is_over = hold.held_until.is_some_and(|held_until| held_until <= new.at);
        if is_over && new.state == HoldState::Captured {
            return Ok(Ended::Overdue(hold));
        }
        let asked = Asked { request_id: Some(&new.request_id), note: None };
        match new.state {
            HoldState::Captured => capture(&mut tx, &hold, new.transfer_id, asked, new.at).await?,
            HoldState::Released | HoldState::Held => release(&mut tx, &hold, new.transfer_id, asked, new.at).await?,
        }
        let hold = read(&mut tx, new.hold_id).await?.ok_or("the hold ended just now is not there")?;
        tx.commit().await?;
        Ok(Ended::Committed(hold))
    }

    pub(super) async fn try_overdue_holds(&self, now: Timestamp, limit: u32) -> Tried<Vec<HoldId>> {
        let overdue: Vec<Uuid> = sqlx::query_scalar(
            r"SELECT hold_id
                FROM hold
               WHERE state = 'held'
                 AND held_until <= $1
               ORDER BY held_until
               LIMIT $2",
        )
        .bind(now)
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        Ok(overdue.into_iter().map(|hold_id| HoldId::from_ulid(ulid(hold_id))).collect())
    }

    pub(super) async fn try_release_overdue(&self, holds: &[(HoldId, TransferId)], now: Timestamp) -> Tried<u64> {
        let mut released = 0;
        let holders = self.holders(holds).await?;
        let mut tx = self.write(holders.iter().map(Lock::User)).await?;
        for (hold_id, transfer_id) in holds {
            let Some(hold) = read(&mut tx, *hold_id).await? else { continue };
            if hold.end.is_none() && hold.held_until.is_some_and(|held_until| held_until <= now) {
                release(&mut tx, &hold, *transfer_id, Asked::default(), now).await?;
                released += 1;
            }
        }
        tx.commit().await?;
        Ok(released)
    }

    /// Whose these holds are. That never changes, so it can be read before anything is locked.
    async fn holders(&self, holds: &[(HoldId, TransferId)]) -> Tried<Vec<UserId>> {
        let users: Vec<String> = sqlx::query_scalar(
            r"SELECT DISTINCT user_id
                FROM hold
               WHERE hold_id = ANY($1)",
        )
        .bind(column(holds, |(hold_id, _)| uuid(hold_id.ulid())))
        .fetch_all(&self.pool)
        .await?;
        users.iter().map(|user_id| Ok(UserId::new(user_id)?)).collect()
    }
}

/// Gives what is held to the issuer. The lots it came from do not get it back.
async fn capture(
    tx: &mut PgConnection,
    hold: &Hold,
    transfer_id: TransferId,
    asked: Asked<'_>,
    now: Timestamp,
) -> Tried<()> {
    let bucket = bucket(Bucket::of(&hold.user_id));
    let transfers = [Movement {
        transfer_id: uuid(transfer_id.ulid()),
        bucket,
        giver: Account::Held(hold.user_id.clone()).key(),
        taker: account_key(&Account::Issuer, bucket),
        amount: hold.amount.hundredths(),
        reason: TransferReason::Capture.as_str(),
        key: &hold.hold_id.to_string(),
        request: asked.request_id.map(|request_id| request_key(&hold.user_id, request_id)),
        note: asked.note,
        expires_at: None,
    }];
    if write_transfers(tx, &transfers, now).await?.len() != 1 {
        return Err(format!("{} was captured and is held", hold.hold_id).into());
    }
    write_entries(tx, &transfers).await?;
    end(tx, hold, HoldState::Captured, transfer_id, now).await
}

/// Gives what is held back to the user, into the lots it came from.
async fn release(
    tx: &mut PgConnection,
    hold: &Hold,
    transfer_id: TransferId,
    asked: Asked<'_>,
    now: Timestamp,
) -> Tried<()> {
    let key = hold.hold_id.to_string();
    let back = Restore {
        transfer_id,
        user_id: &hold.user_id,
        reason: TransferReason::Release,
        key: key.clone(),
        debit: (TransferReason::Hold, &key),
        asked,
    };
    match give_back(tx, &back, &Account::Held(hold.user_id.clone()), now).await? {
        Restored::Committed(amount) if amount == hold.amount => {}
        other => return Err(format!("releasing {key} became {other:?}").into()),
    }
    end(tx, hold, HoldState::Released, transfer_id, now).await
}

async fn end(
    tx: &mut PgConnection,
    hold: &Hold,
    state: HoldState,
    transfer_id: TransferId,
    now: Timestamp,
) -> Tried<()> {
    let ended = sqlx::query(
        r"UPDATE hold
             SET state = $2, ended_by = $3, ended_at = $4
           WHERE hold_id = $1
             AND state = 'held'",
    )
    .bind(uuid(hold.hold_id.ulid()))
    .bind(state.as_str())
    .bind(uuid(transfer_id.ulid()))
    .bind(now)
    .execute(tx)
    .await?;
    changed("hold", ended.rows_affected(), 1)
}
