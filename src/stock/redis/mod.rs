//! Counters in Redis 7 or Valkey, for any number of processes. Each method is one Lua script; `fence.lua` begins every one of them.
//!
//! A script is atomic: it runs alone, and what it writes reaches disks and replicas together. The keys of an activity carry it as
//! their hash tag, so a script touches one slot. Times are arguments, and no key ever expires.

mod connection;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use async_trait::async_trait;
use redis::{FromRedisValue, Script, ScriptInvocation};

use self::connection::Connection;
use super::{Counted, Reservation, Stock};
use crate::config::RedisConfig;
use crate::domain::calendar::Timestamp;
use crate::domain::id::ActivityId;
use crate::domain::stock::{Claim, ClaimEnd, ClaimId, Epoch, StockCounter, StockItem, StockTruth};
use crate::fault::Fault;

/// Reservations, ends or units in one call of a script: others wait while it runs, and Lua unpacks 8,000 values at most. More are
/// several calls; one that stops half-way has made claims that `reconcile_stock` ends.
const CALL_MAX: usize = 500;
/// Items that can be filled. A campaign document has a thousand awards and a thousand SKUs at most.
const ITEMS_MAX: usize = 20_000;

/// The parts of a script as one text. The first line says what the script needs; one that cannot have it is refused as a whole.
macro_rules! script {
    ($needs:literal, $($part:literal),+) => {
        LazyLock::new(|| Script::new(concat!("#!lua flags=", $needs, "\n", $(include_str!($part), "\n"),+)))
    };
}

static RESERVE: LazyLock<Script> = script!("", "fence.lua", "changes.lua", "reserve.lua");
// What ends claims makes room, so it may run where memory is short.
static SETTLE: LazyLock<Script> = script!("allow-oom", "fence.lua", "changes.lua", "settle.lua");
static GIVE_BACK: LazyLock<Script> = script!("", "fence.lua", "changes.lua", "give_back.lua");
static OPEN_CLAIMS: LazyLock<Script> = script!("no-writes", "fence.lua", "open_claims.lua");
static COUNTERS: LazyLock<Script> = script!("no-writes", "fence.lua", "counters.lua");
static FILL: LazyLock<Script> = script!("", "fence.lua", "fill.lua");

/// Counters of all activities, in a Redis that any number of processes share. A process keeps nothing of them.
pub struct RedisStock {
    connection: Connection,
    prefix: String,
}

impl RedisStock {
    /// Connects.
    ///
    /// # Errors
    /// A fault where Redis cannot be reached, is too old, or may drop keys.
    pub async fn open(settings: &RedisConfig) -> Result<Self, Fault> {
        Ok(Self { connection: Connection::open(settings).await?, prefix: settings.prefix.clone() })
    }

    /// A call of a script on the keys of an activity.
    fn invocation<'a>(&self, script: &'a Script, activity_id: &ActivityId, epoch: Epoch) -> ScriptInvocation<'a> {
        let mut invocation = script.prepare_invoke();
        for part in ["units", "claims", "times", "returned"] {
            invocation.key(format!("{}:stock:{{{activity_id}}}:{part}", self.prefix));
        }
        invocation.arg(epoch.0);
        invocation
    }

    async fn call<T: FromRedisValue>(
        &self,
        doing: &'static str,
        script: &ScriptInvocation<'_>,
    ) -> Result<Counted<T>, Fault> {
        self.connection.call::<Option<T>>(script).await.map(counted).map_err(Fault::doing(doing))
    }
}

#[async_trait]
impl Stock for RedisStock {
    async fn reserve(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        reservations: &[Reservation],
        now: Timestamp,
    ) -> Result<Counted<Vec<Option<usize>>>, Fault> {
        let mut answers = Vec::with_capacity(reservations.len());
        for some in calls(reservations) {
            let mut script = self.invocation(&RESERVE, activity_id, epoch);
            script.arg(now.timestamp_millis());
            for Reservation { claim_id, choices } in some {
                script.arg(claim_id.to_string()).arg(choices.len());
                for choice in choices {
                    script.arg(choice.as_ref().map(StockItem::to_string).unwrap_or_default());
                }
            }
            match self.call::<Vec<i64>>("reserve stock in Redis", &script).await? {
                Counted::Answer(positions) => answers.extend(positions.into_iter().map(|at| usize::try_from(at).ok())),
                Counted::Stale => return Ok(Counted::Stale),
            }
        }
        Ok(Counted::Answer(answers))
    }

    async fn settle(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        ends: &[(ClaimId, ClaimEnd)],
    ) -> Result<Counted<()>, Fault> {
        for some in calls(ends) {
            let mut script = self.invocation(&SETTLE, activity_id, epoch);
            for (claim_id, end) in some {
                let unit_is = match end {
                    ClaimEnd::Confirm => "confirmed",
                    ClaimEnd::Release => "left",
                };
                script.arg(claim_id.to_string()).arg(unit_is);
            }
            if self.call::<()>("settle claims in Redis", &script).await? == Counted::Stale {
                return Ok(Counted::Stale);
            }
        }
        Ok(Counted::Answer(()))
    }

    async fn give_back(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        units: &[(ClaimId, StockItem)],
    ) -> Result<Counted<()>, Fault> {
        for some in calls(units) {
            let mut script = self.invocation(&GIVE_BACK, activity_id, epoch);
            for (claim_id, item) in some {
                script.arg(claim_id.to_string()).arg(item.to_string());
            }
            if self.call::<()>("give units back in Redis", &script).await? == Counted::Stale {
                return Ok(Counted::Stale);
            }
        }
        Ok(Counted::Answer(()))
    }

    async fn open_claims(
        &self,
        activity_id: &ActivityId,
        epoch: Epoch,
        before: Timestamp,
        limit: usize,
    ) -> Result<Counted<Vec<Claim>>, Fault> {
        let mut script = self.invocation(&OPEN_CLAIMS, activity_id, epoch);
        script.arg(before.timestamp_millis()).arg(i64::try_from(limit).unwrap_or(i64::MAX));
        let doing = "list open claims in Redis";
        let Counted::Answer(pairs) = self.call::<Vec<(String, String)>>(doing, &script).await? else {
            return Ok(Counted::Stale);
        };
        let claims = pairs.iter().map(|(id, claim)| read_claim(activity_id, id, claim).ok_or((id, claim)));
        claims
            .collect::<Result<_, _>>()
            .map(Counted::Answer)
            .map_err(|(id, claim)| Fault { doing, cause: format!("{id} -> {claim:?} is no claim").into() })
    }

    async fn counters(&self, activity_id: &ActivityId, epoch: Epoch) -> Result<Counted<Vec<StockCounter>>, Fault> {
        let script = self.invocation(&COUNTERS, activity_id, epoch);
        let doing = "read counters in Redis";
        let Counted::Answer(fields) = self.call::<Vec<(String, u64)>>(doing, &script).await? else {
            return Ok(Counted::Stale);
        };
        let mut counters: BTreeMap<StockItem, StockCounter> = BTreeMap::new();
        for (field, count) in fields {
            let unknown = || Fault { doing, cause: format!("{field:?} counts nothing").into() };
            let (what, item) = field.split_once(' ').ok_or_else(unknown)?;
            let item = read_item(item).ok_or_else(unknown)?;
            let empty = StockCounter { item: item.clone(), total: 0, left: 0, confirmed: 0, claimed: 0 };
            let counter = counters.entry(item).or_insert(empty);
            *match what {
                "total" => &mut counter.total,
                "left" => &mut counter.left,
                "confirmed" => &mut counter.confirmed,
                "claimed" => &mut counter.claimed,
                _ => return Err(unknown()),
            } = count;
        }
        Ok(Counted::Answer(counters.into_values().collect()))
    }

    async fn fill(&self, activity_id: &ActivityId, epoch: Epoch, truth: &[StockTruth]) -> Result<Counted<()>, Fault> {
        let doing = "fill counters in Redis";
        if truth.len() > ITEMS_MAX {
            let cause = format!("{} items are more than {ITEMS_MAX}", truth.len()).into();
            return Err(Fault { doing, cause });
        }
        let mut script = self.invocation(&FILL, activity_id, epoch);
        for StockTruth { item, total, used } in truth {
            script.arg(item.to_string()).arg(*total).arg(total.saturating_sub(*used)).arg(*used);
        }
        // Not repeated here: a fill that arrived would be told that its own epoch is not newer. Its caller raises the epoch again.
        let filled = self.connection.call_once::<Option<()>>(&script).await;
        filled.map(counted).map_err(Fault::doing(doing))
    }
}

/// What a script answered: nothing where the counters are stale.
fn counted<T>(answer: Option<T>) -> Counted<T> {
    answer.map_or(Counted::Stale, Counted::Answer)
}

/// What goes into each call of a script. Nothing at all is one call too, which finds out whether the counters are stale.
fn calls<T>(all: &[T]) -> impl Iterator<Item = &[T]> {
    let starts = (0..all.len().max(1)).step_by(CALL_MAX);
    starts.map(|start| &all[start..all.len().min(start + CALL_MAX)])
}

fn read_claim(activity_id: &ActivityId, id: &str, claim: &str) -> Option<Claim> {
    let claim_id = id.parse().map(ClaimId::Draw).or_else(|_| id.parse().map(ClaimId::Recharge)).ok()?;
    let (_, item) = claim.split_once(' ')?;
    Some(Claim { claim_id, activity_id: activity_id.clone(), item: read_item(item)? })
}

/// An item by the text it is shown as.
fn read_item(text: &str) -> Option<StockItem> {
    match text.split_once(' ')? {
        ("award", id) => id.parse().ok().map(StockItem::Award),
        ("sku", id) => id.parse().ok().map(StockItem::Sku),
        _ => None,
    }
}
