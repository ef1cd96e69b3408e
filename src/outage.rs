//! Which failures pass by themselves: the one place that knows what libraries say of services that are away for a while.

use std::error::Error as StdError;

use crate::fault::Fault;
use crate::store::{Moving, NotHome};

/// Whether the same may well go another way soon, because a database or Redis could not be reached, was stopping, or had somebody
/// else in the way. Whoever asked can ask again.
pub fn may_pass(fault: &Fault) -> bool {
    let mut next: Option<&(dyn StdError + 'static)> = Some(&*fault.cause);
    while let Some(cause) = next {
        let passes = cause.downcast_ref().is_some_and(database_may_be_back)
            || cause.downcast_ref().is_some_and(redis_may_be_back)
            || cause.is::<NotHome>()
            || cause.is::<Moving>()
            || cause.downcast_ref().is_some_and(may_pass);
        if passes {
            return true;
        }
        next = cause.source();
    }
    false
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
    let server_is_busy = matches!(
        error.kind(),
        redis::ErrorKind::Server(
            redis::ServerErrorKind::BusyLoading
                | redis::ServerErrorKind::MasterDown
                | redis::ServerErrorKind::ReadOnly
                | redis::ServerErrorKind::TryAgain
                | redis::ServerErrorKind::ClusterDown
        )
    );
    server_is_busy || error.is_io_error() || error.is_unrecoverable_error()
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;

    fn passes(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> bool {
        may_pass(&Fault::doing("do this")(cause))
    }

    #[test]
    fn what_is_away_for_a_while_passes_and_what_is_wrong_does_not() {
        let cut = || io::Error::from(io::ErrorKind::ConnectionReset);
        assert!(passes(sqlx::Error::Io(cut())) && passes(sqlx::Error::PoolTimedOut));
        assert!(passes(redis::RedisError::from(cut())));
        assert!(passes(NotHome) && passes(Moving));
        assert!(passes(Fault::doing("do that")(sqlx::Error::PoolTimedOut)), "a fault within a fault");
        assert!(!passes(sqlx::Error::RowNotFound) && !passes("a sentence"));
        assert!(!passes(redis::RedisError::from((redis::ErrorKind::UnexpectedReturnType, "not a number"))));
    }
}
