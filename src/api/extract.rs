//! Reading requests: paths, queries, keys and bodies, with every fault named by its field.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use serde::de::DeserializeOwned;

use super::problem::{Code, Position, Problem};
use crate::domain::id::RequestId;
use crate::domain::refusal::{FieldFault, Refusal};

/// Name of the header that makes a repeat a repeat.
pub(super) const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Faults of one request, gathered so that all are told at once.
#[derive(Debug, Default)]
pub(super) struct Faults(Vec<FieldFault>);

impl Faults {
    /// Notes a fault.
    pub(super) fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(FieldFault { field: field.into(), message: message.into() });
    }

    /// Reads a value, or notes why it cannot be.
    pub(super) fn read<T: FromStr<Err: Display>>(&mut self, field: &str, text: &str) -> Option<T> {
        text.parse().map_err(|error: T::Err| self.add(field, error.to_string())).ok()
    }

    /// Reads a parameter that must be there.
    pub(super) fn required<T: FromStr<Err: Display>>(&mut self, query: &QueryText, field: &str) -> Option<T> {
        let Some(text) = query.get(field) else {
            self.add(field, "is missing; add it to the query");
            return None;
        };
        self.read(field, text)
    }

    /// Reads a parameter that may be absent.
    #[expect(clippy::option_option, reason = "absent is an answer, not readable is a fault")]
    pub(super) fn optional<T: FromStr<Err: Display>>(&mut self, query: &QueryText, field: &str) -> Option<Option<T>> {
        query.get(field).map_or(Some(None), |text| self.read(field, text).map(Some))
    }

    /// A number within bounds.
    pub(super) fn within(&mut self, field: &str, number: i64, bounds: RangeInclusive<u32>) -> Option<u32> {
        let within = u32::try_from(number).ok().filter(|number| bounds.contains(number));
        if within.is_none() {
            self.add(field, format!("is {number}; use {} to {}", bounds.start(), bounds.end()));
        }
        within
    }

    /// Notes parameters that the route does not know, and those given twice.
    pub(super) fn only(&mut self, query: &QueryText, known: &[&str]) {
        for (position, (name, _)) in query.0.iter().enumerate() {
            if !known.contains(&name.as_str()) {
                let known = if known.is_empty() { "none".into() } else { known.join(", ") };
                self.add(name, format!("is not a parameter of this route; it takes {known}"));
            } else if query.0[..position].iter().any(|(earlier, _)| earlier == name) {
                self.add(name, "is given twice; give it once");
            }
        }
    }

    /// Whether nothing was found.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The refusal that names them all.
    pub(super) fn refuse(self) -> Problem {
        Refusal::InvalidRequest { faults: self.0 }.into()
    }
}

/// The one `{id}` of a path, percent-decoded, not yet read.
pub(super) struct PathText(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for PathText {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Problem::from(Refusal::invalid("id", rejection.body_text())))?;
        Ok(Self(text))
    }
}

/// The parts of a path with several `{...}`, in order, percent-decoded, not yet read.
pub(super) struct PathTexts<const N: usize>(pub(super) [String; N]);

impl<S: Send + Sync, const N: usize> FromRequestParts<S> for PathTexts<N>
where
    [String; N]: DeserializeOwned + Send,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Path(texts) = Path::<[String; N]>::from_request_parts(parts, state)
            .await
            .map_err(|rejection| Problem::from(Refusal::invalid("id", rejection.body_text())))?;
        Ok(Self(texts))
    }
}

/// The parameters of a query, percent-decoded, not yet read.
pub(super) struct QueryText(Vec<(String, String)>);

impl QueryText {
    /// The parameter's text, where it is given.
    pub(super) fn get(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|(name, _)| name == field).map(|(_, text)| text.as_str())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for QueryText {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Query(pairs) = Query::try_from_uri(&parts.uri)
            .map_err(|rejection| Problem::from(Refusal::invalid("", rejection.body_text())))?;
        Ok(Self(pairs))
    }
}

/// The text of the `Idempotency-Key` header, not yet read. Routes that take it cannot do without.
pub(super) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads the key, or notes why it cannot be.
    pub(super) fn read(&self, faults: &mut Faults) -> Option<RequestId> {
        faults.read("Idempotency-Key", &self.0)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut values = parts.headers.get_all(IDEMPOTENCY_KEY).iter();
        let Some(value) = values.next() else {
            let detail = "send an Idempotency-Key of 1 to 128 characters, the same for every repeat of one request";
            return Err(Problem::new(Code::IdempotencyKeyMissing, detail));
        };
        if values.next().is_some() {
            return Err(Refusal::invalid("Idempotency-Key", "is given twice; give it once").into());
        }
        let text = std::str::from_utf8(value.as_bytes())
            .map_err(|_| Refusal::invalid("Idempotency-Key", "is not UTF-8; use printable characters"))?;
        Ok(Self(text.to_owned()))
    }
}

/// A JSON body. Unknown fields are refused by the types themselves.
pub(super) struct JsonBody<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let media_type = media_type(request.headers());
        if media_type.as_deref() != Some("application/json") {
            return Err(wrong_media_type(media_type.as_deref(), "application/json"));
        }
        let body = read_body(request, state).await?;
        read_json(&body).map(Self)
    }
}

/// A route without a body. Something sent all the same is refused, because its sender means something by it.
pub(super) struct NoBody;

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if read_body(request, state).await?.is_empty() {
            return Ok(Self);
        }
        Err(Refusal::invalid("", "this route takes no body; send none").into())
    }
}

/// The whole body, as far as the route's limit allows.
pub(super) async fn read_body<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| {
        let detail = rejection.body_text();
        match rejection.into_response().status() {
            StatusCode::PAYLOAD_TOO_LARGE => {
                Problem::new(Code::PayloadTooLarge, "the body is larger than the settings allow; send less")
            }
            _ => Refusal::invalid("", detail).into(),
        }
    })
}

/// The type of the body without its parameters, in lower case.
pub(super) fn media_type(headers: &HeaderMap) -> Option<String> {
    let text = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

/// The refusal of a body of another type than `wanted`.
pub(super) fn wrong_media_type(given: Option<&str>, wanted: &str) -> Problem {
    let given = given.map_or("no Content-Type is given".into(), |given| format!("the Content-Type is {given:?}"));
    Problem::new(Code::UnsupportedMediaType, format!("{given}; send the body as {wanted}"))
}

/// A JSON body as a value, or where it goes wrong.
pub(super) fn read_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| explain(&error.path().to_string(), error.inner()))?;
    deserializer.end().map_err(|error| explain("", &error))?;
    Ok(value)
}

fn explain(path: &str, error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let message = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
    if !error.is_data() {
        let detail = format!("the body is not JSON: line {line}, column {column}: {message}");
        return Problem {
            position: Some(Box::new(Position { line, column })),
            ..Problem::new(Code::MalformedJson, detail)
        };
    }
    // Serde's own words hold the name of a field that is missing or not known; its path is that of the whole.
    let named = ["unknown field `", "missing field `", "duplicate field `"]
        .iter()
        .find_map(|start| message.strip_prefix(start)?.split('`').next());
    let field = match (named, path.trim_start_matches('.')) {
        (Some(name), "" | "?") => name.to_owned(),
        (Some(name), path) if path == name || path.ends_with(&format!(".{name}")) => path.to_owned(),
        (Some(name), path) => format!("{}.{name}", path.trim_end_matches(".?")),
        (None, path) => path.to_owned(),
    };
    Refusal::invalid(field, message).into()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::super::problem::ProblemFault;
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Outer {
        name: String,
        #[serde(default)]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Inner {
        count: u32,
    }

    fn field_of(body: &str) -> String {
        let problem = read_json::<Outer>(body.as_bytes()).expect_err("refused");
        assert_eq!(problem.code, Code::InvalidRequest, "{problem:?}");
        match problem.faults.as_slice() {
            [ProblemFault::Field { field, .. }] => field.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_fault_of_the_body_names_its_field() {
        assert_eq!(field_of(r#"{"name": 1}"#), "name");
        assert_eq!(field_of(r#"{"nmae": "x"}"#), "nmae");
        assert_eq!(field_of("{}"), "name");
        assert_eq!(field_of(r#"{"name": "x", "name": "y"}"#), "name");
        assert_eq!(field_of(r#"{"name": "x", "inner": [{"count": 1}, {"count": -1}]}"#), "inner[1].count");
        assert_eq!(field_of(r#"{"name": "x", "inner": [{"cuont": 1}]}"#), "inner[0].cuont");
        assert_eq!(field_of(r#"{"name": "x", "inner": [{}]}"#), "inner[0].count");
        assert_eq!(field_of("[]"), "");
    }

    #[test]
    fn what_is_not_json_is_told_with_its_place() {
        for (body, line, column) in [("", 1, 0), ("{\n  \"name\" 1}", 2, 10), (r#"{"name": "x"} x"#, 1, 15)] {
            let problem = read_json::<Outer>(body.as_bytes()).expect_err("refused");
            assert_eq!(problem.code, Code::MalformedJson);
            assert_eq!(problem.position, Some(Box::new(Position { line, column })), "{body:?}: {}", problem.detail);
        }
    }
}
