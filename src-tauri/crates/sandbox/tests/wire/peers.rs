//! The simulated providers against software that was written for the real ones, and our signatures against those of the
//! official packages. The peers are Node programs in `tests/peers`.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use signalbox_sandbox::config::{ACCOUNT_SID, API_KEY, AUTH_TOKEN, WEBHOOK_SECRET};
use signalbox_sandbox::{svix_signature, twilio_signature};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

use crate::smtp::Talk;
use crate::support::{Bench, FROM, TO, email_to, http, soon};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/peers")
}

/// One Node program that answers a JSON line with a JSON line.
struct Peer {
    child: Child,
    orders: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    ready: Value,
}

impl Peer {
    async fn start(script: &str, flags: &[&str]) -> Self {
        let folder = folder();
        assert!(
            folder.join("node_modules").is_dir(),
            "tests/peers/node_modules is missing: run `cargo xtask test`, which installs it with `npm ci` first"
        );
        let mut child = Command::new("node")
            .arg(script)
            .args(flags)
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("Node 20.19 or newer must be installed to run tests/peers: {error}")
            });
        let orders = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready = next(&mut answers).await;
        assert_eq!(ready["ready"], true);
        Self { child, orders, answers, ready }
    }

    async fn ask(&mut self, order: Value) -> Value {
        self.orders.write_all(format!("{order}\n").as_bytes()).await.unwrap();
        next(&mut self.answers).await
    }

    /// What a client got, which must be a success.
    async fn get(&mut self, client: &str, act: &str, args: Value) -> Value {
        let answer = self.ask(json!({"client": client, "do": act, "args": args})).await;
        assert_eq!(answer["ok"], true, "{client} {act}: {answer}");
        answer["value"].clone()
    }

    /// What a client made of a refusal.
    async fn refusal(&mut self, client: &str, act: &str, args: Value) -> Value {
        let answer = self.ask(json!({"client": client, "do": act, "args": args})).await;
        assert_eq!(answer["ok"], false, "{client} {act}: {answer}");
        answer["error"].clone()
    }

    /// Closes its input, upon which it must end by itself.
    async fn end(mut self) {
        drop(self.orders);
        assert!(soon("the peer's end", self.child.wait()).await.unwrap().success());
    }
}

async fn next(answers: &mut Lines<BufReader<ChildStdout>>) -> Value {
    let line =
        soon("the peer's answer", answers.next_line()).await.unwrap().expect("the peer has died");
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

async fn clients(bench: &Bench) -> Peer {
    let urls = bench.sandbox.urls();
    let flags = [
        "--twilio",
        urls.twilio.as_deref().unwrap(),
        "--account-sid",
        ACCOUNT_SID,
        "--auth-token",
        AUTH_TOKEN,
        "--resend",
        urls.resend.as_deref().unwrap(),
        "--resend-key",
        API_KEY,
    ];
    Peer::start("clients.mjs", &flags).await
}

#[tokio::test]
async fn the_official_twilio_client_sends_reads_lists_and_cancels() {
    let bench = Bench::plain().await;
    let mut peer = clients(&bench).await;
    let mut sids = Vec::new();
    for body in ["one", "two", "three"] {
        let made =
            peer.get("twilio", "create", json!({"to": TO, "from": FROM, "body": body})).await;
        assert_eq!((&made["status"], &made["numSegments"]), (&json!("queued"), &json!("1")));
        assert_eq!(
            made["dateCreated"], "2026-11-21T09:55:01.000Z",
            "the client understands the date"
        );
        sids.push(made["sid"].clone());
    }
    assert_eq!(peer.get("twilio", "fetch", json!({"sid": sids[0]})).await["body"], "one");
    // A page of one makes the client follow next_page_uri.
    let listed = peer.get("twilio", "list", json!({"to": TO, "from": FROM, "pageSize": 1})).await;
    let listed: Vec<Value> =
        listed.as_array().unwrap().iter().map(|message| message["sid"].clone()).collect();
    assert_eq!(listed, [sids[2].clone(), sids[1].clone(), sids[0].clone()]);
    let sent_before = json!({"dateSentBefore": "2020-01-01T00:00:00Z"});
    assert_eq!(peer.get("twilio", "list", sent_before).await, json!([]));
    let scheduled = json!({
        "to": TO, "messagingServiceSid": "MG00000000000000000000000000000009", "body": "later",
        "sendAt": "2026-11-21T11:00:00Z", "scheduleType": "fixed",
    });
    let scheduled = peer.get("twilio", "create", scheduled).await;
    assert_eq!(
        peer.get("twilio", "cancel", json!({"sid": scheduled["sid"]})).await["status"],
        "canceled"
    );
    assert_eq!(peer.get("twilio", "remove", json!({"sid": sids[0]})).await, true);
    assert_eq!(peer.get("twilio", "account", json!({})).await["status"], "active");
    assert_eq!(peer.get("twilio", "balance", json!({})).await["balance"], "18.42");
    peer.end().await;
}

#[tokio::test]
async fn the_official_twilio_client_understands_our_refusals() {
    let bench = Bench::plain().await;
    let mut peer = clients(&bench).await;
    let send = |to: &str| json!({"to": to, "from": FROM, "body": "x"});
    for (to, status, code) in [
        ("+12025550150", 400, 21211),
        ("+12025550151", 400, 21610),
        ("+12025550160", 503, 20503),
        ("+12025550161", 429, 20429),
    ] {
        let error = peer.refusal("twilio", "create", send(to)).await;
        assert_eq!((&error["status"], &error["code"]), (&json!(status), &json!(code)), "{to}");
        assert_eq!(error["moreInfo"], format!("https://www.twilio.com/docs/errors/{code}"));
    }
    let lost = peer.refusal("twilio", "create", send("+12025550164")).await;
    assert_eq!(
        lost["code"], "ECONNRESET",
        "an accepted message whose answer is lost is a reset to the client"
    );
    assert_eq!(bench.sandbox.counts(None).accepted, 1);
    let unknown =
        peer.refusal("twilio", "fetch", json!({"sid": "SM00000000000000000000000000000000"})).await;
    assert_eq!((&unknown["status"], &unknown["code"]), (&json!(404), &json!(20404)));
    bench.sandbox.configure(|config| {
        if let Some(twilio) = &mut config.twilio {
            twilio.auth_token = "rotated".to_owned();
        }
    });
    let denied = peer.refusal("twilio", "create", send(TO)).await;
    assert_eq!((&denied["status"], &denied["code"]), (&json!(401), &json!(20003)));
    peer.end().await;
}

#[tokio::test]
async fn the_official_resend_client_sends_reads_lists_and_cancels() {
    let bench = Bench::plain().await;
    let mut peer = clients(&bench).await;
    let to = "delivered@resend.dev";
    let keyed = json!({"email": email_to(to), "idempotencyKey": "k"});
    let first = peer.get("resend", "send", keyed.clone()).await["id"].clone();
    assert_eq!(peer.get("resend", "send", keyed).await["id"], first, "the client's key works");
    assert_eq!(peer.get("resend", "get", json!({"id": first})).await["subject"], "Your invoice");
    let batch = peer.get("resend", "batch", json!({"emails": [email_to(to), email_to(to)]})).await;
    assert_eq!(batch["data"].as_array().unwrap().len(), 2);
    let page = peer.get("resend", "list", json!({"limit": 2})).await;
    assert_eq!((page["data"].as_array().unwrap().len(), &page["has_more"]), (2, &json!(true)));
    let mut scheduled = email_to(to);
    scheduled["scheduledAt"] = json!("2026-11-21T11:00:00Z");
    let scheduled = peer.get("resend", "send", json!({"email": scheduled})).await;
    let moved = json!({"id": scheduled["id"], "scheduledAt": "2026-11-21T12:00:00Z"});
    assert_eq!(peer.get("resend", "update", moved).await["id"], scheduled["id"]);
    assert_eq!(
        peer.get("resend", "cancel", json!({"id": scheduled["id"]})).await["id"],
        scheduled["id"]
    );
    assert_eq!(peer.get("resend", "domains", json!({})).await["data"][0]["status"], "verified");
    peer.end().await;
}

#[tokio::test]
async fn the_official_resend_client_understands_our_refusals() {
    let bench = Bench::plain().await;
    let mut peer = clients(&bench).await;
    for (to, status, name) in [
        ("jo@example.com", json!(422), "validation_error"),
        ("quota@practice.example", json!(429), "daily_quota_exceeded"),
        ("limited@practice.example", json!(429), "rate_limit_exceeded"),
        ("unauthorized-once@practice.example", json!(403), "invalid_api_key"),
        ("gateway@practice.example", json!(502), "application_error"),
        ("reset-before@practice.example", Value::Null, "application_error"),
    ] {
        let error = peer.refusal("resend", "send", json!({"email": email_to(to)})).await;
        assert_eq!((&error["statusCode"], &error["name"]), (&status, &json!(name)), "{to}");
    }
    let keyed = |to: &str| json!({"email": email_to(to), "idempotencyKey": "k"});
    peer.get("resend", "send", keyed("delivered@resend.dev")).await;
    let conflict = peer.refusal("resend", "send", keyed("bounced@resend.dev")).await;
    assert_eq!(conflict["name"], "invalid_idempotent_request");
    peer.end().await;
}

#[tokio::test]
async fn our_signatures_are_those_of_the_official_packages() {
    let mut peer = Peer::start("sign.mjs", &[]).await;
    let url = "https://hooks.example/status?acct=7&m=it's+one";
    let pairs = [
        ("To", "+15551230001"),
        ("Body", "3pm? ✓ 100%"),
        ("ToCity", ""),
        ("Many", "b"),
        ("Many", "a"),
        ("Many", "b"),
    ];
    let params: Vec<(String, String)> =
        pairs.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
    let form =
        json!({"To": "+15551230001", "Body": "3pm? ✓ 100%", "ToCity": "", "Many": ["b", "a", "b"]});
    let theirs =
        peer.ask(json!({"kind": "twilio", "token": AUTH_TOKEN, "url": url, "params": form})).await;
    assert_eq!(theirs["signature"], twilio_signature(AUTH_TOKEN, url, &params));

    let body = "{\"type\":\"email.sent\",\"note\":\"✓\"}\n";
    let order = json!({"kind": "svix", "secret": WEBHOOK_SECRET, "id": "msg_1", "timestamp": 1_795_254_901, "body": body});
    let ours = svix_signature(WEBHOOK_SECRET, "msg_1", 1_795_254_901, body).unwrap();
    assert_eq!(peer.ask(order).await["signature"], ours);

    let with_hash = peer.ask(json!({"kind": "twilio", "token": AUTH_TOKEN, "url": "https://h.example/", "body": "{}"})).await;
    let signed_url = with_hash["url"].as_str().unwrap();
    assert!(signed_url.contains("bodySHA256=44136fa355b3678a"), "{with_hash}");
    assert_eq!(with_hash["signature"], twilio_signature(AUTH_TOKEN, signed_url, &[]));
    assert!(
        peer.ask(json!({"kind": "wax"})).await["error"].is_string(),
        "an unknown order does not end the peer"
    );
    peer.end().await;
}

#[tokio::test]
async fn the_smtp_peer_counts_mail_and_misbehaves_on_request() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join("mail.jsonl");
    let mut peer = Peer::start("smtp.mjs", &["--ledger", ledger.to_str().unwrap()]).await;
    let address = format!("127.0.0.1:{}", peer.ready["port"]);
    let control = peer.ready["control"].as_str().unwrap().to_owned();
    let mail = async || {
        let mut talk = Talk::open(&address).await;
        talk.try_say("EHLO test").await;
        talk.mail("jo@mail.example").await
    };
    assert!(mail().await.unwrap().starts_with("250"));
    for (fault, reply) in [
        ("defer_450", Some("450")),
        ("defer_421", Some("421")),
        ("refuse_550", Some("550")),
        ("drop_before", None),
        ("drop_after", None),
    ] {
        assert_eq!(peer.ask(json!({"fault": fault, "next": 1})).await["ok"], true);
        let got = mail().await;
        assert_eq!(got.as_deref().map(|reply| &reply[..3]), reply, "{fault}");
    }
    let log: Value =
        http().get(format!("{control}/log")).send().await.unwrap().json().await.unwrap();
    assert_eq!(log["counts"]["accepted"], 2, "the first, and the one whose answer was dropped");
    assert_eq!(log["counts"]["doubled"]["<1@mail.example> jo@mail.example"], 2);
    assert_eq!(std::fs::read_to_string(&ledger).unwrap().lines().count(), 2);
    assert!(peer.ask(json!({"fault": "explode"})).await["error"].is_string());
    peer.end().await;
}
