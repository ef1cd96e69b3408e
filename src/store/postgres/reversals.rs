//! Transfers of points taken back in Postgres.

use sqlx::PgConnection;
use uuid::Uuid;

use super::ledger::{Asked, Debit, Debited, Restore, Restored, restore, take};
use super::points::{asked, written};
use super::{Lock, PostgresStore, Tried, ulid, uuid};
use crate::domain::id::{TransferId, UserId};
use crate::domain::ledger::{Account, TransferReason};
use crate::domain::points::Points;
use crate::store::ledger::{NewReversal, Reversed};

/// A transfer of a user that may be taken back.
struct Reversible {
    reason: TransferReason,
    amount: i64,
    key: String,
    /// Whether its lot has lost points to expiry.
    expired: bool,
}

impl PostgresStore {
    pub(super) async fn try_reverse(&self, new: &NewReversal) -> Tried<Reversed> {
        let NewReversal { user_id, request_id, reverses, .. } = new;
        let mut tx = self.write([Lock::User(user_id)]).await?;
        if let Some(earlier) = asked(&mut tx, user_id, TransferReason::Reversal, request_id).await? {
            return Ok(Reversed::Earlier(earlier));
        }
        let Some(original) = reversible(&mut tx, user_id, *reverses).await? else { return Ok(Reversed::Unknown) };
        if let Some(reversal) = reversal_of(&mut tx, *reverses).await? {
            return Ok(Reversed::Already(reversal));
        }
        match original.reason {
            TransferReason::Spend => give_back_spent(&mut tx, new, &original).await?,
            TransferReason::Earn if original.expired => return Ok(Reversed::Expired),
            TransferReason::Earn => match take_earned(&mut tx, new, &original).await? {
                Debited::Committed => {}
                Debited::Short { balance } => {
                    return Ok(Reversed::Short { amount: Points::from_hundredths(original.amount), balance });
                }
                Debited::Earlier => return Err(format!("{reverses} is reversed and not reversed").into()),
            },
            other => return Ok(Reversed::Never(other)),
        }
        let transfer = written(&mut tx, user_id, TransferReason::Reversal, request_id).await?;
        tx.commit().await?;
        Ok(Reversed::Committed(transfer))
    }
}

async fn reversible(tx: &mut PgConnection, user_id: &UserId, of: TransferId) -> Tried<Option<Reversible>> {
    let row: Option<(String, String, i64, bool)> = sqlx::query_as(
        r"SELECT transfer.reason, transfer.key, entry.amount,
                 COALESCE((SELECT point_lot.expiries > 0
                             FROM point_lot
                            WHERE point_lot.transfer_id = transfer.transfer_id), FALSE)
            FROM transfer
            JOIN entry ON entry.transfer_id = transfer.transfer_id AND entry.account_id = $2
           WHERE transfer.transfer_id = $1",
    )
    .bind(uuid(of.ulid()))
    .bind(Account::User(user_id.clone()).key())
    .fetch_optional(tx)
    .await?;
    let Some((reason, key, amount, expired)) = row else { return Ok(None) };
    Ok(Some(Reversible { reason: reason.parse()?, amount, key, expired }))
}

/// The transfer that took another back, where one did.
async fn reversal_of(tx: &mut PgConnection, reversed: TransferId) -> Tried<Option<TransferId>> {
    let reversal: Option<Uuid> = sqlx::query_scalar(
        r"SELECT transfer_id
            FROM transfer
           WHERE reason = 'reversal'
             AND key = $1",
    )
    .bind(reversed.to_string())
    .fetch_optional(tx)
    .await?;
    Ok(reversal.map(|transfer_id| TransferId::from_ulid(ulid(transfer_id))))
}

async fn give_back_spent(tx: &mut PgConnection, new: &NewReversal, spent: &Reversible) -> Tried<()> {
    let back = Restore {
        transfer_id: new.transfer_id,
        user_id: &new.user_id,
        reason: TransferReason::Reversal,
        key: new.reverses.to_string(),
        debit: (spent.reason, &spent.key),
        asked: Asked { request_id: Some(&new.request_id), note: None },
    };
    match restore(tx, &back, new.at).await? {
        Restored::Committed(_) => Ok(()),
        other => Err(format!("giving back {} became {other:?}", new.reverses).into()),
    }
}

/// From the lot it made first, so that what the user earned otherwise keeps its own expiry.
async fn take_earned(tx: &mut PgConnection, new: &NewReversal, earned: &Reversible) -> Tried<Debited> {
    let debit = Debit {
        transfer_id: new.transfer_id,
        user_id: &new.user_id,
        amount: Points::from_hundredths(earned.amount),
        reason: TransferReason::Reversal,
        key: new.reverses.to_string(),
        asked: Asked { request_id: Some(&new.request_id), note: None },
    };
    take(tx, &debit, &Account::Issuer, Some(new.reverses), new.at).await
}
