//! A mail server on loopback that follows a script.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What to do at a command.
#[derive(Debug, Clone, Copy)]
pub(super) enum Do {
    Say(&'static str),
    SayAndClose(&'static str),
    Close,
    Hang,
}

/// The server: commands it heard, and mails it took, dot-stuffing undone.
#[derive(Debug, Clone, Default)]
pub(super) struct MailPeer {
    pub(super) port: u16,
    heard: Arc<Mutex<Vec<String>>>,
    mails: Arc<Mutex<Vec<String>>>,
}

impl MailPeer {
    /// Follows the script; what it does not name goes well.
    pub(super) async fn with(script: &[(&'static str, Do)]) -> Self {
        Self::start(script, None, false).await
    }

    pub(super) async fn start(
        script: &[(&'static str, Do)],
        tls: Option<TlsAcceptor>,
        from_the_first_byte: bool,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let port = listener.local_addr().expect("an address").port();
        let peer = Self { port, ..Self::default() };
        let script: HashMap<&'static str, Do> = script.iter().copied().collect();
        let serving = peer.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (serving, script, tls) = (serving.clone(), script.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        Some(tls) if from_the_first_byte => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serving.talk(stream, &script, true).await;
                            }
                        }
                        Some(tls) => {
                            if let Some(stream) = serving.talk(stream, &script, true).await
                                && let Ok(stream) = tls.accept(stream).await
                            {
                                serving.talk(stream, &script, false).await;
                            }
                        }
                        None => {
                            serving.talk(stream, &script, true).await;
                        }
                    }
                });
            }
        });
        peer
    }

    pub(super) fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("not poisoned").clone()
    }

    pub(super) fn mails(&self) -> Vec<String> {
        self.mails.lock().expect("not poisoned").clone()
    }

    /// Talks until the end, or until STARTTLS, when it gives the stream back.
    async fn talk<S>(&self, stream: S, script: &HashMap<&str, Do>, greet: bool) -> Option<S>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let mut stream = BufReader::new(stream);
        let tell =
            |word: &str, fine: &'static str| script.get(word).copied().unwrap_or(Do::Say(fine));
        if greet && !act(&mut stream, tell("GREETING", "220 peer.example ready")).await {
            return None;
        }
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_owned();
            let word = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            self.heard.lock().expect("not poisoned").push(line.clone());
            let fine = match word.as_str() {
                "EHLO" => "250-peer.example\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN",
                "STARTTLS" => "220 go ahead",
                "AUTH" => "235 2.7.0 welcome",
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 2.1.0 ok",
            };
            let doing = tell(&word, fine);
            if !act(&mut stream, doing).await {
                return None;
            }
            let said_yes = |yes: &str| matches!(doing, Do::Say(text) if text.starts_with(yes));
            match word.as_str() {
                "STARTTLS" if said_yes("220") => return Some(stream.into_inner()),
                "DATA" if said_yes("354") => {
                    if !self.take_mail(&mut stream).await {
                        return None;
                    }
                    if !act(&mut stream, tell("DOT", "250 2.0.0 queued as ABC123")).await {
                        return None;
                    }
                }
                "QUIT" => return None,
                _ => {}
            }
        }
    }

    async fn take_mail<S: AsyncRead + Unpin>(&self, stream: &mut BufReader<S>) -> bool {
        let mut mail = String::new();
        loop {
            let mut line = String::new();
            match stream.read_line(&mut line).await {
                Ok(0) | Err(_) => return false,
                Ok(_) if line == ".\r\n" => break,
                Ok(_) => mail.push_str(line.strip_prefix('.').unwrap_or(&line)),
            }
        }
        self.mails.lock().expect("not poisoned").push(mail);
        true
    }
}

async fn act<S: AsyncWrite + Unpin>(stream: &mut S, doing: Do) -> bool {
    match doing {
        Do::Say(text) => stream.write_all(format!("{text}\r\n").as_bytes()).await.is_ok(),
        Do::SayAndClose(text) => {
            let _ = stream.write_all(format!("{text}\r\n").as_bytes()).await;
            let _ = stream.shutdown().await;
            false
        }
        Do::Close => false,
        Do::Hang => std::future::pending().await,
    }
}
