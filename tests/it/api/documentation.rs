//! What is written about the API says what the API does.

use std::collections::BTreeSet;

use big_market::api::{self, Access, Code, routes};
use big_market::domain::document;
use big_market::domain::receipt::Receipt;
use serde_json::Value;

use crate::support::contract::{assert_conforms, openapi};
use crate::support::market::Market;

const REFERENCE: &str = include_str!("../../../docs/http-api.md");

#[test]
fn the_openapi_document_is_the_one_that_was_reviewed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/api/openapi.json");
    let now = api::openapi().to_pretty_json().unwrap() + "\n";
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let reviewed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        now == reviewed,
        "the OpenAPI document changed. If it should, run `UPDATE_SNAPSHOTS=1 cargo test --test it openapi`, and look at \
         the difference in tests/it/api/openapi.json before it is committed"
    );
}

#[test]
fn every_route_is_described_with_everything_it_can_answer() {
    let openapi = openapi();
    for route in routes() {
        let operation = &openapi["paths"][route.path][route.method.as_str().to_lowercase()];
        let name = format!("{} {}", route.method, route.path);
        assert!(operation["summary"].is_string() && operation["description"].is_string(), "{name}");
        let responses = operation["responses"].as_object().unwrap();
        let refusals: BTreeSet<_> = route.codes.iter().map(|code| code.status().as_u16().to_string()).collect();
        let described: BTreeSet<_> = responses.keys().filter(|status| !status.starts_with('2')).cloned().collect();
        assert_eq!(described, refusals, "{name}");
        assert!(responses.keys().any(|status| status.starts_with('2')), "{name}");
        assert_eq!(operation["security"].is_array(), route.access != Access::Public, "{name}");
        if let Access::Needs(scope) = route.access {
            assert!(operation["description"].as_str().unwrap().contains(scope.as_str()), "{name}");
        }
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let in_path = parameters.iter().any(|parameter| parameter["in"] == "path");
        assert_eq!(in_path, route.path.contains('{'), "{name}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let openapi = openapi();
    let text = openapi.to_string();
    let mut count = 0;
    for reference in text.split("\"$ref\":\"").skip(1) {
        let reference = reference.split('"').next().unwrap();
        let pointer = reference.strip_prefix('#').unwrap_or_else(|| panic!("{reference}"));
        assert!(openapi.pointer(pointer).is_some(), "{reference} leads nowhere");
        count += 1;
    }
    assert!(count > 50, "{count}");
}

#[test]
fn campaign_documents_are_described_by_their_own_schema() {
    let mut own = document::json_schema();
    let parts = own["$defs"].take();
    let described = &openapi()["components"]["schemas"];
    let same = |name: &str, own: &Value| {
        let own: Value = serde_json::from_str(&own.to_string().replace("#/$defs/", "#/components/schemas/")).unwrap();
        assert_eq!(described[name]["properties"], own["properties"], "{name}");
        assert_eq!(described[name]["required"], own["required"], "{name}");
    };
    same("CampaignDocument", &own);
    for (name, part) in parts.as_object().unwrap() {
        same(name, part);
    }
}

#[tokio::test]
async fn receipts_are_described_as_they_are_written() {
    let market = Market::demo().await;
    market.user("ann").recharge("9014").await;
    let draw = market.user("ann").draw(1).await.remove(0);
    let answer = market.get(draw["receipt"].as_str().unwrap()).await;
    let _: Receipt = serde_json::from_slice(&answer.body).unwrap();
    let openapi = openapi();
    let described = |name: &str| -> BTreeSet<String> {
        openapi["components"]["schemas"][name]["properties"].as_object().unwrap().keys().cloned().collect()
    };
    let written = |value: &Value| -> BTreeSet<String> { value.as_object().unwrap().keys().cloned().collect() };
    let receipt = answer.json();
    let required = openapi["components"]["schemas"]["Receipt"]["required"].as_array().unwrap();
    assert_eq!(written(&receipt), required.iter().map(|name| name.as_str().unwrap().to_owned()).collect());
    let plain: BTreeSet<_> = described("Receipt").into_iter().filter(|name| name != "standing").collect();
    assert_eq!(written(&receipt), plain, "a user on no list, who won nothing limited");
    assert_eq!(written(&receipt["seed"]), described("ReceiptSeed"));
    assert!(written(&receipt["reason"]).is_subset(&described("ReceiptReason")));
    assert!(written(&receipt["value"]).is_subset(&described("ReceiptValue")));
}

/// The part of the reference that describes a route.
fn section(method: &str, path: &str) -> &'static str {
    let heading = format!("### `{method} {path}`\n");
    let start = REFERENCE.find(&heading).unwrap_or_else(|| panic!("docs/http-api.md has no heading {heading}"));
    let rest = &REFERENCE[start + heading.len()..];
    let end = rest.find("\n### ").or_else(|| rest.find("\n## ")).unwrap_or(rest.len());
    &rest[..end.min(rest.find("\n## ").unwrap_or(rest.len()))]
}

#[test]
fn the_reference_describes_every_route() {
    for route in routes() {
        let section = section(route.method.as_str(), route.path);
        let name = format!("docs/http-api.md, {} {}", route.method, route.path);
        let scope = match route.access {
            Access::Needs(scope) => format!("Scope: `{scope}`"),
            Access::SignedIn => "Scope: none, but a session".to_owned(),
            Access::Public => "Scope: none\n".to_owned(),
        };
        assert!(section.contains(&scope), "{name}: write {scope:?}");
        let marked = section.contains("`. End users: yes\n");
        assert_eq!(
            marked, route.users,
            "{name}: write \"End users: yes\" below the scope of routes that they may call"
        );
        let mut common = vec![Code::Internal, Code::TryAgain];
        if route.access != Access::Public {
            common.extend([Code::Unauthenticated, Code::Forbidden, Code::CsrfFailed]);
        }
        let refuses = section.split_once("\nRefuses: ").map_or("", |(_, rest)| rest.split("\n\n").next().unwrap());
        let written: BTreeSet<&str> = refuses.split('`').skip(1).step_by(2).collect();
        let codes = route.codes.iter().filter(|code| !common.contains(code)).map(|code| code.as_str());
        assert_eq!(written, codes.collect::<BTreeSet<_>>(), "{name}: the paragraph \"Refuses: \"");
        assert!(section.contains("```"), "{name}: give an example");
    }
}

#[test]
fn the_reference_describes_nothing_else() {
    let known: BTreeSet<_> = routes().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let written: BTreeSet<_> =
        REFERENCE.lines().filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`')).map(str::to_owned).collect();
    assert_eq!(written, known);
}

#[test]
fn the_reference_lists_every_code_with_its_status() {
    let rows: BTreeSet<(String, String)> = REFERENCE
        .lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.splitn(3, '|');
            let code = cells.next()?.trim().trim_end_matches('`').to_owned();
            let status = cells.next()?.trim().to_owned();
            status.parse::<u16>().ok()?;
            Some((code, status))
        })
        .collect();
    let known = Code::ALL.map(|code| (code.to_string(), code.status().as_u16().to_string()));
    assert_eq!(rows, BTreeSet::from(known));
}

#[test]
fn every_example_of_the_reference_is_json_of_the_described_shape() {
    let openapi = openapi();
    let mut examples = 0;
    for route in routes() {
        let operation = &openapi["paths"][route.path][route.method.as_str().to_lowercase()];
        for example in section(route.method.as_str(), route.path).split("```json\n").skip(1) {
            let example: Value = serde_json::from_str(example.split("```").next().unwrap()).unwrap();
            let answers = operation["responses"].as_object().unwrap();
            let good = answers.iter().find(|(status, _)| status.starts_with('2')).unwrap().1;
            let schema = &good["content"]["application/json"]["schema"];
            assert_conforms(schema, &example, &format!("{} {}", route.method, route.path));
            examples += 1;
        }
    }
    assert!(examples > 20, "{examples}");
}
