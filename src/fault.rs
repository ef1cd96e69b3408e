//! Failures: something broke, as opposed to an expected "no".

use std::error::Error as StdError;

use crate::domain::refusal::Refusal;

/// A failure, named for the operation that failed. It carries its cause and is logged once, where it is handled.
#[derive(Debug, thiserror::Error)]
#[error("could not {doing}: {cause}")]
pub struct Fault {
    /// What was being done, as a phrase: `read the catalog`.
    pub doing: &'static str,
    /// What went wrong.
    #[source]
    pub cause: Box<dyn StdError + Send + Sync>,
}

impl Fault {
    /// Names the operation that failed with `cause`. Made to be used as `.map_err(Fault::doing("read the catalog"))`.
    pub fn doing<E: Into<Box<dyn StdError + Send + Sync>>>(doing: &'static str) -> impl FnOnce(E) -> Self {
        move |cause| Self { doing, cause: cause.into() }
    }
}

/// Why a verb of the product did not give an answer: an expected "no", or a failure.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An expected "no".
    #[error(transparent)]
    Refusal(#[from] Refusal),
    /// A failure.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What a verb of the product gives.
pub type Result<T, E = Error> = std::result::Result<T, E>;
