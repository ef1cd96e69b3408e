//! Hashing passwords: slow on purpose, so a few at a time and beside the threads that serve.

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc};
use argon2::{Argon2, password_hash};
use tokio::sync::Semaphore;

use super::App;
use crate::domain::operator::{Password, PasswordHash};
use crate::domain::refusal::Refusal;
use crate::fault::{Fault, Result};

/// Passwords that are hashed at the same time: each takes some 20 MB and a whole core.
const AT_ONCE: usize = 2;
/// Passwords that wait for their turn at most; more are answered with `try_again` at once.
const WAITING_MAX: usize = 32;
/// A hash that no password has, with the costs of a real one: whoever guesses names waits as long for one that is not there.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Turns at hashing.
pub(super) struct Turns {
    waiting: Semaphore,
    at_once: Semaphore,
}

impl Default for Turns {
    fn default() -> Self {
        Self { waiting: Semaphore::new(WAITING_MAX), at_once: Semaphore::new(AT_ONCE) }
    }
}

impl App {
    /// The hash of a password, with a salt of its own.
    pub(super) async fn hash_password(&self, password: &Password) -> Result<PasswordHash> {
        let mut salt = [0; 16];
        self.inner.sources.chance.fill(&mut salt);
        let password = password.clone();
        let hashed = self.in_turn(move || hash(password.bytes(), &salt)).await?;
        Ok(hashed.map_err(Fault::doing("hash a password"))?)
    }

    /// Whether a password has this hash. Without a hash it takes as long, and the answer is no.
    pub(super) async fn password_fits(&self, password: &str, hash: Option<&PasswordHash>) -> Result<bool> {
        // Longer than any that is kept: whatever it is, it is wrong.
        let too_long = password.chars().count() > *Password::CHARS.end();
        let hash = hash.filter(|_| !too_long).map_or_else(|| NOBODYS.to_owned(), |hash| hash.0.clone());
        let password = if too_long { String::new() } else { password.to_owned() };
        let fits = self.in_turn(move || fits(password.as_bytes(), &hash)).await?;
        Ok(fits.map_err(Fault::doing("compare a password"))?)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let turns = &self.inner.turns;
        let _waits = turns.waiting.try_acquire().map_err(|_| Refusal::TryAgain)?;
        let turn = turns.at_once.acquire().await.map_err(Fault::doing("wait for a turn at hashing"))?;
        let done = tokio::task::spawn_blocking(work).await.map_err(Fault::doing("hash a password"))?;
        drop(turn);
        Ok(done)
    }
}

fn hash(password: &[u8], salt: &[u8]) -> Result<PasswordHash, password_hash::Error> {
    let hash: phc::PasswordHash = Argon2::default().hash_password_with_salt(password, salt)?;
    Ok(PasswordHash(hash.to_string()))
}

fn fits(password: &[u8], hash: &str) -> Result<bool, password_hash::Error> {
    match Argon2::default().verify_password(password, hash) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_fits_its_password_alone_and_nobodys_fits_none() {
        let hash = hash(b"correct horse", &[7; 16]).expect("hashed").0;
        let costs = |phc: &str| phc.rsplitn(3, '$').last().map(str::to_owned);
        assert_eq!(costs(&hash), costs(NOBODYS), "names that are not there cost the same");
        assert_eq!(hash.len(), NOBODYS.len());
        assert!(fits(b"correct horse", &hash).expect("compared"));
        assert!(!fits(b"correct house", &hash).expect("compared"));
        assert!(!fits(b"", NOBODYS).expect("compared"));
        assert!(fits(b"x", "not a hash").is_err());
    }
}
