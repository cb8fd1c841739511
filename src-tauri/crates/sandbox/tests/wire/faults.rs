//! Faults on request and magic recipients: what the caller sees, and what was counted all the same.

use std::io::ErrorKind;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use signalbox_sandbox::config::{ACCOUNT_SID, AUTH_TOKEN};
use signalbox_sandbox::{Fault, FaultKind, Provider, SandboxConfig, TwilioConfig, WhenFull};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Bench, FROM, TO, answer, email_to, soon, unlimited, until};

async fn struck(kind: FaultKind) -> (Bench, Result<reqwest::Response, reqwest::Error>) {
    let bench = Bench::plain().await;
    assert!(bench.sandbox.inject(Fault::next(Provider::Twilio, kind, 1)));
    let request =
        bench.twilio("POST", "/Messages.json").form(&[("To", TO), ("From", FROM), ("Body", "x")]);
    let answer = soon("an end of the request", request.send()).await;
    (bench, answer)
}

#[tokio::test]
async fn accept_then_reset_counts_the_message_and_answers_nothing() {
    let (bench, answer) = struck(FaultKind::AcceptThenReset).await;
    let error = answer.expect_err("the connection must be reset");
    assert!(!error.is_connect() && !error.is_timeout(), "the request was written: {error:?}");
    assert_eq!(bench.sandbox.counts(None).accepted, 1);
    assert!(bench.sandbox.faults().is_empty(), "the rule is spent");
    assert_eq!(bench.sms(TO, "x").await.status, 201);
    assert_eq!(
        bench.sandbox.counts(None).doubled[0].times,
        2,
        "a blind retry is counted as doubled"
    );
}

#[tokio::test]
async fn reset_before_looks_the_same_but_counts_nothing() {
    let (bench, answer) = struck(FaultKind::ResetBefore).await;
    let error = answer.expect_err("the connection must be reset");
    assert!(!error.is_connect() && !error.is_timeout(), "{error:?}");
    assert_eq!(bench.sandbox.counts(None).accepted, 0);
}

#[tokio::test]
async fn a_reset_is_a_tcp_reset_and_not_a_polite_end() {
    let bench = Bench::plain().await;
    let address = bench.sandbox.urls().twilio.clone().unwrap();
    let mut tcp = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    let basic = STANDARD.encode(format!("{ACCOUNT_SID}:{AUTH_TOKEN}"));
    let body = "To=%2B12025550164&From=%2B15005550006&Body=x";
    let request = format!(
        "POST /2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json HTTP/1.1\r\nHost: api\r\nAuthorization: Basic {basic}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut got = Vec::new();
    let end = soon("the reset", tcp.read_to_end(&mut got)).await;
    assert_eq!(end.map_err(|error| error.kind()), Err(ErrorKind::ConnectionReset));
    assert!(got.is_empty(), "not one byte of an answer");
    assert_eq!(bench.sandbox.counts(None).accepted, 1);
}

#[tokio::test]
async fn answers_that_are_not_acceptances_have_the_providers_form() {
    for (kind, status, counted) in [
        (FaultKind::Error500AfterAccept, 500, 1),
        (FaultKind::Error500, 500, 0),
        (FaultKind::Html502, 502, 0),
        (FaultKind::Status503, 503, 0),
        (FaultKind::Rate429, 429, 0),
        (FaultKind::Auth401, 401, 0),
    ] {
        let (bench, answer) = struck(kind).await;
        let answer = answer.unwrap();
        assert_eq!(answer.status(), status, "{kind:?}");
        assert_eq!(bench.sandbox.counts(None).accepted, counted, "{kind:?}");
        let text = answer.text().await.unwrap();
        assert_eq!(text.starts_with("<html>"), kind == FaultKind::Html502, "{kind:?}: {text}");
    }
}

#[tokio::test]
async fn a_hang_answers_nothing_and_ends_with_the_callers_patience() {
    for (kind, counted) in [(FaultKind::Hang, 0), (FaultKind::AcceptThenHang, 1)] {
        let bench = Bench::plain().await;
        assert!(bench.sandbox.inject(Fault::next(Provider::Twilio, kind, 1)));
        let request = bench
            .twilio("POST", "/Messages.json")
            .form(&[("To", TO), ("From", FROM), ("Body", "x")])
            .timeout(Duration::from_millis(300));
        let sent = tokio::spawn(request.send());
        until("the stroke", || bench.sandbox.faults().is_empty()).await;
        until("the count", || bench.sandbox.counts(None).accepted == counted).await;
        let error = soon("the time-out", sent).await.unwrap().expect_err("no answer may come");
        assert!(error.is_timeout(), "{kind:?}: {error:?}");
        assert_eq!(bench.sandbox.counts(None).accepted, counted, "{kind:?}");
        soon("a stop that does not wait for hanging requests", bench.sandbox.stop()).await;
    }
}

#[tokio::test]
async fn retry_after_is_sent_when_it_was_ordered() {
    let bench = Bench::plain().await;
    let fault = json!({"provider": "twilio", "kind": "rate_429", "next": 1, "retry_after": 7});
    assert_eq!(answer(bench.control("POST", "/faults").json(&fault)).await.status, 201);
    let limited = bench.sms(TO, "x").await;
    assert_eq!(limited.twilio_error(), (429, 20429));
    assert_eq!(limited.headers["retry-after"], "7");
}

#[tokio::test]
async fn a_revoked_credential_fails_probes_and_sends_until_it_is_taken_back() {
    let bench = Bench::plain().await;
    let fault = json!({"provider": "resend", "kind": "auth_401"});
    answer(bench.control("POST", "/faults").json(&fault)).await;
    assert_eq!(answer(bench.resend("GET", "/domains")).await.resend_error().1, "invalid_api_key");
    assert_eq!(
        bench.email(&email_to("delivered@resend.dev")).await.resend_error().1,
        "invalid_api_key"
    );
    assert_eq!(
        answer(bench.twilio("GET", "/Balance.json")).await.status,
        200,
        "the other provider is well"
    );
    answer(bench.control("DELETE", "/faults")).await;
    assert_eq!(answer(bench.resend("GET", "/domains")).await.status, 200);
}

#[tokio::test]
async fn a_fault_can_be_meant_for_one_recipient_or_for_reads_only() {
    let bench = Bench::plain().await;
    let one =
        Fault { to: Some(TO.to_owned()), ..Fault::next(Provider::Twilio, FaultKind::Status503, 1) };
    assert!(bench.sandbox.inject(one));
    assert_eq!(bench.sms("+15551230002", "x").await.status, 201);
    assert_eq!(bench.sms(TO, "x").await.twilio_error(), (503, 20503));
    answer(
        bench
            .control("POST", "/faults")
            .json(&json!({"kind": "status_503", "on": "read", "next": 1})),
    )
    .await;
    assert_eq!(bench.sms(TO, "x").await.status, 201);
    assert_eq!(answer(bench.twilio("GET", "/Balance.json")).await.twilio_error(), (503, 20503));
}

#[tokio::test]
async fn magic_numbers_that_stumble_recover_after_their_count() {
    let bench = Bench::plain().await;
    let unavailable = "+12025550170";
    for want in [503, 503, 201, 201] {
        assert_eq!(bench.sms(unavailable, "x").await.status, want);
    }
    bench.sandbox.clear_faults();
    assert_eq!(bench.sms(unavailable, "x").await.status, 503, "it starts anew");
}

#[tokio::test]
async fn latency_stands_on_both_sides_of_acceptance() {
    let config = SandboxConfig { latency_ms: 1_000, ..unlimited() };
    let bench = Bench::start(config).await;
    let request =
        bench.twilio("POST", "/Messages.json").form(&[("To", TO), ("From", FROM), ("Body", "x")]);
    let sent = tokio::spawn(request.send());
    // The request may still be on its way when time moves, so time moves until it has been counted.
    until("acceptance", || {
        bench.advance(500);
        bench.sandbox.counts(None).accepted == 1
    })
    .await;
    assert!(
        !sent.is_finished(),
        "accepted, and the answer is still to come: here a kill makes it unknown"
    );
    until("the answer", || {
        bench.advance(500);
        sent.is_finished()
    })
    .await;
    assert_eq!(sent.await.unwrap().unwrap().status(), 201);
}

#[tokio::test]
async fn under_random_faults_everything_answered_201_is_in_the_ledger_file_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ledger.jsonl");
    let config = SandboxConfig {
        ledger: Some(path.clone()),
        twilio: Some(TwilioConfig::default()),
        keep: 10_000,
        when_full: WhenFull::Refuse,
        ..unlimited()
    };
    let bench = Bench::start(config).await;
    for (seed, kind) in
        [(1, FaultKind::AcceptThenReset), (2, FaultKind::ResetBefore), (3, FaultKind::Status503)]
    {
        let fault = Fault {
            next: None,
            probability: Some(0.2),
            seed,
            ..Fault::next(Provider::Twilio, kind, 0)
        };
        assert!(bench.sandbox.inject(fault));
    }
    let mut sends = tokio::task::JoinSet::new();
    for n in 0..300 {
        let body = format!("message {n}");
        let request = bench.twilio("POST", "/Messages.json").form(&[
            ("To", TO),
            ("From", FROM),
            ("Body", &body),
        ]);
        sends.spawn(async move {
            match request.send().await {
                Ok(answer) if answer.status() == 201 => Some(body),
                _ => None,
            }
        });
    }
    let told: Vec<String> = sends.join_all().await.into_iter().flatten().collect();
    let written = std::fs::read_to_string(&path).unwrap();
    let ledger: Vec<String> = written
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["body"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    let lost: Vec<&String> = told.iter().filter(|body| !ledger.contains(body)).collect();
    assert!(lost.is_empty(), "answered 201 but not written: {lost:?}");
    assert!(ledger.len() > told.len(), "some were accepted and the caller was not told");
    let counts = bench.sandbox.counts(None);
    assert_eq!(counts.accepted, ledger.len() as u64);
    assert!(counts.doubled.is_empty(), "nobody sent anything twice");
}

#[tokio::test]
async fn a_full_counting_sandbox_refuses_instead_of_losing_count() {
    let config = SandboxConfig { keep: 1, when_full: WhenFull::Refuse, ..unlimited() };
    let bench = Bench::start(config).await;
    assert_eq!(bench.sms(TO, "1").await.status, 201);
    assert_eq!(bench.sms(TO, "2").await.twilio_error(), (503, 20503));
    assert_eq!(
        bench.email(&email_to("delivered@resend.dev")).await.status,
        200,
        "each provider counts for itself"
    );
}
