//! Webhooks into a running owner, signed with secrets of the test's own.

use signalbox_sandbox::{Sandbox, SandboxConfig, svix_signature, twilio_signature};

use crate::bench::{Home, SECRET, Serving};

const SID: &str = "AC00000000000000000000000000000001";
const PUBLIC: &str = "https://hooks.example";
const WEBHOOK_SECRET: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

/// A running owner with a Twilio and a Resend line at simulated providers.
fn with_lines(act: impl FnOnce(&Home, &Serving<'_>, &str)) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let sandbox =
        runtime.block_on(Sandbox::start(SandboxConfig::default())).expect("simulated providers");
    let (twilio, resend) = (
        sandbox.urls().twilio.clone().expect("Twilio"),
        sandbox.urls().resend.clone().expect("Resend"),
    );
    let home = Home::new();
    let key = home.file("key", signalbox_sandbox::config::API_KEY);
    let webhook = home.file("webhook", WEBHOOK_SECRET);
    let serving = home.serve(&["--vault", "session", "--public-url", PUBLIC]);
    let line = home
        .run(&[
            "connect",
            "twilio",
            "--name",
            "Texts",
            "--env",
            "custom",
            "--set",
            &format!("account_sid={SID}"),
            "--set",
            "from=+15550100100",
            "--secret",
            "auth_token=@env:TEST_SECRET",
            "--base-url",
            &twilio,
        ])
        .ok();
    assert_eq!(line["signal"], "clear", "{line}");
    home.run(&[
        "connect",
        "resend",
        "--name",
        "Mail",
        "--env",
        "custom",
        "--set",
        "from=desk@mail.example",
        "--secret",
        &format!("api_key=@file:{key}"),
        "--secret",
        &format!("webhook_secret=@file:{webhook}"),
        "--base-url",
        &resend,
    ])
    .ok();
    let id = line["id"].as_str().expect("an id").to_owned();
    act(&home, &serving, &id);
    runtime.block_on(sandbox.stop());
}

fn twilio(
    serving: &Serving<'_>,
    path: &str,
    fields: &[(&str, &str)],
    tamper: impl Fn(&mut String, &mut String),
) -> u16 {
    let params: Vec<_> =
        fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let mut signature = twilio_signature(SECRET, &format!("{PUBLIC}{path}"), &params);
    let mut body = String::new();
    for (key, value) in fields {
        body += &format!("{key}={}&", value.replace('+', "%2B"));
    }
    let mut body = body.trim_end_matches('&').to_owned();
    tamper(&mut signature, &mut body);
    let headers = [
        ("Host", "hooks.example"),
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("X-Twilio-Signature", signature.as_str()),
    ];
    serving.http(&format!("POST {path}"), &headers, &body).0
}

#[test]
fn only_what_is_signed_with_the_line_s_own_secret_is_taken() {
    with_lines(|home, serving, line| {
        let inbound = [
            ("MessageSid", "SM00000000000000000000000000000050"),
            ("AccountSid", SID),
            ("From", "+12015550142"),
            ("To", "+15550100100"),
            ("Body", "Can we move it?"),
            ("SmsStatus", "received"),
        ];
        let own = format!("/api/webhooks/twilio/{line}");
        for path in
            [own.as_str(), "/api/webhooks/twilio?who=it's", "/api/webhooks/communications/twilio"]
        {
            assert_eq!(twilio(serving, path, &inbound, |_, _| {}), 200, "{path}");
        }
        for (what, tamper) in [
            (
                "another body",
                (|_, body| *body = body.replace("move", "drop")) as fn(&mut String, &mut String),
            ),
            ("another signature", |signature, _| {
                *signature = "AAAAAAAAAAAAAAAAAAAAAAAAAAA=".into()
            }),
            ("no signature", |signature, _| signature.clear()),
            ("one field more", |_, body| body.push_str("&Extra=1")),
        ] {
            assert_eq!(twilio(serving, &own, &inbound, tamper), 401, "{what}");
        }
        assert_eq!(
            twilio(serving, "/api/webhooks/twilio/01hq3v8m2k7c4", &inbound, |_, _| {}),
            404,
            "no such line"
        );
        let receipts = home.run(&["receipts"]).ok();
        assert_eq!(
            receipts["items"].as_array().map(Vec::len),
            Some(1),
            "taken three times, kept once: {receipts}"
        );

        let stop = [
            ("MessageSid", "SM00000000000000000000000000000051"),
            ("AccountSid", SID),
            ("From", "+12015550143"),
            ("To", "+15550100100"),
            ("Body", "STOP"),
            ("SmsStatus", "received"),
        ];
        assert_eq!(twilio(serving, &own, &stop, |_, _| {}), 200);
        for _ in 0..200 {
            if home.run(&["call", "suppressions"]).ok()["items"][0]["address"] == "+12015550143" {
                return;
            }
        }
        panic!("who says STOP is written down");
    });
}

#[test]
fn a_practice_line_takes_unsigned_texts_from_this_machine_only_and_they_bind_nobody() {
    let home = Home::new();
    let serving = home.serve(&["--practice"]);
    let stopped = r#"{"channel":"sms","address":"+12015550144","why":"asked"}"#;
    home.run(&["call", "suppress", stopped]).ok();
    let post = |sid: &str, word: &str, more: &[(&str, &str)]| {
        let form = ("Content-Type", "application/x-www-form-urlencoded");
        let body = format!(
            "MessageSid=SM0000000000000000000000000000{sid}&SmsStatus=received\
             &From=%2B12015550144&To=%2B15550100100&Body={word}"
        );
        serving.http("POST /api/webhooks/twilio", &[&[form], more].concat(), &body).0
    };
    let page = [("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site")];
    assert_eq!(post("0001", "START", &page), 401, "a page in the browser of this machine");
    assert_eq!(post("0002", "START", &[("Host", "hooks.example")]), 401, "through a tunnel");
    assert_eq!(post("0003", "START", &[("X-Forwarded-For", "203.0.113.9")]), 401);
    assert_eq!(post("0004", "START", &[]), 200, "a program on this machine");
    for _ in 0..200 {
        let receipts = home.run(&["receipts", "--state", "processed"]).ok();
        if receipts["items"].as_array().is_some_and(|items| !items.is_empty()) {
            let left = home.run(&["call", "suppressions"]).ok();
            assert_eq!(left["items"][0]["address"], "+12015550144", "it still stands: {left}");
            return;
        }
    }
    panic!("it is worked off");
}

#[test]
fn resend_events_are_checked_by_signature_and_time() {
    with_lines(|home, serving, _| {
        let overview = home.run(&["call", "overview"]).ok();
        let now: chrono::DateTime<chrono::Utc> =
            overview["now"].as_str().and_then(|now| now.parse().ok()).expect("the time");
        let body = r#"{"type":"email.delivered","created_at":"2026-11-21T09:55:03.000Z","data":{"email_id":"4ef9a417-02e9-4d39-ad75-9611e0fcc33c","to":["jo@example.com"]}}"#;
        let post = |at: i64, signed: &str, sent: &str| {
            let signature =
                svix_signature(WEBHOOK_SECRET, "msg_1", at, signed).expect("a signature");
            let at = at.to_string();
            let headers = [
                ("Content-Type", "application/json"),
                ("svix-id", "msg_1"),
                ("svix-timestamp", at.as_str()),
                ("svix-signature", signature.as_str()),
            ];
            serving.http("POST /api/webhooks/communications/resend", &headers, sent).0
        };
        let now = now.timestamp();
        assert_eq!(post(now, body, body), 200);
        assert_eq!(post(now, body, body), 200, "a repetition is fine");
        assert_eq!(post(now, body, &format!("{body} ")), 401, "one byte more");
        assert_eq!(post(now - 600, body, body), 401, "ten minutes old");
        assert_eq!(
            serving
                .http("POST /api/webhooks/resend", &[("Content-Type", "application/json")], body)
                .0,
            401
        );
    });
}
