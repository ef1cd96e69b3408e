//! The port for operators and their sessions.

use async_trait::async_trait;

use super::Stored;
use crate::domain::audit::Change;
use crate::domain::calendar::Timestamp;
use crate::domain::id::OperatorId;
use crate::domain::operator::{Lockout, Operator, OperatorName, PasswordHash, Role, Session, SessionHash};

/// An operator about to be added.
#[derive(Debug, Clone)]
pub struct NewOperator {
    /// The person.
    pub operator_id: OperatorId,
    /// What they are called.
    pub name: OperatorName,
    /// What they may do.
    pub role: Role,
    /// What their password is checked against.
    pub password_hash: PasswordHash,
}

/// What became of adding an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// The operator is there.
    Operator(Operator),
    /// Somebody else has the name; nothing was written.
    NameTaken,
}

/// What is to be different about an operator. What is absent stays.
#[derive(Debug, Clone, Default)]
pub struct OperatorWish {
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they may no longer sign in.
    pub disabled: Option<bool>,
    /// What their password is checked against.
    pub password_hash: Option<PasswordHash>,
}

/// What became of changing an operator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperatorChanged {
    /// As the operator is since.
    Operator(Operator),
    /// There is no such operator.
    Unknown,
    /// Nobody could change operators any more; nothing was written.
    LastAdmin,
}

/// What a try at a password may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// Nobody who may sign in has this name.
    Nobody,
    /// Too many were tried: nothing is looked at until then.
    Locked(Timestamp),
    /// Compare with this. The try is counted already.
    Compare(Operator, PasswordHash),
}

/// A session about to begin.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// What the session is known by.
    pub hash: SessionHash,
    /// Who signs in.
    pub operator_id: OperatorId,
    /// The hash that the password was compared with.
    pub password_hash: PasswordHash,
    /// When it ends, used or not.
    pub expires_at: Timestamp,
    /// Sessions of the operator that were not used since then are over and are forgotten.
    pub idle_since: Timestamp,
}

/// A password about to be replaced by its owner.
#[derive(Debug, Clone)]
pub struct NewPassword {
    /// Whose.
    pub operator_id: OperatorId,
    /// The hash that the old password was compared with.
    pub from: PasswordHash,
    /// The hash of the new one.
    pub to: PasswordHash,
    /// The one session that goes on.
    pub session: SessionHash,
}

/// What is remembered of operators.
#[async_trait]
pub trait OperatorStore {
    /// Adds an operator whose name nobody has. The same operator again changes nothing.
    async fn add_operator(&self, new: &NewOperator, change: &Change) -> Stored<Added>;

    /// All operators, oldest first.
    async fn operators(&self) -> Stored<Vec<Operator>>;

    /// One operator.
    async fn operator(&self, operator_id: OperatorId) -> Stored<Option<Operator>>;

    /// Gives an operator another role or password, or lets them sign in or not. The last admin who may sign in stays one. A new
    /// password ends the operator's sessions and lock, and so does the end of their account end their sessions. What is so
    /// already is not recorded as a change; a password always is.
    async fn change_operator(
        &self,
        operator_id: OperatorId,
        wish: &OperatorWish,
        change: &Change,
    ) -> Stored<OperatorChanged>;

    /// Counts a try at a password before it is looked at, so that tries side by side count as those one after the other, and
    /// sets the lock that follows if it should be wrong. Each call counts.
    async fn begin_attempt(&self, name: &OperatorName, lockout: &Lockout, change: &Change) -> Stored<Attempt>;

    /// Begins a session for a password that was right: tries are counted from none again. Nothing happens, and the answer is
    /// no, where the operator was disabled or given another password meanwhile. The same session again changes nothing.
    async fn begin_session(&self, new: &NewSession, change: &Change) -> Stored<bool>;

    /// The session, where it has not ended, was used since `idle_since`, and its operator may still sign in.
    async fn session(&self, hash: SessionHash, now: Timestamp, idle_since: Timestamp) -> Stored<Option<Session>>;

    /// Notes that a session is used. A later note stays.
    async fn touch_session(&self, hash: SessionHash, now: Timestamp) -> Stored<()>;

    /// Ends a session. One that is not there changes nothing.
    async fn end_session(&self, hash: SessionHash, change: &Change) -> Stored<()>;

    /// Replaces a password that was compared, ends the operator's other sessions, and counts tries from none. The answer is
    /// no, and nothing happens, where the password is another one meanwhile.
    async fn replace_password(&self, new: &NewPassword, change: &Change) -> Stored<bool>;
}
