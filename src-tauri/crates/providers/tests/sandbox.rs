//! The adapters against the simulated providers, which share no type with them: whatever both get
//! wrong, they do not get wrong together.

use signalbox_domain::{FailureClass, Outcome, ReceiptStatus};
use signalbox_providers::{Event, Found, ProbeOutcome, Secrets, Settle};
use signalbox_sandbox::{Fault, FaultKind, Provider, SmtpTls, Webhook};

#[path = "sandbox/ear.rs"]
mod ear;
#[path = "sandbox/lines.rs"]
mod lines;

use ear::Ear;
use lines::{KEY, TOKEN, WEBHOOK_SECRET, lost, mail, mail_line, resend, sandbox, text, twilio};

fn accepted(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Accepted { provider_id: Some(id) } => id,
        other => panic!("accepted, with an id: {other:?}"),
    }
}

fn refused(outcome: &Outcome) -> FailureClass {
    match outcome {
        Outcome::Refused { failure, .. } => failure.class,
        other => panic!("refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_text_is_taken_once_and_found_when_its_answer_is_lost() {
    let sandbox = sandbox(|_| {}).await;
    let twilio = twilio(&sandbox, TOKEN);
    assert_eq!(twilio.settle(), Settle::LookUp);
    let sent = twilio.send(&text(1, "+12025550100")).await;
    let id = accepted(&sent).to_owned();
    assert!(
        matches!(twilio.status(&id).await, Some(Found::Yes { provider_id, .. }) if provider_id == id)
    );
    for (n, kind, there) in [
        (2, FaultKind::AcceptThenReset, true),
        (3, FaultKind::AcceptThenHang, true),
        (4, FaultKind::Error500AfterAccept, true),
        (5, FaultKind::ResetBefore, false),
        (6, FaultKind::Hang, false),
        (7, FaultKind::Html502, false),
        (8, FaultKind::Status503, false),
    ] {
        assert!(
            sandbox.inject(Fault::next(Provider::Twilio, kind, 1)),
            "the order to go wrong is taken"
        );
        let letter = text(n, "+12025550101");
        let outcome = twilio.send(&letter).await;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{kind:?}: {outcome:?}");
        let found = twilio.find(&lost(letter)).await;
        let list = match found {
            Found::Candidates(list) => list,
            Found::No => Vec::new(),
            other => panic!("{kind:?}: {other:?}"),
        };
        // Of the others to this number only the texts differ.
        let same = list.iter().filter(|candidate| candidate.same_text).count();
        assert_eq!(same, usize::from(there), "{kind:?}");
    }
    let counts = sandbox.counts(Some(Provider::Twilio));
    assert_eq!(counts.accepted, 4);
    assert!(counts.doubled.is_empty(), "an adapter never repeats: {:?}", counts.doubled);
    sandbox.stop().await;
}

#[tokio::test]
async fn refusals_of_texts_are_certain() {
    let sandbox = sandbox(|_| {}).await;
    let twilio = twilio(&sandbox, TOKEN);
    for (to, class) in [
        ("+15005550001", FailureClass::Recipient),
        ("+15005550003", FailureClass::Admin),
        ("+15005550004", FailureClass::OptedOut),
        ("+15005550009", FailureClass::Recipient),
    ] {
        assert_eq!(refused(&twilio.send(&text(1, to)).await), class, "{to}");
    }
    let mut fault = Fault::next(Provider::Twilio, FaultKind::Rate429, 1);
    fault.retry_after = Some(7);
    assert!(sandbox.inject(fault), "the order to go wrong is taken");
    let outcome = twilio.send(&text(2, "+12025550100")).await;
    assert!(
        matches!(&outcome, Outcome::Refused { failure, retry_after: Some(wait), .. }
            if failure.class == FailureClass::RateLimited && wait.as_secs() == 7),
        "{outcome:?}"
    );
    assert!(
        sandbox.inject(Fault::next(Provider::Twilio, FaultKind::Auth401, 1)),
        "the order to go wrong is taken"
    );
    let outcome = twilio.send(&text(3, "+12025550100")).await;
    assert_eq!(refused(&outcome), FailureClass::Auth);
    assert_eq!(sandbox.counts(Some(Provider::Twilio)).accepted, 0);
    sandbox.stop().await;
}

#[tokio::test]
async fn a_probe_passes_with_the_right_credential_only() {
    let sandbox = sandbox(|_| {}).await;
    let class = |outcome| match outcome {
        ProbeOutcome::Passed { .. } => None,
        ProbeOutcome::Failed(failure) => Some(failure.class),
    };
    assert_eq!(class(twilio(&sandbox, TOKEN).probe().await), None);
    let wrong = "ffffffffffffffffffffffffffffffff";
    assert_eq!(class(twilio(&sandbox, wrong).probe().await), Some(FailureClass::Auth));
    assert_eq!(class(resend(&sandbox, KEY).probe().await), None);
    assert_eq!(class(resend(&sandbox, "re_wrong").probe().await), Some(FailureClass::Auth));
    sandbox.stop().await;
}

#[tokio::test]
async fn receipts_of_a_text_verify_and_bring_its_token_back() {
    let ear = Ear::open().await;
    let sandbox = sandbox(|_| {}).await;
    let mut letter = text(1, "+12025550100");
    let callback = format!("{}/api/webhooks/twilio/01hq3v8m2k7c4?line=1", ear.url);
    letter.status_callback = Some(callback);
    let sent = twilio(&sandbox, TOKEN).send(&letter).await;
    let id = accepted(&sent).to_owned();
    let secrets: Secrets = [("auth_token", TOKEN)].into_iter().collect();
    let said = ear.until("twilio", &secrets, |event| {
        matches!(event, Event::Status { status: ReceiptStatus::Delivered, .. })
    });
    let Event::Status { provider_id, token, .. } = said.await else {
        panic!("a status");
    };
    assert_eq!((provider_id, token.as_deref()), (id, Some("home-1")));
    sandbox.stop().await;
}

#[tokio::test]
async fn a_mail_sent_again_under_its_key_is_taken_once() {
    let sandbox = sandbox(|_| {}).await;
    let resend = resend(&sandbox, KEY);
    let letter = mail(1, "delivered@practice.example");
    assert!(
        sandbox.inject(Fault::next(Provider::Resend, FaultKind::AcceptThenReset, 1)),
        "the order to go wrong is taken"
    );
    assert!(matches!(resend.send(&letter).await, Outcome::Unknown { .. }));
    let sent = resend.send(&letter).await;
    let id = accepted(&sent).to_owned();
    assert_eq!(accepted(&resend.send(&letter).await), id, "the same mail, as often as it is tried");
    assert_eq!(sandbox.counts(Some(Provider::Resend)).accepted, 1);
    let found = resend.find(&lost(letter)).await;
    let ids: Vec<String> = match found {
        Found::Yes { provider_id, .. } => vec![provider_id],
        Found::Candidates(list) => list.into_iter().map(|c| c.provider_id).collect(),
        other => panic!("it is there: {other:?}"),
    };
    assert_eq!(ids, std::slice::from_ref(&id));
    assert!(matches!(resend.status(&id).await, Some(Found::Yes { .. })));
    sandbox.stop().await;
}

#[tokio::test]
async fn another_text_under_a_used_key_leaves_the_outcome_open() {
    let sandbox = sandbox(|_| {}).await;
    let resend = resend(&sandbox, KEY);
    let mut letter = mail(1, "delivered@practice.example");
    resend.send(&letter).await;
    letter.body.push('!');
    let outcome = resend.send(&letter).await;
    assert!(
        matches!(&outcome, Outcome::Unknown { failure } if failure.code == "invalid_idempotent_request"),
        "{outcome:?}"
    );
    sandbox.stop().await;
}

#[tokio::test]
async fn refusals_of_mails_are_certain() {
    let sandbox = sandbox(|_| {}).await;
    let resend = resend(&sandbox, KEY);
    for (to, class) in [
        ("invalid@practice.example", FailureClass::Recipient),
        ("unverified@practice.example", FailureClass::Admin),
        ("spam@practice.example", FailureClass::Content),
        ("quota@practice.example", FailureClass::Admin),
        ("limited@practice.example", FailureClass::RateLimited),
    ] {
        assert_eq!(refused(&resend.send(&mail(1, to)).await), class, "{to}");
    }
    assert_eq!(sandbox.counts(Some(Provider::Resend)).accepted, 0);
    sandbox.stop().await;
}

#[tokio::test]
async fn events_of_a_mail_verify_and_say_what_became_of_it() {
    let ear = Ear::open().await;
    let webhook = Webhook {
        url: format!("{}/api/webhooks/communications/resend", ear.url),
        secret: WEBHOOK_SECRET.into(),
    };
    let sandbox = sandbox(|config| {
        if let Some(resend) = &mut config.resend {
            resend.webhook = Some(webhook);
        }
    })
    .await;
    resend(&sandbox, KEY).send(&mail(1, "bounced@practice.example")).await;
    let secrets: Secrets = [("webhook_secret", WEBHOOK_SECRET)].into_iter().collect();
    let said = ear.until("resend", &secrets, |event| {
        matches!(event, Event::Status { status: ReceiptStatus::Failed, .. })
    });
    let Event::Status { token, failure, .. } = said.await else {
        panic!("a status");
    };
    assert_eq!(token.as_deref(), Some("home-1"));
    assert_eq!(failure.map(|failure| failure.class), Some(FailureClass::Recipient));
    sandbox.stop().await;
}

#[tokio::test]
async fn a_mail_reaches_the_server_over_every_kind_of_connection() {
    for tls in [SmtpTls::None, SmtpTls::Starttls, SmtpTls::Tls] {
        let (sandbox, line, _file) = mail_line(tls, "hunter2").await;
        assert!(matches!(line.probe().await, ProbeOutcome::Passed { .. }), "{tls:?}");
        for n in 1..=3 {
            accepted(&line.send(&mail(n, "delivered@practice.example")).await);
        }
        let taken = sandbox.accepted(Some(Provider::Smtp));
        assert_eq!(taken.len(), 3, "{tls:?}");
        let token = taken[0].token.as_deref().unwrap_or_default();
        assert!(token.contains("home-1@barber.example"), "the Message-ID is the letter's: {token}");
        sandbox.stop().await;
    }
}

#[tokio::test]
async fn a_mail_server_is_believed_by_stage() {
    let (sandbox, line, _file) = mail_line(SmtpTls::Starttls, "hunter2").await;
    for (kind, unknown) in [
        (FaultKind::AcceptThenReset, true),
        (FaultKind::AcceptThenHang, true),
        (FaultKind::Error500AfterAccept, true),
        (FaultKind::Status503, false),
        (FaultKind::Rate429, false),
        (FaultKind::Error500, false),
    ] {
        assert!(
            sandbox.inject(Fault::next(Provider::Smtp, kind, 1)),
            "the order to go wrong is taken"
        );
        let before = sandbox.counts(Some(Provider::Smtp)).accepted;
        let outcome = line.send(&mail(1, "delivered@practice.example")).await;
        let taken = sandbox.counts(Some(Provider::Smtp)).accepted - before;
        assert_eq!(matches!(outcome, Outcome::Unknown { .. }), unknown, "{kind:?}: {outcome:?}");
        assert_eq!(taken, u64::from(kind.accepts()), "{kind:?}");
    }
    assert_eq!(line.settle(), Settle::Ask);
    for (to, class) in [
        ("bounced@practice.example", FailureClass::Recipient),
        ("greylist@practice.example", FailureClass::Deferred),
        ("full@practice.example", FailureClass::Deferred),
        ("unavailable@practice.example", FailureClass::Transient),
    ] {
        assert_eq!(refused(&line.send(&mail(2, to)).await), class, "{to}");
    }
    sandbox.stop().await;
}

#[tokio::test]
async fn a_wrong_password_is_told_from_a_dead_server() {
    let (sandbox, line, _file) = mail_line(SmtpTls::Tls, "wrong").await;
    let outcome = line.send(&mail(1, "delivered@practice.example")).await;
    assert_eq!(refused(&outcome), FailureClass::Auth);
    assert!(
        matches!(line.probe().await, ProbeOutcome::Failed(failure) if failure.class == FailureClass::Auth)
    );
    sandbox.stop().await;
    let outcome = line.send(&mail(1, "delivered@practice.example")).await;
    assert_eq!(refused(&outcome), FailureClass::Transient);
}
