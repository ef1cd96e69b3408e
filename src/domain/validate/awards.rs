//! Awards: their weights, stocks, fallbacks and prizes.

use serde_json::{Map, Value};

use super::faults::{Faults, quoted};
use super::{AWARDS_MAX, AwardIds, DISPATCH_AFTER_SECONDS_MAX, PAYLOAD_BYTES_MAX, STOCK_MAX, TITLE_CHARS_MAX};
use crate::domain::award::{PointsRange, Prize};
use crate::domain::document::{AwardDocument, CampaignDocument, PrizeDocument};
use crate::domain::goods::{CLAIM_WITHIN_DAYS, CLAIM_WITHIN_DAYS_MAX};
use crate::domain::id::{AwardId, Name, SkuId};
use crate::domain::settlement::Money;
use crate::domain::strategy::AwardRule;
use crate::domain::weight::Weight;

/// Every award's weight on one integer scale.
pub(super) fn weights(document: &CampaignDocument, faults: &mut Faults) -> Option<Vec<u64>> {
    faults.count("awards", document.awards.len(), 1..=AWARDS_MAX);
    let read: Vec<Option<Weight>> =
        document.awards.iter().enumerate().map(|(index, award)| weight(index, &award.weight, faults)).collect();
    let weights: Vec<Weight> = read.into_iter().collect::<Option<_>>()?;
    if weights.is_empty() {
        return None;
    }
    let sum = Weight::sum(weights.iter().copied());
    if sum == Some(Weight::ONE) {
        return Some(Weight::scaled(&weights));
    }
    let (message, mend) = match sum {
        Some(sum) => {
            let move_by = if sum < Weight::ONE { "Raise" } else { "Lower" };
            let mend =
                format!("{move_by} them by {} together, so that they sum to exactly 1.", sum.distance(Weight::ONE));
            (format!("the weights sum to {sum}"), mend)
        }
        None => ("the weights sum to far more than 1".into(), "Lower them to sum to exactly 1.".into()),
    };
    faults.add("awards", message, mend);
    None
}

fn weight(index: usize, text: &str, faults: &mut Faults) -> Option<Weight> {
    match text.parse::<Weight>() {
        Ok(weight) => Some(weight),
        Err(invalid) => {
            let message = format!("the weight {} {invalid}", quoted(text));
            faults.add(format!("awards[{index}].weight"), message, invalid.mend());
            None
        }
    }
}

/// Every award as a rule, in document order.
pub(super) fn read(
    document: &CampaignDocument,
    ids: &AwardIds<'_>,
    weights: Option<&[u64]>,
    faults: &mut Faults,
) -> Option<Vec<AwardRule>> {
    let read: Vec<Option<AwardRule>> = document
        .awards
        .iter()
        .enumerate()
        .map(|(index, award)| {
            let mut reader = AwardReader { document, ids, path: format!("awards[{index}]"), faults };
            let weight = weights.and_then(|weights| weights.get(index)).copied();
            reader.award(index, award, weight)
        })
        .collect();
    read.into_iter().collect()
}

struct AwardReader<'a> {
    document: &'a CampaignDocument,
    ids: &'a AwardIds<'a>,
    path: String,
    faults: &'a mut Faults,
}

impl AwardReader<'_> {
    fn award(&mut self, index: usize, award: &AwardDocument, weight: Option<u64>) -> Option<AwardRule> {
        let award_id: Option<AwardId> = self.faults.id(self.at("id"), &award.id);
        if let Some(first) = self.ids.get(&award.id).filter(|first| *first != index) {
            let message = format!("awards[{first}] has the id {} already", quoted(&award.id));
            self.faults.add(self.at("id"), message, "Give every award an id of its own.");
        }
        self.faults.title(self.at("title"), &award.title, TITLE_CHARS_MAX);
        self.faults.stock(self.at("stock"), award.stock);
        if award.per_user == Some(0) {
            let mend = "Use 1 or more, or leave it out: an award that nobody may win is no award.";
            self.faults.add(self.at("per_user"), "0 lets nobody win it", mend);
        }
        let fallback = self.fallback(award);
        if award.dispatch_after_seconds > DISPATCH_AFTER_SECONDS_MAX {
            let message = format!("{} seconds is longer than any campaign", award.dispatch_after_seconds);
            let mend = format!("Use at most {DISPATCH_AFTER_SECONDS_MAX} seconds.");
            self.faults.add(self.at("dispatch_after_seconds"), message, mend);
        }
        if let Some(cost) = &award.cost
            && cost.parse::<Money>().is_err()
        {
            let message = format!("the cost {} is no amount of money", quoted(cost));
            let mend = "Write a decimal with at most two places, from 0 to 10000000000, such as \"12.50\".";
            self.faults.add(self.at("cost"), message, mend);
        }
        let prize = self.prize(&award.prize);
        Some(AwardRule {
            award_id: award_id?,
            title: award.title.clone(),
            prize: prize?,
            weight: weight?,
            stock: award.stock.filter(|stock| *stock <= STOCK_MAX),
            unlock_after: award.unlock_after,
            per_user: award.per_user,
            fallback,
            dispatch_after_seconds: award.dispatch_after_seconds,
        })
    }

    fn at(&self, field: &str) -> String {
        format!("{}.{field}", self.path)
    }

    fn fallback(&mut self, award: &AwardDocument) -> Option<usize> {
        if let Some(id) = &award.fallback {
            return self.ids.named(self.at("fallback"), id, self.faults);
        }
        let short = match (award.stock, award.unlock_after, award.per_user) {
            (None, 0, None) => return None,
            (Some(_), ..) => "its stock can run out",
            (None, 1.., _) => "it can be locked",
            (None, 0, Some(_)) => "a user can have won it as often as one may",
        };
        let message = format!("{short}, and there is no award to give instead");
        let mend = "Name a fallback; the last of a chain has no stock, unlock_after or per_user, such as a prize of kind \
                    \"nothing\".";
        self.faults.add(self.at("fallback"), message, mend);
        None
    }

    fn prize(&mut self, prize: &PrizeDocument) -> Option<Prize> {
        match prize {
            PrizeDocument::Points { min, max } => {
                points_range(&self.at("prize"), min, max, self.faults).map(Prize::Points)
            }
            PrizeDocument::Draws { sku } => self.draws(sku),
            PrizeDocument::Webhook { endpoint, payload } => {
                let name: Option<Name> = self.faults.id(self.at("prize.endpoint"), endpoint);
                check_payload(&self.at("prize.payload"), payload, self.faults);
                name.map(|_| Prize::Webhook { endpoint: endpoint.clone(), payload: Value::Object(payload.clone()) })
            }
            PrizeDocument::Coupon { pool } => {
                let name: Option<Name> = self.faults.id(self.at("prize.pool"), pool);
                name.map(|_| Prize::Coupon { pool: pool.clone() })
            }
            PrizeDocument::Goods { claim_within_days } => Some(self.goods(*claim_within_days)),
            PrizeDocument::Nothing {} => Some(Prize::Nothing),
        }
    }

    fn goods(&mut self, claim_within_days: Option<u32>) -> Prize {
        let claim_within_days = claim_within_days.unwrap_or(CLAIM_WITHIN_DAYS);
        if !(1..=CLAIM_WITHIN_DAYS_MAX).contains(&claim_within_days) {
            let message = format!("goods cannot be claimed within {claim_within_days} days");
            self.faults.add(
                self.at("prize.claim_within_days"),
                message,
                format!("Use 1 to {CLAIM_WITHIN_DAYS_MAX} days."),
            );
        }
        Prize::Goods { claim_within_days }
    }

    fn draws(&mut self, sku: &str) -> Option<Prize> {
        let Some(offer) = self.document.skus.iter().find(|offer| offer.id == sku) else {
            let message = format!("there is no SKU {}", quoted(sku));
            self.faults.add(self.at("prize.sku"), message, "Use the id of a SKU of this document.");
            return None;
        };
        // An id that is not valid is a fault of the SKU, not of the award that names it.
        SkuId::new(sku).ok().map(|sku| Prize::Draws { sku, draws: offer.draws })
    }
}

/// Reads an inclusive range of points; `path` is of the table that holds `min` and `max`.
pub(super) fn points_range(path: &str, min: &str, max: &str, faults: &mut Faults) -> Option<PointsRange> {
    let least = faults.points(format!("{path}.min"), min);
    let most = faults.points(format!("{path}.max"), max);
    let (least, most) = (least?, most?);
    let range = PointsRange::new(least, most);
    if range.is_none() {
        faults.add(format!("{path}.max"), format!("{most} is below min, {least}"), "Use at least min.");
    }
    range
}

fn check_payload(path: &str, payload: &Map<String, Value>, faults: &mut Faults) {
    for (key, value) in payload {
        let path = format!("{path}.{key}");
        match unwritable(value) {
            Some(Unwritable::Null) => {
                faults.add(path, "holds a null, which TOML cannot write", "Leave the key out, or use a text.");
            }
            Some(Unwritable::Number) => {
                faults.add(path, "holds a whole number that not every reader keeps exactly", "Write it as a text.");
            }
            Some(Unwritable::Time) => {
                faults.add(path, "holds a bare time, which JSON cannot write", "Put the time in quotes.");
            }
            None => {}
        }
    }
    let bytes = serde_json::to_string(payload).map_or(0, |text| text.len());
    if bytes > PAYLOAD_BYTES_MAX {
        let mend = format!("Shorten it to at most {PAYLOAD_BYTES_MAX} bytes as JSON.");
        faults.add(path, format!("the payload is {bytes} bytes long"), mend);
    }
}

/// What one of the two forms of a document cannot say.
enum Unwritable {
    Null,
    Number,
    Time,
}

fn unwritable(value: &Value) -> Option<Unwritable> {
    /// How the TOML reader hands a bare time to a reader that knows no times.
    const TOML_TIME: &str = "$__toml_private_datetime";
    match value {
        Value::Null => Some(Unwritable::Null),
        Value::Number(number) => number.as_u64().filter(|n| i64::try_from(*n).is_err()).map(|_| Unwritable::Number),
        Value::Array(values) => values.iter().find_map(unwritable),
        Value::Object(fields) if fields.contains_key(TOML_TIME) => Some(Unwritable::Time),
        Value::Object(fields) => fields.values().find_map(unwritable),
        Value::Bool(_) | Value::String(_) => None,
    }
}
