//! Goods: a thing is sent to the address its winner claims it for, until a deadline.

use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::award::AwardRecord;
use super::calendar::Timestamp;
use super::id::{AwardRecordId, UserId};
use super::refusal::FieldFault;
use super::text_form;

/// Days in which goods can be claimed, where the document does not say.
pub const CLAIM_WITHIN_DAYS: u32 = 30;
/// The most days a document may give.
pub const CLAIM_WITHIN_DAYS_MAX: u32 = 365;

/// Where goods are sent. Personal data: never logged, never part of a message or of the record of changes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recipient {
    /// Who takes the parcel.
    pub name: String,
    /// Where to call.
    pub phone: String,
    /// Lines of the address.
    pub address: Vec<String>,
    /// What the sender should know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Recipient {
    const NAME_MAX: usize = 100;
    const PHONE_MAX: usize = 40;
    const LINES_MAX: usize = 6;
    const LINE_MAX: usize = 200;
    const NOTE_MAX: usize = 500;

    /// What keeps it from being used, by field.
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let mut check = |field: String, text: &str, chars_max: usize| {
            if text.trim().is_empty() || text.chars().count() > chars_max || text.chars().any(char::is_control) {
                let message = format!("must be 1 to {chars_max} printable characters");
                faults.push(FieldFault { field, message });
            }
        };
        check("name".into(), &self.name, Self::NAME_MAX);
        check("phone".into(), &self.phone, Self::PHONE_MAX);
        for (number, line) in self.address.iter().enumerate() {
            check(format!("address[{number}]"), line, Self::LINE_MAX);
        }
        if let Some(note) = &self.note {
            check("note".into(), note, Self::NOTE_MAX);
        }
        if self.address.is_empty() || self.address.len() > Self::LINES_MAX {
            let message = format!("must have 1 to {} lines", Self::LINES_MAX);
            faults.push(FieldFault { field: "address".into(), message });
        }
        faults
    }
}

impl fmt::Debug for Recipient {
    /// Hides everything.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recipient(..)")
    }
}

/// A winner's claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodsClaim {
    /// What was won.
    pub award_record_id: AwardRecordId,
    /// The winner.
    pub user_id: UserId,
    /// Where it goes.
    pub recipient: Recipient,
    /// Since when the claim reads like this.
    pub claimed_at: Timestamp,
    /// When and under which number it was sent.
    pub shipment: Option<Shipment>,
}

/// A parcel under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// Since when.
    pub shipped_at: Timestamp,
    /// The carrier's number or words, for the winner.
    pub tracking: String,
}

/// An award with its claim, where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimableAward {
    /// The award.
    pub award: AwardRecord,
    /// Its claim.
    pub claim: Option<GoodsClaim>,
}

/// How far goods have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GoodsState {
    /// Won; nobody has said where to send it.
    Unclaimed,
    /// To be sent.
    Claimed,
    /// Sent.
    Shipped,
}

text_form!(GoodsState { Unclaimed => "unclaimed", Claimed => "claimed", Shipped => "shipped" });

/// The first instant at which goods won at `won_at` can no longer be claimed.
pub fn claim_by(won_at: Timestamp, within_days: u32) -> Timestamp {
    won_at.checked_add_signed(TimeDelta::days(within_days.into())).unwrap_or(Timestamp::MAX_UTC)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipient() -> Recipient {
        Recipient { name: "Ann".into(), phone: "+49 30 1".into(), address: vec!["Way 1".into()], note: None }
    }

    #[test]
    fn a_recipient_is_checked_field_by_field_and_never_printed() {
        assert_eq!(recipient().faults(), []);
        let bad = Recipient {
            name: " ".into(),
            phone: "1\n2".into(),
            address: vec!["x".repeat(201); 7],
            note: Some(String::new()),
        };
        let fields: Vec<_> = bad.faults().into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields.len(), 11, "{fields:?}");
        assert!(fields.contains(&"address[6]".to_owned()) && fields.contains(&"note".to_owned()));
        assert!(!format!("{:?}", recipient()).contains("Ann"));
    }

    #[test]
    fn goods_can_be_claimed_for_whole_days() {
        let won_at: Timestamp = "2026-11-22T12:00:00Z".parse().expect("a time");
        assert_eq!(claim_by(won_at, 14), "2026-12-06T12:00:00Z".parse::<Timestamp>().expect("a time"));
    }
}
