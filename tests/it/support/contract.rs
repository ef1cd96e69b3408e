//! Answers held against the OpenAPI document: what is described is what is sent.

use std::sync::LazyLock;

use big_market::api::{self, routes};
use http::{Method, StatusCode};
use serde_json::Value;

static OPENAPI: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(api::openapi()).unwrap());

/// The OpenAPI document as JSON.
pub fn openapi() -> &'static Value {
    &OPENAPI
}

/// Fails where an answer has a status or a body that its route does not describe.
pub fn assert_described(method: &Method, path: &str, status: StatusCode, body: &[u8]) {
    let path = path.split('?').next().unwrap();
    let Some(route) = routes().into_iter().find(|route| route.method == *method && matches(route.path, path)) else {
        assert!(matches!(status.as_u16(), 404 | 405), "{method} {path} is no route and answered {status}");
        return;
    };
    let name = format!("{method} {}", route.path);
    let answers = &OPENAPI["paths"][route.path][method.as_str().to_lowercase()]["responses"];
    let answer = &answers[status.as_str()];
    assert!(answer.is_object(), "{name} answered {status}, which it does not describe");
    let content = &answer["content"];
    let schema = if status.is_success() { &content["application/json"] } else { &content["application/problem+json"] };
    if let (Some(schema), Ok(body)) = (schema.get("schema"), serde_json::from_slice::<Value>(body)) {
        assert_conforms(schema, &body, &name);
    }
    if !status.is_success() {
        let problem: Value = serde_json::from_slice(body).unwrap();
        let code: api::Code = problem["code"].as_str().unwrap().parse().unwrap();
        assert!(route.codes.contains(&code), "{name} refused with {code}, which its line on the page does not name");
    }
}

fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path): (Vec<_>, Vec<_>) = (pattern.split('/').collect(), path.split('/').collect());
    pattern.len() == path.len() && pattern.iter().zip(path).all(|(part, given)| part.starts_with('{') || *part == given)
}

/// Fails unless a value has the types and properties a schema asks for, and no other properties, all the way down.
pub fn assert_conforms(schema: &Value, value: &Value, place: &str) {
    if let Err(difference) = conforms(schema, value, place) {
        panic!("{difference}");
    }
}

fn conforms(schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let schema = resolve(schema);
    // A campaign document has a schema of its own, that is held against it elsewhere.
    if schema["title"] == "CampaignDocument" {
        return Ok(());
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = choices.iter().any(|choice| conforms(choice, value, place).is_ok());
        return if fits { Ok(()) } else { Err(format!("{place}: {value} is none of {choices:?}")) };
    }
    if let Some(allowed) = schema["enum"].as_array()
        && !allowed.contains(value)
    {
        return Err(format!("{place}: {value} is none of {allowed:?}"));
    }
    check_type(&schema["type"], value, place)?;
    match value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .try_for_each(|(at, item)| conforms(&schema["items"], item, &format!("{place}[{at}]"))),
        Value::Object(_) if schema.get("properties").is_some() || schema.get("allOf").is_some() => {
            check_properties(schema, value, place)
        }
        _ => Ok(()),
    }
}

fn check_type(described: &Value, value: &Value, place: &str) -> Result<(), String> {
    let fits = |name: &str| match name {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("{place}: what is {other}?"),
    };
    let fit = match described {
        Value::String(name) => fits(name),
        Value::Array(names) => names.iter().any(|name| fits(name.as_str().unwrap())),
        _ => true,
    };
    if fit { Ok(()) } else { Err(format!("{place}: {value} is no {described}")) }
}

fn check_properties(schema: &Value, value: &Value, place: &str) -> Result<(), String> {
    let object = value.as_object().unwrap();
    let parts = parts_of(schema);
    for (name, value) in object {
        let described = parts.iter().find_map(|part| part["properties"].get(name));
        let described = described.ok_or_else(|| format!("{place}: {name} is not described"))?;
        conforms(described, value, &format!("{place}.{name}"))?;
    }
    let required = parts.iter().filter_map(|part| part["required"].as_array()).flatten();
    let missing = required.map(|name| name.as_str().unwrap()).find(|name| !object.contains_key(*name));
    missing.map_or(Ok(()), |name| Err(format!("{place}: {name} is missing")))
}

/// The schemas that describe the properties of one object: a schema of all of several is all of theirs.
fn parts_of(schema: &Value) -> Vec<&Value> {
    let parts = schema["allOf"].as_array();
    parts.map_or_else(|| vec![schema], |parts| parts.iter().map(resolve).flat_map(parts_of).collect())
}

fn resolve(schema: &Value) -> &Value {
    schema["$ref"].as_str().map_or(schema, |reference| OPENAPI.pointer(&reference[1..]).unwrap())
}
