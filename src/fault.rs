//! Failures: something broke, as opposed to an expected "no".

use std::error::Error as StdError;

use crate::domain::refusal::Refusal;
use crate::store::{Moving, NotHome};

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

    /// Whether the same may well go another way soon, because a database or Redis could not be reached, was stopping, or had somebody
    /// else in the way. Whoever asked can ask again.
    pub fn may_pass(&self) -> bool {
        let mut next: Option<&(dyn StdError + 'static)> = Some(&*self.cause);
        while let Some(cause) = next {
            let passes = cause.downcast_ref().is_some_and(database_may_be_back)
                || cause.downcast_ref().is_some_and(redis_may_be_back)
                || cause.is::<NotHome>()
                || cause.is::<Moving>()
                || cause.downcast_ref::<Self>().is_some_and(Self::may_pass);
            if passes {
                return true;
            }
            next = cause.source();
        }
        false
    }
}

/// Conditions of Postgres that pass: a server that stops or starts, too many connections, a deadlock, a lock not had in time.
const PASSING_STATES: [&str; 8] = ["57P01", "57P02", "57P03", "53300", "40001", "40P01", "55P03", "57014"];

fn database_may_be_back(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| PASSING_STATES.contains(&code.as_ref())),
        _ => false,
    }
}

fn redis_may_be_back(error: &redis::RedisError) -> bool {
    use redis::{ErrorKind, ServerErrorKind};
    let server_is_busy = matches!(
        error.kind(),
        ErrorKind::Server(
            ServerErrorKind::BusyLoading
                | ServerErrorKind::MasterDown
                | ServerErrorKind::ReadOnly
                | ServerErrorKind::TryAgain
                | ServerErrorKind::ClusterDown
        )
    );
    server_is_busy || error.is_io_error() || error.is_unrecoverable_error()
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

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn may_pass(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> bool {
        Fault::doing("do this")(cause).may_pass()
    }

    #[test]
    fn what_is_away_for_a_while_passes_and_what_is_wrong_does_not() {
        let cut = || io::Error::from(io::ErrorKind::ConnectionReset);
        assert!(may_pass(sqlx::Error::Io(cut())) && may_pass(sqlx::Error::PoolTimedOut));
        assert!(may_pass(redis::RedisError::from(cut())));
        assert!(may_pass(NotHome) && may_pass(Moving));
        assert!(may_pass(Fault::doing("do that")(sqlx::Error::PoolTimedOut)), "a fault within a fault");
        assert!(!may_pass(sqlx::Error::RowNotFound) && !may_pass("a sentence"));
        assert!(!may_pass(redis::RedisError::from((redis::ErrorKind::UnexpectedReturnType, "not a number"))));
    }
}
