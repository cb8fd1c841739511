//! A key store that forgets everything with the process: for tests, with faults to order, and for running a home
//! session-only, where accounts sign in again after a restart.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use secrecy::SecretString;

use super::{KeyStore, KeyStoreError};
use crate::mode::VaultMode;

/// Keeps keys in memory only. Nothing is written anywhere.
#[derive(Default)]
pub struct MemoryKeyStore {
    state: Mutex<State>,
    changed: Condvar,
}

/// How a [`MemoryKeyStore`] is to misbehave, until told otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fault {
    /// Not at all.
    #[default]
    None,
    /// Every call fails so.
    Fail(KeyStoreError),
    /// Reading works, writing fails so: a keyring that is locked after all.
    FailWrites(KeyStoreError),
    /// Writing says it worked and keeps nothing.
    ForgetWrites,
    /// Every call waits until the fault is changed: an unlock window that nobody answers.
    Hang,
    /// Reading works, writing waits until the fault is changed.
    HangWrites,
}

#[derive(Default)]
struct State {
    entries: HashMap<String, SecretString>,
    fault: Fault,
    writes: usize,
    waiting: usize,
}

impl MemoryKeyStore {
    /// An empty store without faults.
    pub fn new() -> Self {
        Self::default()
    }

    /// Misbehave like this from now on. Calls that hang go on at once under the new fault.
    pub fn set_fault(&self, fault: Fault) {
        self.lock().fault = fault;
        self.changed.notify_all();
    }

    /// How many times a text was kept.
    pub fn writes(&self) -> usize {
        self.lock().writes
    }

    /// Blocks until a call hangs in this store. For tests that must know a thread is inside.
    pub fn wait_until_hanging(&self) {
        let state = self.lock();
        drop(
            self.changed
                .wait_while(state, |state| state.waiting == 0)
                .unwrap_or_else(PoisonError::into_inner),
        );
    }

    /// Puts any text in an account's place, or takes it away.
    pub fn set_entry(&self, account: &str, text: Option<SecretString>) {
        let mut state = self.lock();
        match text {
            Some(text) => state.entries.insert(account.to_owned(), text),
            None => state.entries.remove(account),
        };
    }

    /// A panic elsewhere does not spoil a map of texts.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn after_hanging(&self, hangs: impl Fn(&Fault) -> bool) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        if hangs(&state.fault) {
            state.waiting += 1;
            self.changed.notify_all();
            state = self
                .changed
                .wait_while(state, |state| hangs(&state.fault))
                .unwrap_or_else(PoisonError::into_inner);
            state.waiting -= 1;
        }
        state
    }
}

impl KeyStore for MemoryKeyStore {
    fn mode(&self) -> VaultMode {
        VaultMode::Session
    }

    fn read(&self, account: &str) -> Result<Option<SecretString>, KeyStoreError> {
        let state = self.after_hanging(|fault| *fault == Fault::Hang);
        match &state.fault {
            Fault::Fail(error) => Err(error.clone()),
            _ => Ok(state.entries.get(account).cloned()),
        }
    }

    fn write(&self, account: &str, text: &SecretString) -> Result<(), KeyStoreError> {
        let mut state =
            self.after_hanging(|fault| matches!(fault, Fault::Hang | Fault::HangWrites));
        match &state.fault {
            Fault::Fail(error) | Fault::FailWrites(error) => Err(error.clone()),
            Fault::ForgetWrites => Ok(()),
            _ => {
                state.writes += 1;
                state.entries.insert(account.to_owned(), text.clone());
                Ok(())
            }
        }
    }
}

impl fmt::Debug for MemoryKeyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        f.debug_struct("MemoryKeyStore")
            .field("entries", &state.entries.len())
            .field("fault", &state.fault)
            .finish_non_exhaustive()
    }
}
