//! Messages: the states they pass, why they wait, and who moved them.

use crate::words::words;

words! {
    /// The way a message travels.
    Channel {
        /// A text message to a phone number.
        Sms = 1 "sms",
        /// A WhatsApp message to a phone number.
        Whatsapp = 2 "whatsapp",
        /// A mail to an address.
        Email = 3 "email",
    }
}

impl Channel {
    /// How long a message stays useful when nobody says otherwise (DESIGN §6).
    #[must_use]
    pub const fn default_useful_for(self) -> chrono::TimeDelta {
        match self {
            Self::Sms | Self::Whatsapp => chrono::TimeDelta::hours(24),
            Self::Email => chrono::TimeDelta::hours(72),
        }
    }
}

words! {
    /// Where a message is (DESIGN §7).
    MessageState {
        /// Committed, waiting for its turn.
        Queued = 0 "queued",
        /// The intent is committed; an attempt is in flight.
        Sending = 1 "sending",
        /// The provider took it over.
        Accepted = 2 "accepted",
        /// The provider handed it on.
        Sent = 3 "sent",
        /// The provider says it arrived.
        Delivered = 4 "delivered",
        /// The recipient opened it.
        Read = 5 "read",
        /// Waiting for something to be mended, or for a time.
        Held = 6 "held",
        /// It may have been sent.
        Unknown = 7 "unknown",
        /// It was not sent, and needs a person.
        NeedsAttention = 8 "needs_attention",
        /// It stopped being useful before it could leave.
        Expired = 9 "expired",
        /// A person took it back.
        Cancelled = 10 "cancelled",
        /// The recipient does not want to be written to.
        Suppressed = 11 "suppressed",
        /// A person has seen the failure and let it rest.
        Dismissed = 12 "dismissed",
    }
}

impl MessageState {
    /// Nothing moves it any more but a receipt or a person.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Sending | Self::Held | Self::Unknown)
    }

    /// On screen: "Waiting".
    #[must_use]
    pub const fn is_waiting(self) -> bool {
        matches!(self, Self::Queued | Self::Held | Self::Sending)
    }

    /// On screen: "Failed".
    #[must_use]
    pub const fn is_failed(self) -> bool {
        matches!(self, Self::NeedsAttention)
    }
}

words! {
    /// Why a message is held.
    HoldReason {
        /// The account has to sign in again.
        Reconnect = 1 "reconnect",
        /// The account needs its administrator.
        Admin = 2 "admin",
        /// A person paused the line.
        Paused = 3 "paused",
        /// The line keeps failing; it is tried again by itself.
        Breaker = 4 "breaker",
        /// This machine has no network.
        Offline = 5 "offline",
        /// The provider's limit.
        Rate = 6 "rate",
        /// Outside the allowed hours.
        QuietHours = 7 "quiet_hours",
        /// Its time has not come.
        Scheduled = 8 "scheduled",
        /// The conversation window is closed and a template is needed.
        Window = 9 "window",
        /// The disk is almost full.
        Disk = 10 "disk",
        /// The store was restored from a backup.
        Restored = 11 "restored",
        /// A person has to decide.
        Asked = 12 "asked",
    }
}

words! {
    /// Which messages go first when several are due on one line.
    Priority {
        /// Written to one person, by a person.
        Direct = 0 "direct",
        /// Made by a rule.
        Routine = 1 "routine",
        /// Part of a batch.
        Bulk = 2 "bulk",
    }
}

words! {
    /// What a provider says of a message it took over. The order of rank decides, not the order of
    /// arrival: receipts come late, doubled and out of order.
    ReceiptStatus {
        /// It took the message over.
        Accepted = 1 "accepted",
        /// It handed the message on.
        Sent = 2 "sent",
        /// It could not deliver.
        Failed = 3 "failed",
        /// It arrived.
        Delivered = 4 "delivered",
        /// It was opened.
        Read = 5 "read",
    }
}

impl ReceiptStatus {
    /// Greater ranks replace smaller ones, never the other way round.
    #[must_use]
    pub const fn rank(self) -> i64 {
        self.code()
    }
}

impl MessageState {
    /// The rank of what is already known from the provider; 0 while nothing is.
    #[must_use]
    pub const fn rank(self) -> i64 {
        match self {
            Self::Accepted => ReceiptStatus::Accepted.rank(),
            Self::Sent => ReceiptStatus::Sent.rank(),
            Self::Delivered => ReceiptStatus::Delivered.rank(),
            Self::Read => ReceiptStatus::Read.rank(),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back_as_itself() {
        for state in MessageState::ALL {
            assert_eq!(state.word().parse(), Ok(*state));
            assert_eq!(MessageState::from_code(state.code()), Some(*state));
        }
        assert_eq!(MessageState::from_code(99), None);
    }

    #[test]
    fn an_unknown_word_is_answered_with_the_known_ones() {
        let error = "fax".parse::<Channel>().expect_err("fax is no channel");
        assert_eq!(error.to_string(), "`fax` is not one of sms, whatsapp, email");
    }

    #[test]
    fn waiting_and_final_never_overlap() {
        for state in MessageState::ALL {
            assert!(!(state.is_waiting() && state.is_final()), "{state}");
        }
    }
}
