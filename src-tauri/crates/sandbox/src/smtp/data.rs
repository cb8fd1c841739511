//! The mail itself: reading it up to the final dot, and the few header fields that are counted.

use std::io;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// What came after DATA.
#[derive(Debug)]
pub(super) enum Mail {
    Whole(Vec<u8>),
    /// Longer than allowed; read to its end and thrown away.
    TooLarge,
}

/// Reads up to `CRLF.CRLF` and undoes dot-stuffing. A dot line after a bare LF does not end the mail: servers that
/// disagree on that can be made to see two mails where there is one.
pub(super) async fn read<R: AsyncBufRead + Unpin>(stream: &mut R, most: usize) -> io::Result<Mail> {
    let mut mail = Vec::new();
    let mut size = 0_usize;
    let mut line = Vec::new();
    let mut line_starts = true;
    loop {
        line.clear();
        // A line longer than this arrives in pieces; only the first can carry a stuffed dot.
        let got = (&mut *stream).take(64 * 1024).read_until(b'\n', &mut line).await?;
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if line_starts && line == b".\r\n" {
            return Ok(if size > most { Mail::TooLarge } else { Mail::Whole(mail) });
        }
        let content = if line_starts { line.strip_prefix(b".").unwrap_or(&line) } else { &line };
        size = size.saturating_add(content.len());
        if size <= most {
            mail.extend_from_slice(content);
        } else {
            mail = Vec::new();
        }
        line_starts = line.ends_with(b"\r\n");
    }
}

/// What of a mail is counted.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Summary {
    pub(super) message_id: Option<String>,
    pub(super) subject: Option<String>,
    /// Everything after the header, undecoded.
    pub(super) body: String,
}

/// Reads the header fields that are counted, folded lines joined.
pub(super) fn summary(mail: &[u8]) -> Summary {
    let text = String::from_utf8_lossy(mail);
    let (header, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let unfolded = header.replace("\r\n ", " ").replace("\r\n\t", " ");
    let field = |name: &str| {
        unfolded.lines().find_map(|line| {
            let (field, value) = line.split_once(':')?;
            field.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    Summary { message_id: field("Message-ID"), subject: field("Subject"), body: body.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn whole(wire: &str) -> String {
        match read(&mut wire.as_bytes(), 1_000).await {
            Ok(Mail::Whole(mail)) => String::from_utf8(mail).unwrap(),
            other => panic!("the mail should be whole: {other:?}"),
        }
    }

    #[tokio::test]
    async fn stuffed_dots_are_taken_off_and_the_final_dot_ends_the_mail() {
        assert_eq!(whole("a\r\n..b\r\n...\r\n.\r\nQUIT\r\n").await, "a\r\n.b\r\n..\r\n");
    }

    #[tokio::test]
    async fn a_dot_after_a_bare_line_feed_does_not_end_the_mail() {
        let mail = whole("a\n.\r\nMAIL FROM:<x@y>\r\n.\r\n").await;
        assert!(mail.contains("MAIL FROM"), "a smuggled command stays part of the mail: {mail:?}");
    }

    #[tokio::test]
    async fn a_mail_over_the_limit_is_read_to_its_end() {
        let wire = format!("{}\r\n.\r\nQUIT\r\n", "x".repeat(5_000));
        let mut stream = wire.as_bytes();
        assert!(matches!(read(&mut stream, 1_000).await, Ok(Mail::TooLarge)));
        assert_eq!(stream, b"QUIT\r\n", "the session goes on after it");
    }

    #[test]
    fn folded_header_fields_are_read_whole() {
        let mail = b"Subject: a\r\n long one\r\nMESSAGE-ID:\r\n <1@x.example>\r\n\r\nSubject: not this\r\n";
        assert_eq!(
            summary(mail),
            Summary {
                message_id: Some("<1@x.example>".to_owned()),
                subject: Some("a long one".to_owned()),
                body: "Subject: not this\r\n".to_owned(),
            }
        );
    }
}
