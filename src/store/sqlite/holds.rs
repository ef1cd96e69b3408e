//! Points set aside in SQLite: held on an account of the user's own, then captured or released.

use sqlx::{FromRow, SqliteConnection};

use super::ledger::{
    Asked, Debit, Debited, Restore, Restored, TransferJson, give_back, request_key, take, write_entries,
    write_transfers,
};
use super::rows::ulid;
use super::{SqliteStore, Tried, changed, instant, millis};
use crate::domain::bucket::Bucket;
use crate::domain::calendar::Timestamp;
use crate::domain::id::{HoldId, RequestId, TransferId, UserId};
use crate::domain::ledger::{Account, Hold, HoldEnd, HoldState, TransferReason};
use crate::domain::points::Points;
use crate::store::ledger::{Ended, Held, NewHold, NewHoldEnd};

#[derive(FromRow)]
struct HoldRow {
    hold_id: String,
    user_id: String,
    amount: i64,
    state: String,
    held_until: Option<i64>,
    transfer_id: String,
    ended_by: Option<String>,
    created_at: i64,
    ended_at: Option<i64>,
    balance: i64,
    request: String,
}

impl HoldRow {
    fn read(&self) -> Tried<Hold> {
        let (_, request_id) = self.request.split_once('\n').ok_or("a hold that nobody asked for")?;
        let state: HoldState = self.state.parse()?;
        let end = match (&self.ended_by, self.ended_at) {
            (Some(ended_by), Some(ended_at)) => Some(HoldEnd {
                state,
                transfer_id: TransferId::from_ulid(ulid(ended_by)?),
                ended_at: instant(ended_at)?,
            }),
            _ => None,
        };
        Ok(Hold {
            hold_id: HoldId::from_ulid(ulid(&self.hold_id)?),
            user_id: UserId::new(&self.user_id)?,
            amount: Points::from_hundredths(self.amount),
            balance: Points::from_hundredths(self.balance),
            transfer_id: TransferId::from_ulid(ulid(&self.transfer_id)?),
            request_id: RequestId::new(request_id)?,
            held_until: self.held_until.map(instant).transpose()?,
            created_at: instant(self.created_at)?,
            end,
        })
    }
}

async fn read(tx: &mut SqliteConnection, hold_id: HoldId) -> Tried<Option<Hold>> {
    let row: Option<HoldRow> = sqlx::query_as(
        r"SELECT hold.hold_id, hold.user_id, hold.amount, hold.state, hold.held_until, hold.transfer_id, hold.ended_by,
                 hold.created_at, hold.ended_at, entry.balance, transfer.request
            FROM hold
            JOIN transfer ON transfer.transfer_id = hold.transfer_id
            JOIN entry ON entry.transfer_id = hold.transfer_id AND entry.account_id = 'user:' || hold.user_id
           WHERE hold.hold_id = ?1",
    )
    .bind(hold_id.ulid().to_string())
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(HoldRow::read).transpose()
}

/// The hold that a request made, captured or released, where it did.
async fn asked(
    tx: &mut SqliteConnection,
    user_id: &UserId,
    reason: TransferReason,
    request_id: &RequestId,
) -> Tried<Option<HoldId>> {
    let key: Option<String> = sqlx::query_scalar(
        r"SELECT key
            FROM transfer
           WHERE reason = ?1
             AND request = ?2",
    )
    .bind(reason.as_str())
    .bind(request_key(user_id, request_id))
    .fetch_optional(tx)
    .await?;
    Ok(key.map(|key| key.parse()).transpose()?)
}

impl SqliteStore {
    pub(super) async fn read_hold_of(&self, user_id: &UserId, hold_id: HoldId) -> Tried<Option<Hold>> {
        let hold = read(&mut *self.readers.acquire().await?, hold_id).await?;
        Ok(hold.filter(|hold| hold.user_id == *user_id))
    }

    pub(super) async fn try_hold(&self, new: &NewHold) -> Tried<Held> {
        let mut tx = self.write().await?;
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
              VALUES (?1, ?2, ?3, ?4, 'held', ?5, ?6, ?7)",
        )
        .bind(new.hold_id.ulid().to_string())
        .bind(new.user_id.as_str())
        .bind(Bucket::of(&new.user_id).number())
        .bind(new.amount.hundredths())
        .bind(new.held_until.map(millis))
        .bind(new.transfer_id.ulid().to_string())
        .bind(millis(new.at))
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
        let mut tx = self.write().await?;
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
        let overdue: Vec<String> = sqlx::query_scalar(
            r"SELECT hold_id
                FROM hold
               WHERE state = 'held'
                 AND held_until <= ?1
               ORDER BY held_until
               LIMIT ?2",
        )
        .bind(millis(now))
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        overdue.iter().map(|hold_id| Ok(HoldId::from_ulid(ulid(hold_id)?))).collect()
    }

    pub(super) async fn try_release_overdue(&self, holds: &[(HoldId, TransferId)], now: Timestamp) -> Tried<u64> {
        let mut released = 0;
        let mut tx = self.write().await?;
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
}

/// Gives what is held to the issuer. The lots it came from do not get it back.
async fn capture(
    tx: &mut SqliteConnection,
    hold: &Hold,
    transfer_id: TransferId,
    asked: Asked<'_>,
    now: Timestamp,
) -> Tried<()> {
    let transfers = [TransferJson {
        transfer_id: transfer_id.ulid().to_string(),
        bucket: Bucket::of(&hold.user_id).number(),
        giver: Account::Held(hold.user_id.clone()).key(),
        taker: Account::Issuer.key(),
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
    tx: &mut SqliteConnection,
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
    tx: &mut SqliteConnection,
    hold: &Hold,
    state: HoldState,
    transfer_id: TransferId,
    now: Timestamp,
) -> Tried<()> {
    let ended = sqlx::query(
        r"UPDATE hold
             SET state = ?2, ended_by = ?3, ended_at = ?4
           WHERE hold_id = ?1
             AND state = 'held'",
    )
    .bind(hold.hold_id.ulid().to_string())
    .bind(state.as_str())
    .bind(transfer_id.ulid().to_string())
    .bind(millis(now))
    .execute(tx)
    .await?;
    changed("hold", ended.rows_affected(), 1)
}
