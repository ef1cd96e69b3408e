//! Third parties as the settings name them: where they are, what signs calls to them, and whether they may be called at all.

use std::collections::BTreeSet;
use std::net::IpAddr;

use reqwest::Url;

use super::guard::{NotPublic, is_public};
use super::signature::Secret;
use crate::config::{ConfigError, EndpointConfig};

/// Reads an endpoint. Its secret is not repeated in what is wrong with it.
pub(super) fn parse(name: &str, endpoint: &EndpointConfig) -> Result<(Url, Secret), ConfigError> {
    let bad_url = |why: &str| unusable(name, &format!("url {why}"));
    let url: Url = endpoint.url.parse().map_err(|_| bad_url("is not a URL such as https://partner.example/awards"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad_url("must begin with https:// or http://"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad_url("must not carry a user name or password: deliveries are signed"));
    }
    let secret = endpoint.secret.parse().map_err(|error| unusable(name, &format!("secret {error}")))?;
    Ok((url, secret))
}

/// Entries as URLs spell hosts: lower case, IPv6 in brackets.
pub(super) fn allowed_hosts(entries: &[String]) -> Result<BTreeSet<String>, ConfigError> {
    entries
        .iter()
        .map(|entry| {
            let parts = entry.rsplit_once(':').filter(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok());
            let url = parts.and_then(|_| format!("http://{entry}/").parse::<Url>().ok());
            url.map(|url| host_and_port(&url)).ok_or_else(|| ConfigError::Value {
                key: "webhook.allow_hosts",
                message: format!("{entry:?} must be \"host:port\", such as \"localhost:8090\""),
            })
        })
        .collect()
}

/// The host with its port, as `webhook.allow_hosts` lists it.
pub(super) fn host_and_port(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default())
}

/// Refuses an address that is not public. Names are looked at when they are resolved.
pub(super) fn check_literal(url: &Url) -> Result<(), NotPublic> {
    let host = url.host_str().unwrap_or_default();
    let literal = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    match literal {
        Ok(address) if !is_public(address) => Err(NotPublic { host: host.to_owned() }),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// What is wrong with an endpoint.
pub(super) fn unusable(name: &str, why: &dyn std::fmt::Display) -> ConfigError {
    ConfigError::Value { key: "webhook.endpoints", message: format!("{name}: {why}") }
}
