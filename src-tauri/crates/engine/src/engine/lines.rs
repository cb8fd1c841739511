//! What doors ask of lines.

use std::sync::Arc;

use signalbox_domain::ConnectionId;
use signalbox_providers::ProbeOutcome;
use signalbox_store::CheckRow;

use super::Engine;
use crate::health;
use crate::line::Line;
use crate::lines::{self, LineAct, LinePatch, NewLine, WaitingWork};
use crate::refusal::{Refusal, RefusalKind};

impl Engine {
    /// Every line, in the order they were made.
    #[must_use]
    pub fn lines(&self) -> Vec<Arc<Line>> {
        self.core.lines()
    }

    /// One line.
    #[must_use]
    pub fn line(&self, id: ConnectionId) -> Option<Arc<Line>> {
        self.core.line(id)
    }

    /// Tries a line and keeps it, unless its credential is refused.
    ///
    /// # Errors
    /// What is not valid about it, that its credential is refused, or that the vault is locked.
    pub async fn connect(&self, new: NewLine, actor: &str) -> Result<ConnectionId, Refusal> {
        lines::connect(&self.core, new, actor).await
    }

    /// Tries a line without keeping anything; also returns the milliseconds it took.
    ///
    /// # Errors
    /// What is not valid about it.
    pub async fn connect_check(&self, new: NewLine) -> Result<(ProbeOutcome, i64), Refusal> {
        lines::connect_check(&self.core, new).await
    }

    /// Changes a line.
    ///
    /// # Errors
    /// What is not valid about the change.
    pub async fn update_line(
        &self,
        id: ConnectionId,
        patch: LinePatch,
        actor: &str,
    ) -> Result<(), Refusal> {
        lines::update(&self.core, id, patch, actor).await
    }

    /// Pauses, resumes, switches a line.
    ///
    /// # Errors
    /// There is no such line.
    pub async fn act_on_line(
        &self,
        id: ConnectionId,
        act: LineAct,
        actor: &str,
    ) -> Result<(), Refusal> {
        lines::act(&self.core, id, act, actor).await
    }

    /// Removes a line with its credential. Returns how many waiting messages that concerned.
    ///
    /// # Errors
    /// There is no such line.
    pub async fn remove_line(
        &self,
        id: ConnectionId,
        work: WaitingWork,
        actor: &str,
    ) -> Result<usize, Refusal> {
        lines::remove(&self.core, id, work, actor).await
    }

    /// Checks a line now.
    ///
    /// # Errors
    /// There is no such line, or it cannot be opened.
    pub async fn check_line(&self, id: ConnectionId) -> Result<CheckRow, Refusal> {
        let line = self.core.line(id).ok_or_else(|| Refusal::not_found("line"))?;
        // Whoever asks has perhaps just mended it.
        line.lock_watch().rest = None;
        health::check(&self.core, &line).await.ok_or_else(|| {
            Refusal::new(
                RefusalKind::Unavailable,
                "line_closed",
                format!("{} cannot be opened", line.name()),
                "Unlock the vault, or enter its credential again",
            )
        })
    }

    /// Makes or wakes the practice lines.
    ///
    /// # Errors
    /// That the host has none, or why they do not start.
    pub async fn start_practice(&self, actor: &str) -> Result<Vec<ConnectionId>, Refusal> {
        lines::start_practice(&self.core, actor).await
    }
}
