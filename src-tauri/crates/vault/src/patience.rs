//! Blocking work with an end to waiting for it. A thread of its own and not the runtime's blocking pool, because a
//! runtime waits at its end for its pool, and a keyring that asks nobody would then keep the program from closing.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::error::VaultError;

/// Tells blocking work whether anybody still waits for it.
pub(crate) struct Wanted<'a>(&'a dyn Fn() -> bool);

impl Wanted<'_> {
    /// Refuses once the caller has given up: what is decided after that must leave nothing behind.
    pub(crate) fn or_stop(&self) -> Result<(), VaultError> {
        if (self.0)() { Ok(()) } else { Err(VaultError::TimedOut { waited: Duration::ZERO }) }
    }
}

/// Runs `work` on a thread of its own and waits for it at most `patience`. Work that is not waited for any longer
/// goes on alone until it asks [`Wanted`].
pub(crate) async fn off_the_runtime<T, F>(patience: Duration, work: F) -> Result<T, VaultError>
where
    T: Send + 'static,
    F: FnOnce(&Wanted<'_>) -> Result<T, VaultError> + Send + 'static,
{
    let (answer, answered) = oneshot::channel();
    std::thread::Builder::new()
        .name("signalbox-vault".to_owned())
        .spawn(move || {
            let result = work(&Wanted(&|| !answer.is_closed()));
            // Nobody may be waiting any more; then the result is dropped, and a key in it wiped.
            drop(answer.send(result));
        })
        .map_err(|_| VaultError::System { what: "a thread" })?;
    match tokio::time::timeout(patience, answered).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(VaultError::keyring_failed("it stopped unexpectedly")),
        Err(_) => Err(VaultError::TimedOut { waited: patience }),
    }
}
