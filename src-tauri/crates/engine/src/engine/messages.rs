//! What doors ask of messages: accepting them, and deciding about them.

use signalbox_domain::{BatchId, MessageId};
use signalbox_store::Chosen;

use super::Engine;
use crate::outbox::decisions::{self, ReleaseRequest, Released, Skipped};
use crate::outbox::enqueue::{self, Preview, SendRequest, Sent};
use crate::outbox::import::{self, Import, ImportCheck};
use crate::outbox::retry::{self, Rehearsal};
use crate::outbox::which::Which;
use crate::refusal::{Refusal, RefusalKind};

/// What a person says of a message whose outcome is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolution {
    /// It was sent.
    Sent,
    /// Send it again.
    Again,
    /// Do not send it.
    Drop,
}

impl Engine {
    /// Accepts a message. When this returns, it is on disk.
    ///
    /// # Errors
    /// What is not valid about it, or why nothing can be accepted now.
    pub async fn send(&self, request: SendRequest, actor: &str) -> Result<Sent, Refusal> {
        enqueue::send(&self.core, request, actor).await
    }

    /// What a message would be; nothing is stored.
    ///
    /// # Errors
    /// As [`Engine::send`].
    pub async fn preview(&self, request: &SendRequest) -> Result<Preview, Refusal> {
        enqueue::preview(&self.core, request).await
    }

    /// What a file of messages holds; nothing is stored.
    ///
    /// # Errors
    /// What is wrong with the file as a whole; bad rows are listed, not refused.
    pub async fn check_import(&self, import: &Import) -> Result<ImportCheck, Refusal> {
        import::check_import(&self.core, import).await
    }

    /// Accepts the good rows of a file as one batch, in one commit.
    ///
    /// # Errors
    /// As [`Engine::check_import`], or that no row is good.
    pub async fn start_import(&self, import: Import, actor: &str) -> Result<BatchId, Refusal> {
        import::start_import(&self.core, import, actor).await
    }

    /// Takes a batch's waiting messages back. Returns how many.
    ///
    /// # Errors
    /// There is no such batch.
    pub async fn cancel_batch(&self, id: BatchId, actor: &str) -> Result<usize, Refusal> {
        import::cancel_batch(&self.core, id, actor).await
    }

    /// Sends failed messages again, or says what that would do.
    ///
    /// # Errors
    /// There is no such message.
    pub async fn retry(
        &self,
        which: Which,
        dry_run: bool,
        actor: &str,
    ) -> Result<Rehearsal, Refusal> {
        retry::retry(&self.core, which, dry_run, actor).await
    }

    /// Lets failures rest. Returns how many.
    ///
    /// # Errors
    /// There is no such message, or the cause is not one of failures.
    pub async fn dismiss(&self, which: Which, actor: &str) -> Result<usize, Refusal> {
        decisions::dismiss(&self.core, which, actor).await
    }

    /// Undoes [`Engine::dismiss`]. A cause may be named as it was before.
    ///
    /// # Errors
    /// There is no such message, or the cause is not one of failures.
    pub async fn undismiss(&self, which: Which, actor: &str) -> Result<usize, Refusal> {
        decisions::undismiss(&self.core, which, actor).await
    }

    /// Takes waiting messages back; also returns those that could not be.
    ///
    /// # Errors
    /// Any failure of the store.
    pub async fn cancel(
        &self,
        ids: Vec<MessageId>,
        actor: &str,
    ) -> Result<(usize, Vec<Skipped>), Refusal> {
        decisions::decide(&self.core, Which::Ids(ids), Chosen::Cancel, actor).await
    }

    /// Lets held messages go.
    ///
    /// # Errors
    /// Any failure of the store.
    pub async fn release(&self, request: ReleaseRequest, actor: &str) -> Result<Released, Refusal> {
        decisions::release(&self.core, request, actor).await
    }

    /// Settles a message whose outcome is unknown, by a person's word.
    ///
    /// # Errors
    /// There is no such message, or its outcome is known.
    pub async fn resolve(
        &self,
        id: MessageId,
        resolution: Resolution,
        actor: &str,
    ) -> Result<(), Refusal> {
        let chosen = match resolution {
            Resolution::Sent => Chosen::WasSent,
            Resolution::Again => Chosen::Again,
            Resolution::Drop => Chosen::Drop,
        };
        let (changed, refused) =
            decisions::decide(&self.core, Which::Ids(vec![id]), chosen, actor).await?;
        if changed > 0 {
            return Ok(());
        }
        let why = refused.first().map_or("it is being looked up", |skipped| skipped.why.as_str());
        Err(Refusal::new(
            RefusalKind::Conflict,
            "not_open",
            format!("There is nothing to decide: {why}"),
            "Look at the message again; the provider may have answered meanwhile",
        ))
    }
}
