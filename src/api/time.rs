//! Times and days as JSON writes them.

use chrono::SecondsFormat;
use serde::{Serialize, Serializer};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::calendar::{Day, Timestamp};

/// An instant: RFC 3339 in UTC, always with milliseconds, so that texts sort as times do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time(pub(super) Timestamp);

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

impl PartialSchema for Time {
    fn schema() -> RefOr<Schema> {
        text(KnownFormat::DateTime, "2026-11-22T10:00:00.000Z")
    }
}

impl ToSchema for Time {}

/// A calendar day in an activity's time zone, `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Date(pub(super) Day);

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl PartialSchema for Date {
    fn schema() -> RefOr<Schema> {
        text(KnownFormat::Date, "2026-11-22")
    }
}

impl ToSchema for Date {}

fn text(format: KnownFormat, example: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(format)))
        .examples([serde_json::json!(example)])
        .into()
}
