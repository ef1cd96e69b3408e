//! Operators: who they are, what they may do, and who may change that.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::App;
use crate::domain::bucket::Bucket;
use crate::domain::id::{OperatorId, UserId};
use crate::domain::operator::{Operator, OperatorName, Password, Role};
use crate::domain::principal::Principal;
use crate::domain::refusal::Refusal;
use crate::fault::Result;
use crate::store::operators::{Added, NewOperator, OperatorChanged, OperatorWish};

/// What is to be different about an operator, as somebody asks for it. What is absent stays.
#[derive(Debug, Clone, Default)]
pub struct OperatorChange {
    /// What they may do.
    pub role: Option<Role>,
    /// Whether they may no longer sign in.
    pub disabled: Option<bool>,
    /// What they prove themselves with. Ends their sessions and their lock.
    pub password: Option<Password>,
}

impl App {
    /// Adds an operator. Nobody gives a role that may do more than they may themselves.
    ///
    /// # Errors
    /// A refusal where the name is taken or the role is beyond the asker; a fault of the store.
    pub async fn add_operator(
        &self,
        by: &Principal,
        name: OperatorName,
        role: Role,
        password: &Password,
    ) -> Result<Operator> {
        within(by, role)?;
        let password_hash = self.hash_password(password).await?;
        let owner = UserId::new("operators").expect("a fixed valid id");
        let operator_id = OperatorId::from_ulid(self.inner.sources.ids.mint(Bucket::of(&owner)));
        let new = NewOperator { operator_id, name, role, password_hash };
        match self.inner.store.add_operator(&new, &self.change(&by.actor)).await? {
            Added::Operator(operator) => Ok(operator),
            Added::NameTaken => {
                let message = format!("there is an operator {:?} already; choose another name", new.name.as_str());
                Err(Refusal::Conflict { message }.into())
            }
        }
    }

    /// All operators, oldest first.
    ///
    /// # Errors
    /// A fault of the store.
    pub async fn operators(&self) -> Result<Vec<Operator>> {
        let now = self.inner.sources.now();
        let operators = self.inner.store.operators().await?.into_iter();
        let over = |locked_until: Option<_>| locked_until.filter(|until| *until > now);
        Ok(operators.map(|operator| Operator { locked_until: over(operator.locked_until), ..operator }).collect())
    }

    /// Changes an operator. Nobody changes an operator who may do more than they may themselves, or makes one so. Repeating it
    /// changes nothing more.
    ///
    /// # Errors
    /// A refusal where the operator is unknown, is or would be beyond the asker, or is the last admin who may sign in; a fault
    /// of the store.
    pub async fn change_operator(
        &self,
        by: &Principal,
        operator_id: OperatorId,
        change: &OperatorChange,
    ) -> Result<Operator> {
        let unknown = || Refusal::Unknown { what: "operator", id: operator_id.to_string() };
        let before = self.inner.store.operator(operator_id).await?.ok_or_else(unknown)?;
        within(by, before.role)?;
        within(by, change.role.unwrap_or(before.role))?;
        let password_hash = match &change.password {
            Some(password) => Some(self.hash_password(password).await?),
            None => None,
        };
        let wish = OperatorWish { role: change.role, disabled: change.disabled, password_hash };
        match self.inner.store.change_operator(operator_id, &wish, &self.change(&by.actor)).await? {
            OperatorChanged::Operator(operator) => Ok(operator),
            OperatorChanged::Unknown => Err(unknown().into()),
            OperatorChanged::LastAdmin => {
                let message = format!(
                    "{} is the last admin who may sign in; give somebody else the role admin first",
                    before.name
                );
                Err(Refusal::Conflict { message }.into())
            }
        }
    }

    /// A password nobody can guess, for somebody who did not choose one.
    pub fn made_password(&self) -> Password {
        let mut bytes = [0; 18];
        self.inner.sources.chance.fill(&mut bytes);
        Password::new(&URL_SAFE_NO_PAD.encode(bytes)).expect("24 characters are within the bounds")
    }
}

/// Refuses a role that may do what the asker may not.
fn within(by: &Principal, role: Role) -> Result<(), Refusal> {
    by.lacks(&role.scopes()).map_or(Ok(()), |scope| Err(Refusal::Forbidden { scope }))
}
