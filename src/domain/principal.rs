//! Who asks, and what they may do.

use std::collections::BTreeSet;

use super::api_key::Scope;
use super::audit::Actor;

/// Who asks for something: a server of the business, a person who signed in, an end user, or the product itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// What the record of a change names.
    pub actor: Actor,
    /// What people call it.
    pub name: String,
    /// What it may do. Nobody gives away more than that.
    pub scopes: BTreeSet<Scope>,
}

impl Principal {
    /// The first of these scopes that it lacks.
    pub fn lacks(&self, scopes: &BTreeSet<Scope>) -> Option<Scope> {
        scopes.difference(&self.scopes).next().copied()
    }
}

impl From<&'static str> for Principal {
    /// The product itself, in a word such as `demo`. It may do everything.
    fn from(word: &'static str) -> Self {
        Self { actor: Actor::System(word), name: word.to_owned(), scopes: Scope::ALL.into() }
    }
}
