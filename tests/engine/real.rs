//! A home that speaks the real wire to providers on this machine: what the tests that start
//! processes of their own have in common.

pub(crate) mod clock;
pub(crate) mod keys;
pub(crate) mod peer;
pub(crate) mod wire;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use secrecy::SecretString;
use signalbox_domain::{Clock, ConnectionId, Environment};
use signalbox_engine::{Engine, EngineOptions, NewLine, SwitchedNetwork, Wire};
use signalbox_store::{Home, OpenOptions, Store};
use signalbox_vault::{OpenMode, Vault};

use keys::KeysInFile;

/// What a person would type for a line.
pub(crate) struct Typed<'a> {
    pub(crate) provider: &'a str,
    pub(crate) name: &'a str,
    pub(crate) fields: &'a [(&'a str, &'a str)],
    pub(crate) secrets: &'a [(&'a str, &'a str)],
    pub(crate) api: Option<&'a str>,
}

impl Typed<'_> {
    pub(crate) fn line(&self, environment: Environment) -> NewLine {
        let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        let secret = |(key, value): &(&str, &str)| ((*key).to_owned(), SecretString::from(*value));
        NewLine {
            provider: self.provider.into(),
            name: self.name.into(),
            environment,
            fields: self.fields.iter().map(own).collect(),
            secrets: self.secrets.iter().map(secret).collect(),
            urls: self
                .api
                .map(|url| BTreeMap::from([("api".to_owned(), url.to_owned())]))
                .unwrap_or_default(),
        }
    }
}

/// What an engine of a home is made of; its loops do not run yet.
pub(crate) async fn options(
    folder: &Path,
    clock: Arc<dyn Clock>,
    wire: Arc<dyn Wire>,
) -> EngineOptions {
    let home = Home::take(&folder.join("home")).expect("the last owner of this home is gone");
    let keys = OpenMode::key_store(Arc::new(KeysInFile(folder.join("keys"))));
    let vault = Vault::open(home.path(), "test", keys).await.expect("the vault opens");
    let options = OpenOptions { floor: 0, ..OpenOptions::default() };
    let store = Store::open(home, clock.clone(), options).expect("the store is whole");
    EngineOptions {
        store,
        vault: Some(Arc::new(vault)),
        clock,
        network: Arc::new(SwitchedNetwork::up()),
        wire,
        practice: None,
        public_url: None,
    }
}

/// Connects a line unless the home has it already.
pub(crate) async fn connected(engine: &Engine, typed: &Typed<'_>) -> ConnectionId {
    match engine.lines().iter().find(|line| line.name() == typed.name) {
        Some(line) => line.id(),
        None => engine
            .connect(typed.line(Environment::Custom), "test")
            .await
            .expect("a line to a provider on this machine can be connected"),
    }
}
