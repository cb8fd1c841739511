//! The dialogue with a mail server, step by step.

use signalbox_domain::{FailureClass, Outcome};

use super::peer::{Do, MailPeer};
use super::{hasty, letter, line, server};
use crate::adapter::{Adapter, ProbeOutcome, Settle};
use crate::smtp::adapter::Smtp;
use crate::smtp::mail::mailbox;
use crate::smtp::session::Protection;

fn refused(outcome: &Outcome) -> (FailureClass, &str) {
    match outcome {
        Outcome::Refused { failure, .. } => (failure.class, &failure.code),
        other => panic!("certainly not taken, so refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_mail_is_handed_over_whole() {
    let peer = MailPeer::with(&[]).await;
    let smtp = line(peer.port);
    let outcome = smtp.send(&letter()).await;
    let id = "home-01hq3v8m2k7c4@barber.example".to_owned();
    assert_eq!(outcome, Outcome::Accepted { provider_id: Some(id) });
    assert_eq!(smtp.settle(), Settle::Ask);
    let heard = peer.heard();
    assert_eq!(heard[0], "EHLO barber.example", "never the name of this computer");
    assert!(heard[1].starts_with("AUTH PLAIN "));
    assert_eq!(heard[2..], ["MAIL FROM:<desk@barber.example>", "RCPT TO:<jo@example.com>", "DATA"]);
    let mails = peer.mails();
    assert_eq!(mails.len(), 1, "a line with one dot must not end the mail");
    assert!(mails[0].contains("\r\n.\r\n..dots stay\r\n"), "{}", mails[0]);
}

#[tokio::test]
async fn a_connection_is_used_again_and_a_dead_one_replaced() {
    let peer = MailPeer::with(&[]).await;
    let smtp = line(peer.port);
    smtp.send(&letter()).await;
    smtp.send(&letter()).await;
    let heard = peer.heard();
    assert_eq!(heard.iter().filter(|line| line.starts_with("EHLO")).count(), 1);
    assert_eq!(heard.iter().filter(|line| *line == "RSET").count(), 1);
    assert_eq!(peer.mails().len(), 2);

    let peer = MailPeer::with(&[("RSET", Do::Close)]).await;
    let smtp = line(peer.port);
    smtp.send(&letter()).await;
    assert!(matches!(smtp.send(&letter()).await, Outcome::Accepted { .. }));
    assert_eq!(peer.mails().len(), 2, "each mail once");
}

#[tokio::test]
async fn whatever_happens_before_the_final_dot_was_certainly_not_taken() {
    for word in ["GREETING", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"] {
        for doing in [Do::Close, Do::Hang, Do::SayAndClose("421 4.3.2 busy"), Do::Say("garbage")] {
            let peer = MailPeer::with(&[(word, doing)]).await;
            let smtp = if matches!(doing, Do::Hang) { hasty(peer.port) } else { line(peer.port) };
            let outcome = smtp.send(&letter()).await;
            let (class, code) = refused(&outcome);
            assert_eq!(class, FailureClass::Transient, "{word} {doing:?} {code}");
            assert!(peer.mails().is_empty());
        }
    }
}

#[tokio::test]
async fn a_missing_word_behind_the_final_dot_is_in_doubt() {
    for doing in [
        Do::Close,
        Do::Hang,
        Do::SayAndClose("421 4.3.2 busy"),
        Do::Say("garbage"),
        Do::Say("354 more"),
    ] {
        let peer = MailPeer::with(&[("DOT", doing)]).await;
        let smtp = if matches!(doing, Do::Hang) { hasty(peer.port) } else { line(peer.port) };
        let outcome = smtp.send(&letter()).await;
        let Outcome::Unknown { failure } = outcome else {
            panic!("{doing:?}: the server has the mail, so: {outcome:?}");
        };
        assert_eq!(failure.class, FailureClass::Unknown);
        assert_eq!(peer.mails().len(), 1);
    }
}

#[tokio::test]
async fn a_verdict_behind_the_final_dot_is_certain() {
    for (reply, class) in [
        ("451 4.7.1 greylisted", FailureClass::Deferred),
        ("552 5.3.4 too big", FailureClass::Content),
        ("550 5.7.1 spam", FailureClass::Admin),
        ("554 5.0.0 no", FailureClass::Permanent),
    ] {
        let peer = MailPeer::with(&[("DOT", Do::Say(reply))]).await;
        assert_eq!(refused(&line(peer.port).send(&letter()).await).0, class, "{reply}");
    }
}

#[tokio::test]
async fn replies_mean_what_their_stage_makes_of_them() {
    for (word, reply, class) in [
        ("GREETING", "554 blocked", FailureClass::Admin),
        ("AUTH", "535 5.7.8 wrong", FailureClass::Auth),
        ("AUTH", "454 4.7.0 later", FailureClass::Transient),
        ("MAIL", "550 5.1.8 who", FailureClass::Admin),
        ("MAIL", "530 5.7.0 sign in", FailureClass::Auth),
        ("MAIL", "451 4.3.0 oops", FailureClass::Transient),
        ("RCPT", "550 5.1.1 nobody", FailureClass::Recipient),
        ("RCPT", "450 4.2.1 later", FailureClass::Deferred),
        ("RCPT", "550 5.7.1 relaying denied", FailureClass::Admin),
        ("DATA", "452 4.3.1 full", FailureClass::Deferred),
    ] {
        let peer = MailPeer::with(&[(word, Do::Say(reply))]).await;
        assert_eq!(refused(&line(peer.port).send(&letter()).await).0, class, "{word} {reply}");
        assert!(peer.mails().is_empty());
    }
}

#[tokio::test]
async fn a_used_up_quota_makes_the_line_rest() {
    let peer = MailPeer::with(&[("MAIL", Do::Say("550 5.4.5 daily quota"))]).await;
    let outcome = line(peer.port).send(&letter()).await;
    assert!(
        matches!(&outcome, Outcome::Refused { failure, retry_after: Some(wait), .. }
            if failure.class == FailureClass::RateLimited && wait.as_secs() >= 600),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn a_refused_recipient_leaves_the_connection_for_the_next_mail() {
    let peer = MailPeer::with(&[("RCPT", Do::Say("550 5.1.1 nobody"))]).await;
    let smtp = line(peer.port);
    smtp.send(&letter()).await;
    smtp.send(&letter()).await;
    let heard = peer.heard();
    assert_eq!(heard.iter().filter(|line| line.starts_with("AUTH")).count(), 1);
    assert!(heard.contains(&"RSET".to_owned()), "a new mail begins on a clean table");
}

#[tokio::test]
async fn nobody_there_is_certainly_not_sent() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    assert_eq!(refused(&line(port).send(&letter()).await), (FailureClass::Transient, "connect"));
}

#[tokio::test]
async fn a_server_that_offers_no_sign_in_is_the_administrators_business() {
    let peer = MailPeer::with(&[("EHLO", Do::Say("250 peer.example"))]).await;
    let outcome = line(peer.port).send(&letter()).await;
    assert_eq!(refused(&outcome), (FailureClass::Admin, "no_password"));
    assert!(!peer.heard().iter().any(|line| line.starts_with("AUTH")));
}

#[tokio::test]
async fn an_address_with_foreign_letters_needs_a_server_that_takes_them() {
    let mut letter = letter();
    letter.to = "jørgen@example.com".into();
    let peer = MailPeer::with(&[]).await;
    let outcome = line(peer.port).send(&letter).await;
    assert_eq!(refused(&outcome), (FailureClass::Recipient, "no_utf8"));
    let offers = "250-peer.example\r\n250-SMTPUTF8\r\n250 AUTH PLAIN";
    let peer = MailPeer::with(&[("EHLO", Do::Say(offers))]).await;
    assert!(matches!(line(peer.port).send(&letter).await, Outcome::Accepted { .. }));
    assert!(peer.heard().iter().any(|line| line.starts_with("MAIL") && line.ends_with("SMTPUTF8")));
}

#[tokio::test]
async fn a_letter_that_is_no_mail_never_reaches_the_server() {
    let peer = MailPeer::with(&[]).await;
    let mut letter = letter();
    letter.to = "jo@example.com>\r\nRCPT TO:<all@example.com".into();
    let outcome = line(peer.port).send(&letter).await;
    assert_eq!(refused(&outcome), (FailureClass::Recipient, "address"));
    assert!(peer.heard().is_empty());
}

#[tokio::test]
async fn the_probe_signs_in_and_sends_nothing() {
    let peer = MailPeer::with(&[]).await;
    assert_eq!(line(peer.port).probe().await, ProbeOutcome::Passed { account: None, quota: None });
    let heard = peer.heard();
    assert!(heard.iter().any(|line| line.starts_with("AUTH")));
    assert_eq!(heard.last().map(String::as_str), Some("QUIT"));
    assert!(!heard.iter().any(|line| line.starts_with("MAIL")));
    for (script, class) in [
        (("AUTH", Do::Say("535 5.7.8 wrong")), FailureClass::Auth),
        (("GREETING", Do::Hang), FailureClass::Transient),
        (("GREETING", Do::Say("554 blocked")), FailureClass::Admin),
    ] {
        let peer = MailPeer::with(&[script]).await;
        let smtp = if matches!(script.1, Do::Hang) { hasty(peer.port) } else { line(peer.port) };
        let ProbeOutcome::Failed(failure) = smtp.probe().await else {
            panic!("{script:?}");
        };
        assert_eq!(failure.class, class, "{script:?}");
    }
}

#[tokio::test]
async fn nothing_secret_shows_in_debug() {
    let from = mailbox("desk@barber.example").expect("an address");
    let smtp = Smtp::new(server(25, Protection::None), from);
    assert!(!format!("{smtp:?}").contains("hunter2"));
}
