//! Signing in and out, and what a session is good for.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::App;
use crate::domain::audit::Actor;
use crate::domain::calendar::Timestamp;
use crate::domain::operator::{Lockout, Operator, OperatorName, Password, PasswordHash, Session, SessionHash};
use crate::domain::refusal::Refusal;
use crate::fault::Result;
use crate::store::operators::{Attempt, NewPassword, NewSession};

/// Names nobody has whose tries are remembered at most.
const STRANGERS_MAX: usize = 10_000;
/// A session's last use is noted once in this part of the time after which it would be idle.
const TOUCHES_PER_IDLE: i32 = 60;

/// Tries at names that nobody has. They are locked as those of operators are: a lock must not tell which names there are.
#[derive(Default)]
pub(super) struct Strangers {
    tried: Mutex<HashMap<String, (u32, Option<Timestamp>)>>,
}

impl Strangers {
    /// Counts a try, or says until when none is looked at.
    fn begin(&self, name: &OperatorName, lockout: &Lockout, now: Timestamp) -> Option<Timestamp> {
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        if tried.len() >= STRANGERS_MAX {
            tried.clear();
        }
        let (attempts, locked_until) = tried.entry(name.folded()).or_default();
        if let Some(until) = locked_until.filter(|until| *until > now) {
            return Some(until);
        }
        *attempts = attempts.saturating_add(1);
        *locked_until = lockout.locked_until(*attempts, now);
        None
    }
}

/// A session with the token that is sent this once.
pub struct SignedIn {
    /// Who signed in.
    pub operator: Operator,
    /// What the browser keeps in its cookie.
    pub token: String,
    /// When the session ends, used or not.
    pub expires_at: Timestamp,
}

impl App {
    /// Begins a session for an operator who knows the password. A try counts before the password is looked at, so that no
    /// number of tries side by side gets more than those one after the other.
    ///
    /// # Errors
    /// [`Refusal::Unauthenticated`] where name or password is wrong, without saying which; [`Refusal::TooManyAttempts`] while
    /// the name is locked, whatever the password; [`Refusal::TryAgain`] where too many wait; a fault of the store.
    pub async fn sign_in(&self, name: &str, password: &str) -> Result<SignedIn> {
        let Ok(name) = OperatorName::new(name) else { return Err(Refusal::Unauthenticated.into()) };
        let compared = self.begin_attempt(&name).await?;
        let fits = self.password_fits(password, compared.as_ref().map(|(_, hash)| hash)).await?;
        let (Some((operator, password_hash)), true) = (compared, fits) else {
            return Err(Refusal::Unauthenticated.into());
        };
        let mut bytes = [0; 32];
        self.inner.sources.chance.fill(&mut bytes);
        let token = URL_SAFE_NO_PAD.encode(bytes);
        let now = self.inner.sources.now();
        let expires_at = now + TimeDelta::seconds(self.inner.config.operators.session_seconds.into());
        let new = NewSession {
            hash: SessionHash::of(&token),
            operator_id: operator.operator_id,
            password_hash,
            expires_at,
            idle_since: self.idle_since(now),
        };
        let change = self.change(&Actor::Operator(operator.operator_id));
        if !self.inner.store.begin_session(&new, &change).await? {
            return Err(Refusal::Unauthenticated.into());
        }
        tracing::info!(operator.id = %operator.operator_id, "operator {} signed in", operator.name);
        Ok(SignedIn { operator: Operator { locked_until: None, ..operator }, token, expires_at })
    }

    /// The session that a token belongs to. It counts as used.
    ///
    /// # Errors
    /// [`Refusal::Unauthenticated`] where there is none, it ended or was idle for too long, or its operator was disabled; a
    /// fault of the store.
    pub async fn session(&self, token: &str) -> Result<Session> {
        let (hash, now) = (SessionHash::of(token), self.inner.sources.now());
        let session = self.inner.store.session(hash, now, self.idle_since(now)).await?;
        let session = session.ok_or(Refusal::Unauthenticated)?;
        if now - session.last_seen_at >= self.idle_time() / TOUCHES_PER_IDLE {
            self.inner.store.touch_session(hash, now).await?;
        }
        Ok(session)
    }

    /// Ends a session. Repeating it changes nothing.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn sign_out(&self, session: &Session) -> Result<()> {
        let change = self.change(&Actor::Operator(session.operator.operator_id));
        Ok(self.inner.store.end_session(session.hash, &change).await?)
    }

    /// Gives an operator another password and ends the other sessions. Wrong passwords count as at signing in.
    ///
    /// # Errors
    /// A refusal where the old password is wrong or too many were tried; a fault of the store.
    pub async fn replace_password(&self, session: &Session, old: &str, new: &Password) -> Result<()> {
        let wrong = || Refusal::invalid("password", "is not your password; send the one you signed in with");
        let operator = &session.operator;
        let compared = self.begin_attempt(&operator.name).await?;
        let fits = self.password_fits(old, compared.as_ref().map(|(_, hash)| hash)).await?;
        let (Some((_, from)), true) = (compared, fits) else { return Err(wrong().into()) };
        let to = self.hash_password(new).await?;
        let new = NewPassword { operator_id: operator.operator_id, from, to, session: session.hash };
        let change = self.change(&Actor::Operator(operator.operator_id));
        if self.inner.store.replace_password(&new, &change).await? { Ok(()) } else { Err(wrong().into()) }
    }

    /// What to compare a password with: nothing, where nobody who may sign in has the name.
    async fn begin_attempt(&self, name: &OperatorName) -> Result<Option<(Operator, PasswordHash)>> {
        let config = &self.inner.config.operators;
        let lockout = Lockout {
            attempts_max: config.attempts_max,
            first_seconds: config.lockout_seconds,
            seconds_max: config.lockout_seconds_max,
        };
        let change = self.change(&Actor::System("sign-in"));
        let locked_until = match self.inner.store.begin_attempt(name, &lockout, &change).await? {
            Attempt::Compare(operator, hash) => return Ok(Some((operator, hash))),
            Attempt::Nobody => self.inner.strangers.begin(name, &lockout, change.at),
            Attempt::Locked(until) => Some(until),
        };
        locked_until.map_or(Ok(None), |until| {
            // Rounded up: a caller who waits so long is not told to wait again.
            let seconds = ((until - change.at).num_milliseconds() + 999) / 1000;
            Err(Refusal::TooManyAttempts { wait_seconds: u32::try_from(seconds).unwrap_or(u32::MAX) }.into())
        })
    }

    fn idle_time(&self) -> TimeDelta {
        TimeDelta::seconds(self.inner.config.operators.idle_seconds.into())
    }

    fn idle_since(&self, now: Timestamp) -> Timestamp {
        now - self.idle_time()
    }
}

/// What a page sends with everything it changes, to show that it could read the answer to signing in. Made of the session's
/// token, so that it is the session's own and need not be kept.
pub fn csrf_token(session_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(csrf_mac(session_token).finalize().into_bytes())
}

/// Whether a page sent the session's own token. Takes as long wherever the first difference is.
pub fn csrf_fits(session_token: &str, sent: &str) -> bool {
    let Ok(sent) = URL_SAFE_NO_PAD.decode(sent) else { return false };
    csrf_mac(session_token).verify_slice(&sent).is_ok()
}

fn csrf_mac(session_token: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(session_token.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(b"big-market csrf");
    mac
}
