//! Lists of text messages: what is wrong with a row is said, and the rest goes on.

use signalbox_domain::phone::CountryCode;
use signalbox_domain::{Channel, MessageState};
use signalbox_engine::{BadRow, BadRowKind, Import, RefusalKind};
use signalbox_store::{PageRequest, Stream};

use crate::desk::Desk;
use crate::rows;

/// Commas, quotes, and a text that costs two segments for one in ten.
const WRONG_TEXTS: &[(&str, &str, &str)] = &[
    (",Ann,10:00,", "Mobile", ""),
    ("555 01oo 111,Ann,10:00,", "Mobile", ""),
    ("12,Ann,10:00,", "Mobile", ""),
    ("+1 555 010 0101 2222 3333,Ann,10:00,", "Mobile", ""),
    ("ann@mail.example,Ann,10:00,", "Mobile", ""),
    ("+15550100001,Guest 1,10:00,", "Mobile", "same person"),
    ("(555) 010-0002,Guest 2,10:00,", "Mobile", "same person"),
    ("+15550109998,Stop,10:00,", "Mobile", "opted out"),
    ("+15550109999,Stop,10:00,", "Mobile", "opted out"),
    ("+15550108001,,10:00,", "Name", "name"),
    ("+15550108002,Ann,,", "Time", "time"),
    ("+15550108003,Ann,10:00,2020-01-01 09:00", "Until", "stop being useful"),
    ("+15550108004,Ann,10:00,tomorrow", "Until", ""),
    ("+15550108005,Ann,10:00", "", "3 cells"),
    ("+15550108006,Ann,10:00,,", "", "5 cells"),
    ("\"+15550108007,Ann,10:00,", "", "quote"),
    ("+15550108008,\"An\"n,10:00,", "", "quote"),
    ("+15550108009,A\u{fffd}n,10:00,", "Name", "could not be read"),
    ("+15550108010,Ann,10:0\u{fffd},", "Time", "could not be read"),
    ("+15550108011,A\u{1b}nn,10:00,", "Name", ""),
];

fn import(csv: String) -> Import {
    Import {
        csv,
        map: rows::map(&[
            ("Mobile", "to"),
            ("Name", "name"),
            ("Time", "time"),
            ("Until", "useful_until"),
        ]),
        channel: Channel::Sms,
        body: Some("Hello {name}, see you at {time}.".into()),
        subject: None,
        connection: None,
        country: None,
        name: Some("Tuesday".into()),
        send_at: None,
        useful_until: None,
        idempotency_key: None,
    }
}

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).unwrap()
}

fn five_hundred() -> (String, rows::Wrong) {
    let good = |n: usize| format!("+1555010{n:04},\"Guest {n}\",10:00,");
    rows::mix("Mobile,Name,Time,Until", good, WRONG_TEXTS)
}

#[tokio::test]
async fn of_five_hundred_rows_twenty_are_listed_with_their_reasons_and_the_others_leave() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let now = desk.clock_ms();
    for last in ["9998", "9999"] {
        let address = format!("+1555010{last}");
        let store = desk.engine.store();
        store.set_consent(Channel::Sms, address, false, "test".into(), now).await.unwrap();
    }
    let (csv, bad) = five_hundred();
    let check = desk.engine.check_import(&import(csv.clone())).await.unwrap();
    bad.assert_listed(&check.bad);
    assert_eq!((check.rows, check.ready, check.bad_count), (500, 480, 20));
    assert_eq!((check.duplicates, check.opted_out, check.segments), (2, 2, Some(480)));
    assert_eq!(check.preview.len(), 20);
    assert_eq!(check.preview[0].body, "Hello Guest 1, see you at 10:00.");
    assert!(desk.engine.store().batches(9).await.unwrap().is_empty(), "a check stores nothing");

    let keyed = Import { idempotency_key: Some("tuesday".into()), ..import(csv) };
    let batch = desk.engine.start_import(keyed.clone(), "test").await.unwrap();
    assert_eq!(desk.engine.start_import(keyed, "test").await.unwrap(), batch);
    for _ in 0..20 {
        desk.settle().await;
    }
    let kept = desk.engine.store().batch(batch).await.unwrap();
    let listed: Vec<BadRow> = serde_json::from_str(&kept.bad).unwrap();
    bad.assert_listed(&listed);
    let of = |kind| listed.iter().filter(|bad| bad.kind == kind).count();
    let kinds = [BadRowKind::Fix, BadRowKind::Duplicate, BadRowKind::OptedOut].map(of);
    assert_eq!(kinds, [16, 2, 2], "what has to be corrected, and what is only left out");
    assert_eq!(kept.counts, [(MessageState::Accepted, None, 480)]);
    assert_eq!(desk.wire.script("text").handed(), 480);
}

#[tokio::test]
async fn a_key_brings_back_its_own_file_and_refuses_any_other() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let keyed = |csv: &str| Import {
        idempotency_key: Some("tuesday".into()),
        useful_until: Some(desk.at(60)),
        ..import(csv.into())
    };
    let file = keyed("Mobile,Name,Time,Until\n+15550100001,Ann,10:00,");
    let batch = desk.engine.start_import(file.clone(), "test").await.unwrap();
    let other = keyed("Mobile,Name,Time,Until\n+15550100002,Ben,11:00,");
    let text = Import { body: Some("Hello {name}".into()), ..file.clone() };
    for changed in [other, text] {
        let refusal = desk.engine.start_import(changed, "test").await.unwrap_err();
        assert_eq!((refusal.kind, refusal.code), (RefusalKind::Conflict, "idempotency_key_reused"));
        assert!(refusal.message.contains("another file"), "{refusal}");
    }
    desk.settle().await;
    desk.pass(120).await;
    // Too late for any of its rows by now; it is the same batch all the same.
    assert_eq!(desk.engine.start_import(file.clone(), "test").await.unwrap(), batch);
    assert_eq!(desk.engine.store().batches(9).await.unwrap().len(), 1);
    assert_eq!(desk.wire.script("text").handed(), 1);
    let long = Import { idempotency_key: Some("k".repeat(257)), ..file };
    let refusal = desk.engine.start_import(long, "test").await.unwrap_err();
    assert_eq!(refusal.field.as_deref(), Some("idempotency_key"));
}

#[tokio::test]
async fn numbers_of_a_file_belong_to_its_own_country_and_else_to_the_businesss() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let file = || import("Mobile,Name,Time,Until\n030 9010 1820,Ann,10:00,".into());
    let abroad = Import { country: Some(country("DE")), ..file() };
    let check = desk.engine.check_import(&abroad).await.unwrap();
    assert_eq!((check.ready, check.preview[0].to.as_str()), (1, "+493090101820"));
    let check = desk.engine.check_import(&file()).await.unwrap();
    assert_eq!((check.ready, check.bad[0].column.as_str()), (0, "Mobile"), "no number of the US");
    desk.set(serde_json::json!({ "country": "DE" })).await;
    assert_eq!(desk.engine.check_import(&file()).await.unwrap().ready, 1);
    let home = Import { country: Some(country("US")), ..file() };
    assert_eq!(desk.engine.check_import(&home).await.unwrap().ready, 0);
}

#[tokio::test]
async fn the_rehearsal_of_mails_shows_subject_and_text_as_they_would_go_out() {
    let desk = Desk::new().await;
    desk.line("mail").await;
    let mails = Import {
        channel: Channel::Email,
        subject: Some("{name}, tomorrow".into()),
        ..import("Mobile,Name,Time,Until\nann@mail.example,Ann,10:00,".into())
    };
    let shown = desk.engine.check_import(&mails).await.unwrap().preview.remove(0);
    assert_eq!(shown.subject.as_deref(), Some("Ann, tomorrow"));
    assert_eq!(shown.body, "Hello Ann, see you at 10:00.");
}

#[tokio::test]
async fn a_cancelled_batch_takes_back_what_has_not_left() {
    let desk = Desk::new().await;
    desk.line("text").await;
    *desk.wire.script("text").pace.lock().unwrap() = signalbox_domain::Pace::per_second(1);
    let (csv, _) = five_hundred();
    let batch = desk.engine.start_import(import(csv), "test").await.unwrap();
    for _ in 0..10 {
        desk.pass(1).await;
    }
    let left = desk.wire.script("text").handed();
    assert!((9..=12).contains(&left), "{left} left");
    let cancelled = desk.engine.cancel_batch(batch, "test").await.unwrap();
    assert_eq!(cancelled, 482 - left, "nobody had opted out here, so two more were good");
    desk.pass(3_600).await;
    assert_eq!(desk.wire.script("text").handed(), left);
    let request = PageRequest {
        streams: vec![Stream::Batch(batch)],
        cursor: None,
        from: 0,
        until: i64::MAX,
        reasons: Vec::new(),
        limit: 1_000,
    };
    let rows = desk.engine.store().page(request).await.unwrap().rows;
    let count = |state| rows.iter().filter(|row| row.state == state).count();
    assert_eq!(count(MessageState::Accepted), left);
    assert_eq!(count(MessageState::Cancelled), cancelled);
    assert!(desk.engine.store().counters_agree().await.unwrap());
}

#[tokio::test]
async fn a_file_that_is_no_list_is_refused_as_a_whole_in_words() {
    let desk = Desk::new().await;
    desk.line("text").await;
    for (csv, field, code) in [
        ("", "csv", "unreadable"),
        ("\u{fffd}\u{fffd}M\0o\0b\0i\0l\0e\0", "csv", "unreadable"),
        ("Mobile,\"Name,Time,Until\n+15550100001,Ann,10:00,", "csv", "unreadable"),
        ("Phone,Name,Time,Until\n+15550100001,Ann,10:00,", "map.Mobile", "unknown_column"),
        ("Mobile,Name,Time,Until", "csv", "no_good_rows"),
        ("Mobile,Name,Time,Until\nnobody,Ann,10:00,", "csv", "no_good_rows"),
    ] {
        let refusal = desk.engine.start_import(import(csv.into()), "test").await.unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Invalid);
        assert_eq!((refusal.field.as_deref(), refusal.code), (Some(field), code), "{csv:?}");
        assert!(!refusal.remedy.is_empty());
    }
    let unmapped = Import { map: rows::map(&[("Name", "name")]), ..import("Name\nAnn".into()) };
    let refusal = desk.engine.start_import(unmapped, "test").await.unwrap_err();
    assert_eq!(refusal.code, "no_recipient_column");
}
