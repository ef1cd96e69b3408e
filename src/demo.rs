//! What a newcomer finds after `make run`: a campaign, a receiver for its third-party awards, a key, three commands.

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::app::{App, GuestRules};
use crate::clock::Sources;
use crate::config::{Config, DEMO_ENDPOINT, EndpointConfig};
use crate::dispatch::receiver::Receiver;
use crate::domain::api_key::Scope;
use crate::domain::document::{self, Format};
use crate::domain::id::{ActivityId, SkuId};
use crate::domain::operator::{OperatorName, Password, Role};
use crate::domain::refusal::Refusal;
use crate::fault::{Error, Fault, Result};

/// The sample campaign that people copy.
const CAMPAIGN: &str = include_str!("../campaigns/demo-100301.toml");
/// Its activity.
pub const ACTIVITY: &str = "100301";
/// Where a secret that was made here is kept between starts.
const KEY_FILE: &str = "demo-api-key";
/// Where the password of its operator that was made here is kept between starts.
const PASSWORD_FILE: &str = "demo-operator-password";
/// The operator of the demo.
const OPERATOR: &str = "admin";
/// What guests are granted when they first sign in: draws enough for ten at once.
const GUEST_SKU: &str = "9013";
const GUEST_GRANTS: u32 = 2;
/// Names a secret that the user chose.
pub const KEY_VARIABLE: &str = "BIG_MARKET_DEMO_API_KEY";
/// Tells a server that the demo was prepared by another process, so that it signs guests in.
pub const GUESTS_VARIABLE: &str = "BIG_MARKET_DEMO_GUESTS";

/// Binds the receiver and adds it to the settings as the endpoint `demo`.
///
/// # Errors
/// A fault where its address is taken.
pub async fn bind_receiver(config: &mut Config, sources: &Sources) -> Result<Receiver, Fault> {
    let mut bytes = [0; 32];
    sources.chance.fill(&mut bytes);
    let secret = format!("whsec_{}", STANDARD.encode(bytes));
    let receiver = Receiver::bind(config.demo.receiver_listen, &secret, sources.clone()).await?;
    let address = receiver.address();
    let endpoint = EndpointConfig { url: format!("http://{address}/awards"), secret, reserve: false };
    config.webhook.endpoints.insert(DEMO_ENDPOINT.into(), endpoint);
    config.webhook.allow_hosts.push(address.to_string());
    Ok(receiver)
}

/// How guests of the draw page begin.
pub fn guests() -> GuestRules {
    GuestRules {
        activity_id: ActivityId::new(ACTIVITY).expect("a fixed valid id"),
        sku: SkuId::new(GUEST_SKU).expect("a fixed valid id"),
        grants: GUEST_GRANTS,
    }
}

/// What a newcomer gets in with.
#[derive(Clone, PartialEq, Eq)]
pub struct Access {
    /// The secret of an API key with every scope.
    pub secret: String,
    /// The password of the operator `admin`, where it was made here. They may have changed it since.
    pub operator_password: Option<String>,
}

/// Publishes the demo campaign and adds an operator where they do not exist yet, and gives what a newcomer gets in with.
///
/// # Errors
/// A fault of the store or of the file system, or where the chosen secret is too short.
pub async fn prepare(app: &App, chosen_secret: Option<String>) -> Result<Access> {
    let activity_id = ActivityId::new(ACTIVITY).expect("a fixed valid id");
    match app.current(&activity_id).await {
        Ok(_) => {}
        Err(Error::Refusal(Refusal::Unknown { .. })) => {
            let document = document::parse(CAMPAIGN, Format::Toml)
                .map_err(|error| Fault { doing: "read the demo campaign", cause: error.to_string().into() })?;
            app.publish(document, "demo").await?;
        }
        Err(error) => return Err(error),
    }
    let operator_password = prepare_operator(app).await?;
    let secret = prepare_key(app, chosen_secret).await?;
    Ok(Access { secret, operator_password })
}

/// Adds the demo's operator where nobody has the name. Gives the password that was made for it, as far as this knows it.
async fn prepare_operator(app: &App) -> Result<Option<String>> {
    let name = OperatorName::new(OPERATOR).expect("a fixed valid name");
    let file = app.config().store.data_dir.join(PASSWORD_FILE);
    let kept = kept_secret(&file).map_err(Fault::doing("read the password of the demo's operator"))?;
    if app.operators().await?.iter().any(|operator| operator.name == name) {
        return Ok(kept);
    }
    let kept = kept.and_then(|text| Password::new(&text).ok());
    let password = kept.unwrap_or_else(|| app.made_password());
    let text = String::from_utf8_lossy(password.bytes()).into_owned();
    // Kept before it is used: nobody could sign in with a password that was lost.
    keep_secret(&file, &text).map_err(Fault::doing("keep the password of the demo's operator"))?;
    app.add_operator(&"demo".into(), name, Role::Admin, &password).await?;
    Ok(Some(text))
}

async fn prepare_key(app: &App, chosen_secret: Option<String>) -> Result<String> {
    if let Some(secret) = chosen_secret {
        let taken = take_secret(app, &secret).await;
        taken.map_err(Fault::doing("take the API key of the demo from BIG_MARKET_DEMO_API_KEY"))?;
        return Ok(secret);
    }
    let file = app.config().store.data_dir.join(KEY_FILE);
    // One that was revoked is worth nothing for good: another takes its place.
    if let Some(secret) = kept_secret(&file).map_err(Fault::doing("read the demo's API key"))?
        && take_secret(app, &secret).await.is_ok()
    {
        return Ok(secret);
    }
    let made = app.create_api_key(None, "demo", Scope::ALL.into()).await?;
    keep_secret(&file, &made.secret).map_err(Fault::doing("keep the demo's API key"))?;
    Ok(made.secret)
}

/// Makes a key with this secret where there is none yet.
async fn take_secret(app: &App, secret: &str) -> Result<()> {
    if app.authenticate(secret).await.is_ok() {
        return Ok(());
    }
    app.keep_api_key("demo", Scope::ALL.into(), secret).await?;
    match app.authenticate(secret).await {
        Err(Error::Refusal(Refusal::Unauthenticated)) => {
            Err(Refusal::Conflict { message: "this key was revoked; choose another".into() }.into())
        }
        found => found.map(drop),
    }
}

fn kept_secret(file: &Path) -> std::io::Result<Option<String>> {
    match std::fs::read_to_string(file) {
        Ok(secret) => Ok(Some(secret.trim().to_owned()).filter(|secret| !secret.is_empty())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn keep_secret(file: &Path, secret: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    writeln!(options.open(file)?, "{secret}")
}

/// What is printed: the address, the key, the operator, and three commands that work as printed.
pub fn welcome(address: SocketAddr, access: &Access) -> String {
    let Access { secret, operator_password } = access;
    let operator = operator_password
        .as_ref()
        .map_or_else(String::new, |password| format!("Operator: {OPERATOR}, password as made here: {password}\n"));
    let headers = format!("-H 'Authorization: Bearer {secret}'");
    let write = format!("{headers} -H 'Content-Type: application/json' -H \"Idempotency-Key: $(date +%s%N)\"");
    let activity = format!("http://{address}/v1/activities/{ACTIVITY}");
    format!(
        "\nbig-market serves http://{address} with the demo campaign {ACTIVITY}\n\
         Draw page: http://{address}/?activity={ACTIVITY}\n\
         Console: http://{address}/console\n\
         API key: {secret}\n\
         {operator}\n\
         Give ann five draws, draw once, and see what became of the prize:\n\n\
         curl -sS -X POST {activity}/recharges {write} -d '{{\"user_id\":\"ann\",\"sku\":\"9013\"}}'\n\
         curl -sS -X POST {activity}/draws {write} -d '{{\"user_id\":\"ann\"}}'\n\
         curl -sS http://{address}/v1/users/ann/awards {headers}\n"
    )
}
