//! Coupon codes beside their awards, where codes are in one database and awards in several.

use std::collections::HashMap;

use crate::domain::award::{AwardKind, AwardState};
use crate::domain::calendar::Timestamp;
use crate::domain::coupon::CouponCode;
use crate::domain::id::AwardRecordId;
use crate::domain::reconcile::{Invariant, Violation};

/// A coupon award as its database tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CouponAward {
    /// The award.
    pub award_record_id: AwardRecordId,
    /// Where the promise stands.
    pub state: AwardState,
    /// What its winner was shown.
    pub reference: Option<String>,
    /// When its work ended; nothing where that is open or deleted.
    pub work_ended_at: Option<Timestamp>,
    /// Whether its work is still there.
    pub has_work: bool,
    /// The pool that its version names.
    pub pool: Option<String>,
}

/// A code that an award has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenCode {
    /// The award.
    pub award_record_id: AwardRecordId,
    /// Where the code is from.
    pub pool: String,
    /// The code. It is compared and never told.
    pub code: CouponCode,
    /// Since when.
    pub taken_at: Timestamp,
}

impl CouponAward {
    /// How the award and its code differ, where they do. A code is taken before its award is delivered, and goes back after its
    /// award is recalled: what is on the way is no difference.
    pub(super) fn difference(
        &self,
        codes: &HashMap<AwardRecordId, TakenCode>,
        swept_before: Timestamp,
    ) -> Option<Violation> {
        let code = codes.get(&self.award_record_id);
        let is_swept = |code: &TakenCode| {
            code.taken_at < swept_before
                && (!self.has_work || self.work_ended_at.is_some_and(|ended_at| ended_at < swept_before))
        };
        let difference = match (self.state, code) {
            (AwardState::Delivered, None) => "has no code".to_owned(),
            (AwardState::Delivered, Some(code)) if self.reference.as_deref() != Some(code.code.reveal()) => {
                "its winner was shown another code than its own".to_owned()
            }
            (AwardState::Recalled, Some(code)) if is_swept(code) => {
                format!("its code is not back in pool {}", code.pool)
            }
            (_, Some(code)) if self.pool.as_deref() != Some(code.pool.as_str()) => format!(
                "its code is of pool {} where its version names {}",
                code.pool,
                self.pool.as_deref().unwrap_or("none")
            ),
            _ => return None,
        };
        Some(Violation {
            invariant: Invariant::Awards,
            subject: format!("award record {}", self.award_record_id),
            detail: format!("it is {} and {difference}", self.state),
        })
    }
}

impl TakenCode {
    /// What is wrong with a code whose award is of that kind, or not there; nothing for coupons.
    pub(super) fn stray(&self, kind: Option<AwardKind>) -> Option<Violation> {
        let is = match kind {
            Some(AwardKind::Coupon) => return None,
            Some(kind) => format!("of the kind {kind}"),
            None => "not there".to_owned(),
        };
        Some(Violation {
            invariant: Invariant::Awards,
            subject: format!("coupon pool {}", self.pool),
            detail: format!("a code of it belongs to {}, which is {is}", self.award_record_id),
        })
    }
}
