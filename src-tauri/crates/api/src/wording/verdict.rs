//! How everything stands, in one sentence.

use signalbox_domain::{ConnectionState, Signal};

use super::numbers::{counted, grouped, verb};

/// A line as the verdict sees it.
#[derive(Debug, Clone)]
pub struct Glance {
    /// "Twilio, Reminders".
    pub title: String,
    /// What the board shows.
    pub signal: Signal,
    /// Where it stands.
    pub state: ConnectionState,
    /// Whether it answers; `None` before the first check.
    pub reachable: Option<bool>,
    /// Messages that cannot leave until it is mended.
    pub waiting: i64,
    /// Why it is not well.
    pub say: Option<String>,
}

impl Glance {
    /// Whether only a person can mend it.
    #[must_use]
    pub const fn needs_person(&self) -> bool {
        matches!(self.state, ConnectionState::Reconnect | ConnectionState::Admin)
    }

    /// Whether it keeps failing and is tried again by itself.
    #[must_use]
    pub fn keeps_failing(&self) -> bool {
        self.signal == Signal::Danger && !self.needs_person()
    }
}

/// Everything the verdict rests on.
#[derive(Debug, Clone, Default)]
pub struct Desk {
    /// The lines, in the board's order.
    pub lines: Vec<Glance>,
    /// Whether this computer has no network.
    pub offline: bool,
    /// Whether the vault's key is not at hand.
    pub vault_locked: bool,
    /// Whether the disk is under its floor.
    pub disk_low: bool,
    /// Messages that wait, but for those whose time has not come.
    pub waiting: i64,
    /// Messages whose time has not come.
    pub scheduled: i64,
    /// Messages that failed.
    pub failed: i64,
    /// Messages whose outcome is unknown.
    pub unknown: i64,
    /// Of these, those a person has to decide.
    pub asked: i64,
    /// Messages held until a person looks at them after a backup was restored.
    pub restored: i64,
}

impl Desk {
    /// As a signal, and in words.
    #[must_use]
    pub fn verdict(&self) -> (Signal, String) {
        let waiting = self.waiting_words();
        if self.disk_low {
            return (
                Signal::Danger,
                format!("The disk is almost full, so nothing new is accepted. {waiting}"),
            );
        }
        if self.vault_locked && !self.lines.is_empty() {
            return (
                Signal::Danger,
                format!("The vault is locked, so no line can sign in. {waiting}"),
            );
        }
        if self.lines.is_empty() {
            return (Signal::Off, "No lines yet. Connect the first one.".into());
        }
        if self.offline {
            return (
                Signal::Caution,
                format!("This computer is offline. {}", self.offline_words()),
            );
        }
        let need = self.many(Glance::needs_person);
        if need > 0 {
            let say =
                format!("{} {} you. {waiting}", counted(need, "line"), verb(need, "needs", "need"));
            return (Signal::Danger, say);
        }
        let failing = self.many(Glance::keeps_failing);
        if failing > 0 {
            let lines = counted(failing, "line");
            let (is, keep) = (verb(failing, "It is", "They are"), verb(failing, "keeps", "keep"));
            let say = format!("{lines} {keep} failing. {is} tried again by itself. {waiting}");
            return (
                Signal::Danger,
                say.replace("They are tried again by itself", "They are tried again by themselves"),
            );
        }
        if let Some(decide) = self.decisions() {
            return (Signal::Caution, decide);
        }
        self.quiet(&waiting)
    }

    /// When no line has stopped and nothing waits for a decision.
    fn quiet(&self, waiting: &str) -> (Signal, String) {
        let unchecked =
            self.many(|line| line.signal == Signal::Unknown && line.reachable != Some(false));
        let silent =
            self.many(|line| line.signal == Signal::Unknown && line.reachable == Some(false));
        let slow = self.many(|line| line.signal == Signal::Caution);
        let off = self.many(|line| line.signal == Signal::Off);
        if silent > 0 {
            let lines = counted(silent, "line");
            return (Signal::Caution, format!("{lines} cannot be reached. {waiting}"));
        }
        if unchecked > 0 {
            return (Signal::Unknown, format!("Checking {}", counted(unchecked, "line")));
        }
        if slow > 0 {
            let lines = counted(slow, "line");
            return (
                Signal::Caution,
                format!("{lines} {} slower than usual. {waiting}", verb(slow, "is", "are")),
            );
        }
        if off == self.lines.len() as i64 {
            return (Signal::Off, format!("All lines are switched off. {waiting}"));
        }
        if off > 0 {
            return (
                Signal::Clear,
                format!("All lines clear but {} switched off. {waiting}", grouped(off)),
            );
        }
        (Signal::Clear, format!("All lines clear. {waiting}"))
    }

    /// What stands behind the verdict; nothing when it says it all.
    #[must_use]
    pub fn detail(&self) -> Option<String> {
        let mut parts: Vec<String> = self
            .lines
            .iter()
            .filter(|line| line.signal == Signal::Danger)
            .map(|line| match &line.say {
                Some(say) => format!("{}: {}", line.title, say.trim_end_matches('.')),
                None => line.title.clone(),
            })
            .take(3)
            .collect();
        let (_, say) = self.verdict();
        // Said once is enough.
        if self.failed > 0 && !say.contains(" failed") {
            parts.push(format!("{} failed", grouped(self.failed)));
        }
        if self.unknown > self.asked || (self.unknown > 0 && !say.contains("your decision")) {
            parts.push(format!("{} with an unknown outcome", counted(self.unknown, "message")));
        }
        if self.scheduled > 0 && self.waiting > 0 {
            parts.push(format!("{} scheduled", grouped(self.scheduled)));
        }
        if parts.is_empty() {
            None
        } else {
            Some(super::numbers::sentences(parts.iter().map(String::as_str)))
        }
    }

    fn many(&self, which: impl Fn(&Glance) -> bool) -> i64 {
        self.lines.iter().filter(|line| which(line)).count() as i64
    }

    fn waiting_words(&self) -> String {
        match (self.waiting, self.scheduled) {
            (0, 0) => "Nothing is waiting.".into(),
            (0, scheduled) => {
                let verb = verb(scheduled, "is", "are");
                format!("{} {verb} scheduled.", counted(scheduled, "message"))
            }
            (waiting, _) => {
                let trouble = self.disk_low
                    || self.vault_locked
                    || self.lines.iter().any(|line| line.signal == Signal::Danger);
                let lost = if trouble { "; nothing is lost." } else { "." };
                format!(
                    "{} {} waiting{lost}",
                    counted(waiting, "message"),
                    verb(waiting, "is", "are")
                )
            }
        }
    }

    fn offline_words(&self) -> String {
        match self.waiting {
            0 => "Nothing is waiting.".into(),
            1 => "1 message waits; it leaves by itself.".into(),
            n => format!("{} wait; they leave by themselves.", counted(n, "message")),
        }
    }

    fn decisions(&self) -> Option<String> {
        let mut parts = Vec::new();
        if self.failed > 0 {
            parts.push(format!("{} failed", counted(self.failed, "message")));
        }
        if self.asked > 0 {
            let outcomes = counted(self.asked, "outcome");
            parts.push(format!("{outcomes} {} your decision", verb(self.asked, "needs", "need")));
        }
        if self.restored > 0 {
            let messages = counted(self.restored, "message");
            let wait = verb(self.restored, "waits", "wait");
            parts.push(format!("{messages} {wait} for you since the backup was restored"));
        }
        let rest = parts.join(", ");
        (!rest.is_empty()).then(|| format!("No line has stopped. {rest}."))
    }
}

#[cfg(test)]
mod tests;
