use std::io::Write;

use signalbox_domain::{Channel, FailureClass, Outcome};

use super::*;
use crate::peer::Peer;

fn settings(pairs: &[(&str, &str)], api: Option<&str>) -> Settings {
    let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    Settings {
        fields: pairs.iter().map(own).collect(),
        urls: api.iter().map(|url| ("api".to_owned(), (*url).to_owned())).collect(),
    }
}

fn http() -> Http {
    Http::new().expect("the client starts")
}

const TWILIO: &[(&str, &str)] =
    &[("account_sid", "AC00000000000000000000000000000001"), ("from", "+15550100100")];

#[tokio::test]
async fn an_opened_line_speaks_to_the_address_it_was_given() {
    let peer = Peer::saying(200, "", r#"{"status":"active","friendly_name":"Desk"}"#).await;
    let url = format!("{}twilio", peer.url);
    let secrets: Secrets = [("auth_token", "secret-token")].into_iter().collect();
    let settings = settings(TWILIO, Some(&url));
    let line = open("twilio", Environment::Custom, &settings, &secrets, &http()).expect("opens");
    assert_eq!((line.channel(), line.address().as_deref()), (Channel::Sms, Some("+15550100100")));
    assert!(matches!(line.probe().await, crate::ProbeOutcome::Passed { .. }));
    assert!(peer.heard()[0].starts_with("GET /twilio/2010-04-01/Accounts/AC0"));
    assert!(!format!("{line:?}").contains("secret-token"));
}

#[test]
fn settings_that_would_send_credentials_elsewhere_do_not_open() {
    let secrets: Secrets =
        [("auth_token", "0123456789abcdef0123456789abcdef")].into_iter().collect();
    let settings = settings(TWILIO, Some("http://127.0.0.1:1"));
    let error = open("twilio", Environment::Production, &settings, &secrets, &http());
    let error = error.expect_err("production only speaks to Twilio");
    assert!(matches!(error, OpenError::Field(FieldError { field, .. }) if field == "url.api"));
    let error = open("fax", Environment::Production, &settings, &secrets, &http());
    assert!(matches!(error, Err(OpenError::UnknownProvider(_))));
}

#[test]
fn a_ca_file_must_hold_a_certificate() {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    let path = file.path().to_str().expect("a path in UTF-8").to_owned();
    let base = [("host", "smtp.example.com"), ("from", "desk@barber.example")];
    let open_with_ca = |path: &str| {
        let mut pairs = base.to_vec();
        pairs.push(("ca_file", path));
        let secrets = Secrets::new();
        let found =
            open("smtp", Environment::Production, &settings(&pairs, None), &secrets, &http());
        found.map(|_| ()).map_err(|error| match error {
            OpenError::Field(error) => error.field,
            other => panic!("{other}"),
        })
    };
    assert_eq!(open_with_ca(&path), Err("ca_file".into()), "an empty file vouches for nobody");
    assert_eq!(open_with_ca("/nowhere/ca.pem"), Err("ca_file".into()));
    let made = rcgen::generate_simple_self_signed(vec!["smtp.example.com".into()]);
    let pem = made.expect("a certificate").cert.pem();
    file.write_all(pem.as_bytes()).expect("the file can be written");
    assert_eq!(open_with_ca(&path), Ok(()));
}

#[tokio::test]
async fn a_line_of_another_channel_refuses_without_a_call() {
    let secrets: Secrets = [("api_key", "re_1")].into_iter().collect();
    let settings = settings(&[("from", "desk@barber.example")], None);
    let line =
        open("resend", Environment::Production, &settings, &secrets, &http()).expect("opens");
    let letter = crate::Letter {
        message: signalbox_domain::MessageId::from_raw(1),
        token: "t".into(),
        channel: Channel::Sms,
        to: "+15550100123".into(),
        name: None,
        subject: None,
        body: "text".into(),
        created_at: chrono::DateTime::UNIX_EPOCH,
        status_callback: None,
    };
    let outcome = line.send(&letter).await;
    assert!(
        matches!(outcome, Outcome::Refused { failure, .. } if failure.class == FailureClass::Permanent)
    );
}

#[test]
fn the_reach_of_a_code_can_be_asked() {
    assert_eq!(scope_of("twilio", "30034"), Scope::Line);
    assert_eq!(scope_of("twilio", "30007"), Scope::Message);
    assert_eq!(scope_of("resend", "testing_only"), Scope::Message);
    assert_eq!(scope_of("smtp", "550 5.7.1"), Scope::Message);
    assert_eq!(scope_of("smtp", "timeout"), Scope::Line);
    assert_eq!(scope_of("fax", "1"), Scope::Line);
}
