//! Connections: one account at a provider, in one environment; on screen, a line.

use crate::words::words;

words! {
    /// Which world of the provider a connection speaks to.
    Environment {
        /// Real people receive what is sent.
        Production = 1 "production",
        /// The provider's own test world.
        Sandbox = 2 "sandbox",
        /// The simulated provider that comes with Signalbox.
        Practice = 3 "practice",
        /// Addresses given by a person; plain http only to loopback.
        Custom = 4 "custom",
    }
}

words! {
    /// Where a connection is (DESIGN §7).
    ConnectionState {
        /// Being set up; never answered yet.
        Pending = 0 "pending",
        /// Working.
        Active = 1 "active",
        /// Working, slower or limited.
        Degraded = 2 "degraded",
        /// The account has to sign in again.
        Reconnect = 3 "reconnect",
        /// The account needs its administrator.
        Admin = 4 "admin",
        /// A person stopped sending; receipts are still taken.
        Paused = 5 "paused",
        /// A person switched it off.
        Disabled = 6 "disabled",
    }
}

impl ConnectionState {
    /// Whether messages may be claimed for it.
    #[must_use]
    pub const fn may_send(self) -> bool {
        matches!(self, Self::Pending | Self::Active | Self::Degraded)
    }

    /// Whether receipts are taken.
    #[must_use]
    pub const fn takes_receipts(self) -> bool {
        !matches!(self, Self::Disabled)
    }
}

words! {
    /// What the board shows.
    Signal {
        /// Working.
        Clear = 1 "clear",
        /// Working, slower or limited.
        Caution = 2 "caution",
        /// Stopped; messages are held.
        Danger = 3 "danger",
        /// Switched off by a person.
        Off = 4 "off",
        /// Cannot be checked.
        Unknown = 5 "unknown",
    }
}

/// What the board shows for a connection: its state, and what the breaker and the checks say.
#[must_use]
pub const fn signal_of(
    state: ConnectionState,
    breaker_open: bool,
    reachable: Option<bool>,
) -> Signal {
    match state {
        ConnectionState::Paused | ConnectionState::Disabled => Signal::Off,
        ConnectionState::Reconnect | ConnectionState::Admin => Signal::Danger,
        ConnectionState::Pending => Signal::Unknown,
        ConnectionState::Active | ConnectionState::Degraded if breaker_open => Signal::Danger,
        ConnectionState::Active | ConnectionState::Degraded => match (reachable, state) {
            (Some(true), ConnectionState::Active) => Signal::Clear,
            (Some(true), _) => Signal::Caution,
            _ => Signal::Unknown,
        },
    }
}

words! {
    /// What one check of a line found.
    CheckOutcome {
        /// It answered in good time.
        Answered = 1 "answered",
        /// It answered, late.
        Slow = 2 "slow",
        /// It did not answer, or refused.
        Failed = 3 "failed",
        /// This machine had no network, so nothing was learnt about the line.
        Offline = 4 "offline",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_a_person_switched_off_is_off_whatever_else_is_wrong() {
        assert_eq!(signal_of(ConnectionState::Paused, true, Some(false)), Signal::Off);
    }

    #[test]
    fn an_open_breaker_is_danger_and_never_checked_is_unknown() {
        assert_eq!(signal_of(ConnectionState::Active, true, Some(true)), Signal::Danger);
        assert_eq!(signal_of(ConnectionState::Active, false, None), Signal::Unknown);
        assert_eq!(signal_of(ConnectionState::Active, false, Some(true)), Signal::Clear);
        assert_eq!(signal_of(ConnectionState::Degraded, false, Some(true)), Signal::Caution);
    }
}
