//! Replies with enhanced status codes, and what a fault says in SMTP.

use crate::fault::FaultKind;

/// One reply and whether the connection stays open after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) text: String,
    pub(super) closes: bool,
}

impl Reply {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), closes: false }
    }

    pub(super) fn closing(text: impl Into<String>) -> Self {
        Self { text: text.into(), closes: true }
    }

    /// `status code words`; a 421 always closes.
    pub(super) fn refusal(status: u16, code: &str, say: &str) -> Self {
        Self { text: format!("{status} {code} {say}"), closes: status == 421 }
    }
}

/// The reply to RCPT that a fault stands for; `None` when it strikes later, at the final dot.
pub(super) fn at_recipient(kind: FaultKind) -> Option<Reply> {
    match kind {
        FaultKind::Status503 => {
            Some(Reply::closing("421 4.3.2 Service not available, closing transmission channel"))
        }
        FaultKind::Rate429 => Some(Reply::new("450 4.7.1 Too many messages, slow down")),
        FaultKind::Auth401 => Some(Reply::closing("530 5.7.0 Authentication required")),
        _ => None,
    }
}

/// The reply to the final dot that a fault stands for; `None` when there is none to send.
pub(super) fn at_final_dot(kind: FaultKind) -> Option<Reply> {
    match kind {
        FaultKind::Error500 => Some(Reply::new("451 4.3.0 Local error in processing")),
        FaultKind::Error500AfterAccept => Some(Reply::closing("421 4.3.2 Service shutting down")),
        FaultKind::Html502 => {
            Some(Reply::closing("<html><head><title>502 Bad Gateway</title></head></html>"))
        }
        _ => None,
    }
}

/// The reply to AUTH that a fault stands for; `None` when it does not touch logins.
pub(super) fn at_login(kind: FaultKind) -> Option<Reply> {
    match kind {
        FaultKind::Auth401 => Some(Reply::new("535 5.7.8 Authentication credentials invalid")),
        FaultKind::Status503 | FaultKind::Error500 => {
            Some(Reply::new("454 4.7.0 Temporary authentication failure"))
        }
        FaultKind::Rate429 => Some(Reply::closing("421 4.7.0 Too many logins, try again later")),
        _ => None,
    }
}

/// `<a@b>` of `MAIL FROM:<a@b> …` or `RCPT TO:<a@b> …`, and the parameters after it. `None`: not that command's form.
pub(super) fn path<'a>(argument: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let head = argument.get(..keyword.len()).filter(|head| head.eq_ignore_ascii_case(keyword))?;
    let rest = argument[head.len()..].trim_start().strip_prefix('<')?;
    rest.split_once('>').map(|(path, params)| (path, params.trim()))
}

/// Whether an address could be one: something before and after one `@`, and nothing that ends a line or a path.
pub(super) fn is_mailbox(path: &str) -> bool {
    path.rsplit_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !path.contains(|c: char| c.is_control() || c == ' ')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_with_their_parameters() {
        assert_eq!(path("FROM:<a@b.example> SIZE=12", "FROM:"), Some(("a@b.example", "SIZE=12")));
        assert_eq!(path("to: <a@b.example>", "TO:"), Some(("a@b.example", "")));
        assert_eq!(path("FROM:<>", "FROM:"), Some(("", "")), "a bounce has no sender");
        assert_eq!(path("a@b.example", "TO:"), None);
        assert!(is_mailbox("a@b.example") && !is_mailbox("nobody") && !is_mailbox("a b@c"));
    }
}
