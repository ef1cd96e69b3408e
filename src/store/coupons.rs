//! The port for coupon codes. Pools belong to nobody's shard: taking codes is a transaction of its own, keyed by the award.

use async_trait::async_trait;

use super::Stored;
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::coupon::{CouponCode, CouponPool, CouponPromises};
use crate::domain::id::{AwardRecordId, Name};

/// What is remembered of coupon codes.
#[async_trait]
pub trait CouponStore {
    /// Adds codes to a pool, which begins with its first. Codes it has already, taken or not, are left as they are. Gives how many
    /// were new. Repeating it adds nothing.
    async fn add_codes(&self, pool: &Name, codes: &[CouponCode], now: Timestamp) -> Stored<u64>;

    /// Writes down that codes were loaded: how many were new, how many were there. Never the codes.
    async fn note_codes_loaded(&self, pool: &Name, added: u64, repeated: u64, change: &Change) -> Stored<()>;

    /// Takes a code of a pool for an award; nothing where the pool is empty. Invariant: a code belongs to one award, and an award
    /// gets one code, the same one every time it is asked for.
    async fn take_code(
        &self,
        pool: &Name,
        award_record_id: AwardRecordId,
        now: Timestamp,
    ) -> Stored<Option<CouponCode>>;

    /// Puts the codes of these awards back into their pools. The awards must be recalled: nobody was shown their codes. Gives how
    /// many were put back.
    async fn put_back_codes(&self, award_record_ids: &[AwardRecordId]) -> Stored<u64>;

    /// Awards that are recalled and still have a code, at most `limit`.
    async fn recalled_with_code(&self, limit: u32) -> Stored<Vec<AwardRecordId>>;

    /// Every pool, by name.
    async fn coupon_pools(&self) -> Stored<Vec<CouponPool>>;

    /// Coupon awards that are not delivered, by award: what the pools still owe.
    async fn coupon_promises(&self) -> Stored<Vec<CouponPromises>>;
}
