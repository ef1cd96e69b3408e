//! The campaign document in OpenAPI: the schema that editors get, in place of a copy that would drift from it.

use std::borrow::Cow;

use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::domain::document;

/// Name of the whole document's schema.
const WHOLE: &str = "CampaignDocument";

/// Stands for a campaign document where bodies are described.
pub(super) struct CampaignDocumentBody;

impl PartialSchema for CampaignDocumentBody {
    fn schema() -> RefOr<Schema> {
        let whole = schemas().into_iter().find(|(name, _)| name == WHOLE);
        whole.map(|(_, schema)| schema).expect("the whole is among its schemas")
    }
}

impl ToSchema for CampaignDocumentBody {
    fn name() -> Cow<'static, str> {
        WHOLE.into()
    }
}

/// Schemas of the document and its parts, by name, with references that OpenAPI understands.
pub(super) fn schemas() -> Vec<(String, RefOr<Schema>)> {
    let text = document::json_schema().to_string().replace("#/$defs/", "#/components/schemas/");
    let mut whole: serde_json::Value = serde_json::from_str(&text).expect("a schema is JSON");
    let mut schemas = Vec::new();
    if let Some(whole) = whole.as_object_mut() {
        whole.remove("$schema");
        if let Some(serde_json::Value::Object(parts)) = whole.remove("$defs") {
            schemas.extend(parts);
        }
    }
    schemas.push((WHOLE.into(), whole));
    let read = |(name, schema)| (name, serde_json::from_value(schema).expect("a JSON Schema is an OpenAPI schema"));
    schemas.into_iter().map(read).collect()
}
