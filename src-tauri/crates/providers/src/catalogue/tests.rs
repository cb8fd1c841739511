use std::collections::{BTreeMap, BTreeSet};

use signalbox_domain::Environment::{self, Custom, Practice, Production, Sandbox};

use super::*;

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn map(pairs: Pairs<'_>) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn check(
    provider: &str,
    environment: Environment,
    fields: Pairs<'_>,
    secrets: Pairs<'_>,
    urls: Pairs<'_>,
) -> Result<Settings, FieldError> {
    let secrets: Secrets = secrets.iter().copied().collect();
    validate(provider, environment, &map(fields), &secrets, &map(urls))
}

/// The field that is refused, or nothing.
fn refused(
    provider: &str,
    environment: Environment,
    fields: Pairs<'_>,
    secrets: Pairs<'_>,
    urls: Pairs<'_>,
) -> Option<String> {
    let error = check(provider, environment, fields, secrets, urls).err()?;
    assert!(!error.say.is_empty() && !error.mend.is_empty(), "{error:?}");
    assert!(!error.say.ends_with('.') && !error.mend.ends_with('.'), "{error:?}");
    Some(error.field)
}

const SID: (&str, &str) = ("account_sid", "AC00000000000000000000000000000001");
const TOKEN: Pairs<'_> = &[("auth_token", "0123456789abcdef0123456789abcdef")];
const NUMBER: (&str, &str) = ("from", "+15550100100");

#[test]
fn the_list_is_consistent() {
    let mut keys = BTreeSet::new();
    for info in providers() {
        assert!(keys.insert(info.key));
        assert!(info.docs_url.starts_with("https://"));
        let mut fields = BTreeSet::new();
        for field in info.fields {
            assert!(fields.insert(field.key), "{} twice", field.key);
            assert!(!field.label.is_empty() && !field.hint.is_empty() && !field.example.is_empty());
            assert!(!field.hint.ends_with('.'), "{}", field.key);
            assert_eq!(field.secret, field.kind == FieldKind::Password, "{}", field.key);
            assert_eq!(field.choices.is_some(), field.kind == FieldKind::Choice, "{}", field.key);
        }
    }
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), ["resend", "smtp", "twilio"]);
    let json = serde_json::to_value(provider("twilio")).expect("JSON");
    assert_eq!(json["channel"], "sms");
    assert_eq!(json["fields"][1]["kind"], "password");
    assert_eq!(json["environments"][0], "production");
    assert!(json.get("hosts").is_none());
}

#[test]
fn a_complete_twilio_line_is_taken_and_tidied() {
    let settings = check("twilio", Production, &[SID, ("from", " +1 (555) 010-0100 ")], TOKEN, &[]);
    let settings = settings.expect("complete");
    assert_eq!(settings.get("from"), Some("+15550100100"));
    for from in ["55501", "BARBER", "Joe's"] {
        let told = check("twilio", Production, &[SID, ("from", from)], TOKEN, &[]);
        assert_eq!(told.is_ok(), from != "Joe's", "{from}");
    }
    let service = ("messaging_service_sid", "MG00000000000000000000000000000001");
    assert!(check("twilio", Production, &[SID, service, ("from", "")], TOKEN, &[]).is_ok());
}

#[test]
fn each_slip_in_a_twilio_line_is_told_at_its_field() {
    let service = ("messaging_service_sid", "MG00000000000000000000000000000001");
    let cases: &[(&str, Pairs<'_>, Pairs<'_>)] = &[
        ("account_sid", &[NUMBER], TOKEN),
        ("account_sid", &[("account_sid", "SK00000000000000000000000000000001"), NUMBER], TOKEN),
        ("account_sid", &[("account_sid", "AC1"), NUMBER], TOKEN),
        ("auth_token", &[SID, NUMBER], &[]),
        ("auth_token", &[SID, NUMBER], &[("auth_token", "short")]),
        ("auth_token", &[SID, NUMBER], &[("auth_token", "0123456789abcdef\r\n0123456789abcd")]),
        ("auth_token", &[SID, NUMBER, ("auth_token", "x")], &[]),
        ("from", &[SID], TOKEN),
        ("from", &[SID, ("from", "5550100100")], TOKEN),
        ("from", &[SID, ("from", "+0555010010")], TOKEN),
        ("from", &[SID, ("from", "A name too long")], TOKEN),
        ("messaging_service_sid", &[SID, NUMBER, service], TOKEN),
        ("messaging_service_sid", &[SID, ("messaging_service_sid", "PN1")], TOKEN),
        ("frmo", &[SID, NUMBER, ("frmo", "x")], TOKEN),
        ("api_key", &[SID, NUMBER], &[TOKEN[0], ("api_key", "x")]),
    ];
    for (field, fields, secrets) in cases {
        let told = refused("twilio", Production, fields, secrets, &[]);
        assert_eq!(told.as_deref(), Some(*field), "{fields:?}");
    }
}

#[test]
fn credentials_only_travel_where_they_may() {
    let told = |environment, url: &str| {
        let fields: Pairs<'_> = &[SID, NUMBER];
        refused("twilio", environment, fields, TOKEN, &[("api", url)]).is_none()
    };
    for (environment, url, allowed) in [
        (Production, "https://api.dublin.ie1.twilio.com", true),
        (Production, "https://api.twilio.com.evil.example", false),
        (Production, "https://eviltwilio.com", false),
        (Production, "http://api.twilio.com", false),
        (Production, "http://127.0.0.1:4010", false),
        (Sandbox, "https://proxy.example", false),
        (Custom, "https://proxy.example/twilio/", true),
        (Custom, "http://proxy.example", false),
        (Custom, "http://127.0.0.1:4010/twilio", true),
        (Custom, "http://[::1]:4010", true),
        (Custom, "http://127.0.0.1.evil.example", false),
        (Custom, "https://user:pass@proxy.example", false),
        (Custom, "https://proxy.example/?x=1", false),
        (Custom, "ftp://proxy.example", false),
        (Custom, "proxy.example", false),
        (Practice, "http://127.0.0.1:4010/twilio", true),
        (Practice, "https://api.twilio.com", false),
    ] {
        assert_eq!(told(environment, url), allowed, "{environment} {url}");
    }
    let practice = refused("twilio", Practice, &[SID, NUMBER], TOKEN, &[]);
    assert_eq!(practice.as_deref(), Some("url.api"), "practice must never reach the real provider");
    let other =
        refused("twilio", Custom, &[SID, NUMBER], TOKEN, &[("authorize", "https://a.example")]);
    assert_eq!(other.as_deref(), Some("url.authorize"));
    let settings =
        check("twilio", Custom, &[SID, NUMBER], TOKEN, &[("api", "http://127.0.0.1:1/p/")]);
    assert_eq!(settings.expect("fits").urls["api"], "http://127.0.0.1:1/p");
}

#[test]
fn a_resend_line_is_checked() {
    let from = ("from", "Corner Barber <desk@barber.example>");
    let key: Pairs<'_> = &[("api_key", "re_123")];
    assert!(check("resend", Production, &[from], key, &[]).is_ok());
    let cases: &[(&str, Pairs<'_>, Pairs<'_>)] = &[
        ("api_key", &[from], &[]),
        ("api_key", &[from], &[("api_key", "whsec_abc")]),
        ("api_key", &[from], &[("api_key", "re_1 2")]),
        ("from", &[], key),
        ("from", &[("from", "barber.example")], key),
        ("from", &[("from", "a@b.example\r\nBcc: c@d.example")], key),
        ("webhook_secret", &[from], &[key[0], ("webhook_secret", "whsec_%%%")]),
    ];
    for (field, fields, secrets) in cases {
        let told = refused("resend", Production, fields, secrets, &[]);
        assert_eq!(told.as_deref(), Some(*field), "{fields:?} {secrets:?}");
    }
}

#[test]
fn a_mail_server_is_checked() {
    let host = ("host", "smtp.example.com");
    let from = ("from", "desk@barber.example");
    let user = ("username", "desk");
    let password: Pairs<'_> = &[("password", "hunter 2")];
    let settings = check("smtp", Production, &[host, from, user], password, &[]).expect("fits");
    assert_eq!((settings.get("port"), settings.get("tls")), (Some("465"), Some("tls")));
    let starttls = check("smtp", Production, &[host, from, ("tls", "starttls")], &[], &[]);
    assert_eq!(starttls.expect("fits").get("port"), Some("587"));
    let local = [("host", "127.0.0.1"), from, ("tls", "none"), ("port", "1025")];
    assert!(check("smtp", Custom, &local, &[], &[]).is_ok());
    let cases: &[(&str, Pairs<'_>, Pairs<'_>)] = &[
        ("host", &[from], &[]),
        ("host", &[("host", "https://smtp.example.com"), from], &[]),
        ("host", &[("host", "smtp.example.com:465"), from], &[]),
        ("tls", &[host, from, ("tls", "none")], &[]),
        ("tls", &[host, from, ("tls", "ssl")], &[]),
        ("tls", &[("host", "127.0.0.1.evil.example"), from, ("tls", "none")], &[]),
        ("port", &[host, from, ("port", "0")], &[]),
        ("port", &[host, from, ("port", "65536")], &[]),
        ("password", &[host, from, user], &[]),
        ("username", &[host, from], password),
        ("from", &[host], &[]),
        ("from", &[host, ("from", "desk")], &[]),
    ];
    for (field, fields, secrets) in cases {
        let told = refused("smtp", Production, fields, secrets, &[]);
        assert_eq!(told.as_deref(), Some(*field), "{fields:?}");
    }
    assert_eq!(refused("smtp", Practice, &[host, from], &[], &[]).as_deref(), Some("host"));
    assert_eq!(refused("smtp", Sandbox, &[host, from], &[], &[]).as_deref(), Some("environment"));
    let url: Pairs<'_> = &[("api", "https://a.example")];
    assert_eq!(refused("smtp", Custom, &[host, from], &[], url).as_deref(), Some("url.api"));
    assert_eq!(refused("fax", Production, &[], &[], &[]).as_deref(), Some("provider"));
}

#[test]
fn what_has_passed_once_passes_unchanged_again() {
    let secrets: Secrets = [("api_key", "re_1")].into_iter().collect();
    for from in [
        "desk@barber.example",
        "Corner Barber <desk@barber.example>",
        "\"Corner, Barber\" <desk@barber.example>",
        "J\u{fc}rgen <desk@b\u{fc}cher.example>",
    ] {
        let first = check("resend", Production, &[("from", from)], &[("api_key", "re_1")], &[]);
        let first = first.unwrap_or_else(|error| panic!("{from}: {error}"));
        let again = validate("resend", Production, &first.fields, &secrets, &first.urls);
        assert_eq!(
            again,
            Ok(first),
            "stored settings go through the same gate when they are opened"
        );
    }
}
