//! The campaign document: what an operator writes, in TOML or JSON, by one schema.

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::source::without_comments;
use super::strategy::TierMode;
use super::validate::DocumentFault;

/// A campaign: an activity with its window, limits, awards, rules, SKUs, rebates and stages.
///
/// Every field is kept as written; validation checks them all together and names each fault with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CampaignDocument {
    /// Id of the activity, such as "100301": letters, digits, '.', '_' and '-', at most 64.
    pub activity: String,
    /// What users read.
    pub title: String,
    /// What users read below the title.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// First instant of the window, RFC 3339 with offset, such as "2026-01-01T00:00:00+08:00".
    pub opens_at: String,
    /// First instant after the window, RFC 3339 with offset.
    pub closes_at: String,
    /// IANA time zone whose midnights turn days and months, such as "Asia/Shanghai".
    pub time_zone: String,
    /// Name of the strategy, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub strategy: String,
    /// How many draws a user may make.
    #[serde(default)]
    pub limits: LimitsDocument,
    /// Days after which points that this activity credits expire, 1 to 3650. Absent is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points_expire_after_days: Option<u32>,
    /// What can be won, in the order it is shown.
    pub awards: Vec<AwardDocument>,
    /// Award sets that apply by draws used.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<TierDocument>,
    /// Users who always get one award.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blacklist: Option<BlacklistDocument>,
    /// What users obtain to get draws.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skus: Vec<SkuDocument>,
    /// What behaviours earn.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rebates: Vec<RebateDocument>,
    /// Where the activity is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<StageDocument>,
}

/// Draws a user may make in the activity's local day and month. Absent is without limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsDocument {
    /// Draws in one day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<u32>,
    /// Draws in one month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<u32>,
}

/// One award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AwardDocument {
    /// Id of the award, unique in the document.
    pub id: String,
    /// What winners read.
    pub title: String,
    /// Probability as a decimal, such as "0.03". All weights sum to exactly 1. "0" is reached through other rules only.
    #[serde(default = "zero")]
    pub weight: String,
    /// How many may ever be won over the activity's whole life. Absent is without limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u64>,
    /// Draws a user must have made today, before this one, to win it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unlock_after: u32,
    /// How often one user may win it over the activity's whole life. Absent is without limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_user: Option<u32>,
    /// Award given instead while this one is locked, won too often by the user, or out of stock. Needed for every award
    /// with `stock`, `unlock_after` or `per_user`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<String>,
    /// Seconds between the draw and the dispatch of the award.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dispatch_after_seconds: u32,
    /// What one unit costs the business, in the currency it counts its costs in, as a decimal with at most two places. Settlement
    /// adds it up; absent is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
    /// What it is and how it reaches the winner.
    pub prize: PrizeDocument,
}

/// What an award is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PrizeDocument {
    /// Points on the winner's account: every hundredth from min to max equally likely.
    Points {
        /// Least, as a decimal with at most two places.
        min: String,
        /// Most.
        max: String,
    },
    /// The draws of a SKU of this document.
    Draws {
        /// Whose draws.
        sku: String,
    },
    /// A signed call to an endpoint of the configuration.
    Webhook {
        /// Name of the endpoint.
        endpoint: String,
        /// Told to the third party beside who won what.
        #[serde(default)]
        #[schemars(with = "std::collections::BTreeMap<String, serde_json::Value>")]
        payload: serde_json::Map<String, serde_json::Value>,
    },
    /// One code of a pool.
    Coupon {
        /// Name of the pool.
        pool: String,
    },
    /// A thing that is sent.
    Goods {
        /// Days from the draw in which the winner can say where to; what nobody claims goes back to stock. 30 if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        claim_within_days: Option<u32>,
    },
    /// Nothing.
    Nothing {},
}

/// Awards that a draw chooses from once the user has used so many draws.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierDocument {
    /// Draws used in the activity before this one.
    pub at: u32,
    /// "once": only the draw made with exactly that many used; "from": every draw from there to the next tier.
    pub mode: TierMode,
    /// Ids of the awards, at least one with a weight above zero; their weights keep their proportions.
    pub awards: Vec<String>,
}

/// Users who always get one award.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BlacklistDocument {
    /// Ids of the users. Operators put more on the black list while the activity runs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<String>,
    /// Id of the award that they and those on the activity's black list get.
    pub award: String,
    /// What it is worth for them, where the award is points and that differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<PointsRangeDocument>,
}

/// An inclusive range of points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PointsRangeDocument {
    /// Least, as a decimal with at most two places.
    pub min: String,
    /// Most.
    pub max: String,
}

/// What users obtain to get draws.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkuDocument {
    /// Id of the SKU, unique in the document.
    pub id: String,
    /// Draws it grants.
    pub draws: u32,
    /// How many may ever be granted. Absent is without limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stock: Option<u64>,
    /// Price in points, as a decimal with at most two places.
    #[serde(default = "zero")]
    pub price: String,
}

/// What one behaviour earns, once for each business key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RebateDocument {
    /// Name of the behaviour, such as `sign_in`.
    pub behaviour: String,
    /// Whether it is earned once in each of the activity's local days, such as a sign-in: the day is its business key.
    #[serde(default, skip_serializing_if = "is_false")]
    pub daily: bool,
    /// SKU whose draws are granted. Takes none of the SKU's stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Points credited, as a decimal with at most two places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<String>,
    /// What days in a row earn beside that. Only with daily.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streaks: Vec<StreakDocument>,
}

/// What the day earns that makes so many days in a row, added to what every day earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StreakDocument {
    /// Days in a row, at least 2.
    pub at: u32,
    /// Whether every further multiple of it earns the same.
    #[serde(default, skip_serializing_if = "is_false")]
    pub repeat: bool,
    /// SKU whose draws are granted. Takes none of the SKU's stock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
    /// Points credited, as a decimal with at most two places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<String>,
}

/// Where the activity is shown: a channel and a source within it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StageDocument {
    /// The channel, such as "app".
    pub channel: String,
    /// The source within it, such as "home".
    pub source: String,
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DocumentFormat)]
pub enum Format {
    /// For people: it takes comments.
    Toml,
    /// For machines.
    Json,
    /// JSON with comments, `//` and `/* */`.
    Jsonc,
}

impl Format {
    /// The format that a file's extension tells, if it is `.toml`, `.json` or `.jsonc`.
    pub fn of_file(file: &Path) -> Option<Self> {
        let extension = file.extension()?;
        if extension.eq_ignore_ascii_case("toml") {
            Some(Self::Toml)
        } else if extension.eq_ignore_ascii_case("json") {
            Some(Self::Json)
        } else if extension.eq_ignore_ascii_case("jsonc") {
            Some(Self::Jsonc)
        } else {
            None
        }
    }
}

/// Reads a document as it is written. Whether it can be honoured is for [`super::validate::compile`] to say.
///
/// # Errors
/// The first place that cannot be read: not TOML or JSON, an unknown or a missing field, a value of the wrong type. Its
/// path is a line and a column.
pub fn parse(text: &str, format: Format) -> Result<CampaignDocument, DocumentFault> {
    match format {
        Format::Toml => toml::from_str(text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let (line, column) = line_and_column(text, start);
            unreadable(line, column, error.message())
        }),
        Format::Json => parse_json(text),
        // No store can keep a NUL, which a comment might hide.
        Format::Jsonc => match text.find('\0') {
            Some(at) => {
                let (line, column) = line_and_column(text, at);
                Err(unreadable(line, column, "control character found"))
            }
            None => parse_json(&without_comments(text)),
        },
    }
}

fn parse_json(text: &str) -> Result<CampaignDocument, DocumentFault> {
    serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = error.to_string();
        let place = format!(" at line {line} column {column}");
        unreadable(line, column, message.strip_suffix(&place).unwrap_or(&message))
    })
}

fn unreadable(line: usize, column: usize, message: &str) -> DocumentFault {
    let mend = if message.starts_with("unknown field") {
        "Correct the name of the field, or remove it."
    } else if message.starts_with("missing field") {
        "Add the field to this part."
    } else if message.starts_with("duplicate") {
        "Keep one of the two."
    } else {
        "Correct the text at this place."
    };
    DocumentFault { path: format!("line {line}, column {column}"), message: message.trim().into(), mend: mend.into() }
}

/// Both from 1; columns count characters.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
}

/// What a document may say, for editors and other languages. Validation checks more: see [`super::validate::compile`].
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(CampaignDocument).to_value()
}

fn zero() -> String {
    "0".into()
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}
