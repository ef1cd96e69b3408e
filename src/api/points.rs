//! Earning, spending and taking back points.

use axum::extract::State;
use axum::response::Response;
use chrono::{Datelike, SubsecRound};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::draws::created_once;
use super::extract::{Faults, IdempotencyKey, JsonBody, NoBody, PathText, PathTexts};
use super::problem::Problem;
use super::time::Time;
use crate::app::{App, ReversalRequest, TransferRequest};
use crate::domain::calendar::Timestamp;
use crate::domain::id::{RequestId, TransferId, UserId};
use crate::domain::ledger::{Transfer, TransferReason};
use crate::domain::points::Points;

/// The longest note, in characters.
const NOTE_CHARS_MAX: usize = 200;
/// The last year that times are written with four digits in.
const YEAR_MAX: i32 = 9_998;

/// A wish to give a user points.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EarnWish {
    /// How much: a decimal with at most two places, above zero and at most ten billion.
    #[schema(example = "12.50")]
    amount: String,
    /// When what is left of them expires; never where it is absent.
    #[schema(format = DateTime, example = "2027-01-01T00:00:00.000Z")]
    expires_at: Option<String>,
    /// What to show with it: 1 to 200 printable characters.
    #[schema(example = "order 7001", min_length = 1, max_length = 200)]
    note: Option<String>,
}

/// A wish to take points from a user.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SpendWish {
    /// How much: a decimal with at most two places, above zero and at most ten billion.
    #[schema(example = "12.50")]
    amount: String,
    /// What to show with it: 1 to 200 printable characters.
    #[schema(example = "order 7001", min_length = 1, max_length = 200)]
    note: Option<String>,
}

/// One movement of a user's points. Nothing in it ever changes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TransferBody {
    /// The transfer.
    #[schema(example = "xfer_01J9ZZZZZZZZZZZZZZZZZZZZZZ")]
    id: String,
    /// Whose.
    user_id: String,
    /// The Idempotency-Key it was asked for with.
    request_id: String,
    /// Why.
    reason: TransferReason,
    /// What moved: above zero to the user.
    #[schema(example = "-12.50")]
    amount: String,
    /// The balance after it.
    #[schema(example = "87.50")]
    balance: String,
    /// What its caller says about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    note: Option<String>,
    /// When what is left of the points expires, where they were earned and do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    expires_at: Option<Time>,
    /// The transfer it takes back, where it is a reversal.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    reverses: Option<String>,
    /// When.
    created_at: Time,
}

impl From<Transfer> for TransferBody {
    fn from(transfer: Transfer) -> Self {
        Self {
            id: transfer.transfer_id.to_string(),
            user_id: transfer.user_id.to_string(),
            request_id: transfer.request_id.to_string(),
            reason: transfer.reason,
            amount: transfer.amount.to_string(),
            balance: transfer.balance.to_string(),
            note: transfer.note,
            expires_at: transfer.expires_at.map(Time),
            reverses: transfer.reverses.map(|reversed| reversed.to_string()),
            created_at: Time(transfer.created_at),
        }
    }
}

/// An amount that moves: the ledger moves no zeros.
pub(super) fn read_amount(faults: &mut Faults, text: &str) -> Option<Points> {
    let amount = faults.read::<Points>("amount", text)?;
    if amount == Points::ZERO {
        faults.add("amount", "is zero; use at least \"0.01\"");
        return None;
    }
    Some(amount)
}

/// A time that may be absent. Whether it is over is for the app to say: a repeat may come later.
#[expect(clippy::option_option, reason = "absent is an answer, not readable is a fault")]
pub(super) fn read_expires_at(faults: &mut Faults, text: Option<&str>) -> Option<Option<Timestamp>> {
    let Some(text) = text else { return Some(None) };
    let read = text.parse::<Timestamp>().ok().filter(|time| (1970..=YEAR_MAX).contains(&time.year()));
    if read.is_none() {
        faults.add("expires_at", "is not a time of this age; write it like 2027-01-01T00:00:00.000Z");
    }
    read.map(|time| Some(time.trunc_subsecs(3)))
}

#[expect(clippy::option_option, reason = "absent is an answer, not readable is a fault")]
fn read_note(faults: &mut Faults, note: Option<String>) -> Option<Option<String>> {
    let Some(note) = note else { return Some(None) };
    let chars = note.chars().count();
    if note.trim().is_empty() || chars > NOTE_CHARS_MAX || note.chars().any(char::is_control) {
        faults.add("note", format!("is {chars} characters; use 1 to {NOTE_CHARS_MAX} printable ones, or leave it out"));
        return None;
    }
    Some(Some(note))
}

/// Give a user points
///
/// They make a lot, which expires by itself. A repeat with the same Idempotency-Key and user gives the first answer, byte for
/// byte, and moves nothing.
#[utoipa::path(
    post,
    path = "/v1/users/{id}/points/earn",
    tag = "points",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("Idempotency-Key" = String, Header, description = "1 to 128 bytes of printable text, the same for every repeat."),
    ),
    request_body = EarnWish,
    responses((
        status = 201,
        description = "Given.",
        body = TransferBody,
        headers(("Idempotency-Replayed" = bool, description = "`true` where this is the answer of an earlier request."))
    )),
)]
pub(super) async fn earn_points(
    State(app): State<App>,
    PathText(id): PathText,
    key: IdempotencyKey,
    JsonBody(wish): JsonBody<EarnWish>,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let read = (
        faults.read::<UserId>("id", &id),
        key.read(&mut faults),
        read_amount(&mut faults, &wish.amount),
        read_expires_at(&mut faults, wish.expires_at.as_deref()),
        read_note(&mut faults, wish.note),
    );
    let (Some(user_id), Some(request_id), Some(amount), Some(expires_at), Some(note)) = read else {
        return Err(faults.refuse());
    };
    let earned = app.earn(TransferRequest { user_id, request_id, amount, note }, expires_at).await?;
    Ok(created_once(TransferBody::from(earned.answer), earned.repeated))
}

/// Take points from a user
///
/// All of the amount or none of it, from the lots that expire first. A repeat with the same Idempotency-Key and user gives the
/// first answer, byte for byte, and moves nothing.
#[utoipa::path(
    post,
    path = "/v1/users/{id}/points/spend",
    tag = "points",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("Idempotency-Key" = String, Header, description = "1 to 128 bytes of printable text, the same for every repeat."),
    ),
    request_body = SpendWish,
    responses((
        status = 201,
        description = "Taken.",
        body = TransferBody,
        headers(("Idempotency-Replayed" = bool, description = "`true` where this is the answer of an earlier request."))
    )),
)]
pub(super) async fn spend_points(
    State(app): State<App>,
    PathText(id): PathText,
    key: IdempotencyKey,
    JsonBody(wish): JsonBody<SpendWish>,
) -> Result<Response, Problem> {
    let mut faults = Faults::default();
    let read = (
        faults.read::<UserId>("id", &id),
        key.read(&mut faults),
        read_amount(&mut faults, &wish.amount),
        read_note(&mut faults, wish.note),
    );
    let (Some(user_id), Some(request_id), Some(amount), Some(note)) = read else { return Err(faults.refuse()) };
    let spent = app.spend(TransferRequest { user_id, request_id, amount, note }).await?;
    Ok(created_once(TransferBody::from(spent.answer), spent.repeated))
}

/// Reverse a transfer
///
/// Takes back what was earned, or gives back what was spent, once. What was spent goes back into its lots, with the expiry
/// those have. A repeat with the same Idempotency-Key and user gives the first answer, byte for byte, and moves nothing.
#[utoipa::path(
    post,
    path = "/v1/users/{id}/points/transfers/{transfer}/reverse",
    tag = "points",
    params(
        ("id" = String, Path, description = "The user, percent-encoded."),
        ("transfer" = String, Path, description = "The transfer: earn or spend."),
        ("Idempotency-Key" = String, Header, description = "1 to 128 bytes of printable text, the same for every repeat."),
    ),
    responses((
        status = 201,
        description = "Reversed.",
        body = TransferBody,
        headers(("Idempotency-Replayed" = bool, description = "`true` where this is the answer of an earlier request."))
    )),
)]
pub(super) async fn reverse_transfer(
    State(app): State<App>,
    PathTexts(path): PathTexts<2>,
    key: IdempotencyKey,
    _: NoBody,
) -> Result<Response, Problem> {
    let (user_id, transfer_id, request_id) = read_part::<TransferId>(&path, "transfer", &key)?;
    let reversed = app.reverse(&ReversalRequest { user_id, transfer_id, request_id }).await?;
    Ok(created_once(TransferBody::from(reversed.answer), reversed.repeated))
}

/// Reads the user, what of theirs the path names, and the key.
pub(super) fn read_part<T: std::str::FromStr<Err: std::fmt::Display>>(
    [id, named]: &[String; 2],
    part: &str,
    key: &IdempotencyKey,
) -> Result<(UserId, T, RequestId), Problem> {
    let mut faults = Faults::default();
    let read = (faults.read("id", id), faults.read(part, named), key.read(&mut faults));
    let (Some(user_id), Some(named), Some(request_id)) = read else { return Err(faults.refuse()) };
    Ok((user_id, named, request_id))
}
