//! The token of a letter: the same for every try of a round, and found again in what comes back.

use signalbox_domain::MessageId;

/// `home-message-round`: unique over all homes, so that two installations on one account can
/// share it.
pub(crate) fn of(home: &str, message: MessageId, round: u32) -> String {
    format!("{home}-{message}-{round}")
}

/// The message a token names, if it is one of this home's.
pub(crate) fn message_of(home: &str, token: &str) -> Option<MessageId> {
    let rest = token.strip_prefix(home)?.strip_prefix('-')?;
    rest.split_once('-')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_homes_tokens_name_a_message() {
        let id = MessageId::from_raw(1 << 40);
        let token = of("0a1b2c3d", id, 2);
        assert_eq!(message_of("0a1b2c3d", &token), Some(id));
        assert_eq!(message_of("ffffffff", &token), None);
        assert_eq!(message_of("0a1b2c3d", "0a1b2c3d-nonsense"), None);
    }
}
