//! What a connection was told: plain settings and secrets, kept apart.
//!
//! Settings may be stored in the clear and shown on screen. Secrets are only ever handed over to
//! the adapter that signs or authenticates with them; `Debug` shows their names, nothing more.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// The settings of a connection that are no secret, already validated.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// By the key of [`crate::catalogue::Field`].
    pub fields: BTreeMap<String, String>,
    /// Overridden host addresses by variable (`api`), path prefix kept, without a trailing `/`.
    #[serde(default)]
    pub urls: BTreeMap<String, String>,
}

impl Settings {
    /// A field that is set and not empty.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.fields.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// The secrets of a connection, by the key of their field.
///
/// `<key>_previous` is the secret that was replaced last: signatures made with it are still
/// accepted, because providers keep signing with the old one while a rotation is under way.
#[derive(Clone, Default)]
pub struct Secrets(BTreeMap<String, SecretString>);

impl Secrets {
    /// None at all.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds or replaces one.
    pub fn insert(&mut self, key: impl Into<String>, secret: SecretString) {
        self.0.insert(key.into(), secret);
    }

    /// A secret that is set and not empty.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty())
    }

    /// The names of those that are set and not empty.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str).filter(|key| self.get(key).is_some())
    }

    /// The secret in use and then the one it replaced.
    pub(crate) fn current_and_previous(&self, key: &str) -> Vec<&str> {
        [self.get(key), self.get(&format!("{key}_previous"))].into_iter().flatten().collect()
    }
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Secrets {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(k, v)| (k.into(), SecretString::from(v.into()))).collect())
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_names_of_secrets_and_never_their_values() {
        let secrets: Secrets = [("auth_token", "hunter2-hunter2")].into_iter().collect();
        let shown = format!("{secrets:?}");
        assert!(shown.contains("auth_token"), "{shown}");
        assert!(!shown.contains("hunter2"), "a secret in Debug ends in a log: {shown}");
    }

    #[test]
    fn an_empty_secret_counts_as_none() {
        let secrets: Secrets = [("auth_token", "")].into_iter().collect();
        assert_eq!(secrets.get("auth_token"), None);
        assert_eq!(secrets.keys().count(), 0);
    }
}
