//! What stands around the messages: lines, checks, changes, settings, tokens, consents.

use std::collections::BTreeMap;

use signalbox_domain::{
    Channel, CheckOutcome, ConnectionId, ConnectionState, FailureClass, HoldReason, MessageState,
    Signal,
};
use signalbox_store::{
    CheckRow, Enqueued, LineChange, NewChange, NewConnection, NewMessage, StoreError, Then,
};

use crate::desk::{Desk, HOUR, MINUTE, a_line, failure, told};

#[tokio::test]
async fn a_line_is_kept_with_its_credential_or_not_at_all() {
    let mut desk = Desk::new().await;
    let made = NewConnection {
        fields: BTreeMap::from([("from".into(), "+15550199".into())]),
        urls: BTreeMap::from([("api".into(), "https://api.example".into())]),
        ..a_line("second")
    };
    let sealed = |id: ConnectionId| Ok(format!("sealed for {id}").into_bytes());
    let id = desk.store().add_connection(made, sealed, told(desk.now(), "made")).await.unwrap();
    let unsealed = desk.store().add_connection(
        a_line("third"),
        |_| Err("the vault is locked".into()),
        told(desk.now(), "made"),
    );
    let refused = unsealed.await;
    assert!(
        matches!(&refused, Err(StoreError::Conflict(why)) if why == "the vault is locked"),
        "{refused:?}"
    );
    desk.reopen();
    let lines = desk.store().connections().await.unwrap();
    assert_eq!(
        lines.iter().map(|row| row.made.name.as_str()).collect::<Vec<_>>(),
        ["first", "second"]
    );
    assert_eq!(lines[1].state, ConnectionState::Pending);
    assert_eq!(lines[1].made.fields["from"], "+15550199");
    assert_eq!(lines[1].made.urls["api"], "https://api.example");
    let kept = desk.store().credential(id).await.unwrap();
    assert_eq!(kept, format!("sealed for {id}").into_bytes(), "the seal is bound to the id");
    let changes = desk.store().changes(Some(id), None, 10).await.unwrap();
    assert_eq!((changes.len(), changes[0].change.say.as_str()), (1, "made"));
}

#[tokio::test]
async fn a_line_is_changed_in_place_and_keeps_the_old_credential_without_a_new_one() {
    let desk = Desk::new().await;
    let change = |say| told(desk.now(), say);
    let update = |sealed| {
        desk.store().update_connection(
            desk.line,
            a_line("renamed"),
            sealed,
            false,
            change("renamed"),
        )
    };
    update(None).await.unwrap();
    assert_eq!(desk.store().credential(desk.line).await.unwrap(), b"sealed");
    update(Some(b"other".to_vec())).await.unwrap();
    assert_eq!(desk.store().credential(desk.line).await.unwrap(), b"other");
    assert_eq!(desk.store().connection(desk.line).await.unwrap().made.name, "renamed");
}

#[tokio::test]
async fn a_removed_line_leaves_the_board_and_its_history_stays() {
    let desk = Desk::new().await;
    let id = desk.queue("+15550101").await;
    desk.store().remove_connection(desk.line, told(desk.now(), "removed")).await.unwrap();
    assert!(desk.store().connections().await.unwrap().is_empty());
    let row = desk.store().connection(desk.line).await.unwrap();
    assert_eq!((row.removed_at, row.state), (Some(desk.now()), ConnectionState::Disabled));
    assert_eq!(desk.row(id).await.connection, desk.line);
    let changes = desk.store().changes(Some(desk.line), None, 1).await.unwrap();
    assert_eq!(changes[0].change.say, "removed", "the change names the line it is about");
    let credential = desk.store().credential(desk.line).await;
    assert!(matches!(credential, Err(StoreError::NotFound)), "no secret of it is left");
    let again = desk.store().remove_connection(desk.line, told(desk.now(), "removed")).await;
    assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");
    let update =
        desk.store().update_connection(desk.line, a_line("x"), None, false, told(0, "x")).await;
    assert!(matches!(update, Err(StoreError::NotFound)), "{update:?}");
}

#[tokio::test]
async fn a_lines_state_changes_once_for_each_reason_and_only_from_where_it_may() {
    let desk = Desk::new().await;
    let down = |code: &str, only_from: &[ConnectionState], at| LineChange {
        connection: desk.line,
        state: ConnectionState::Reconnect,
        failure: Some(failure(FailureClass::Auth, code)),
        signal: Signal::Danger,
        say: "sign in again".into(),
        detail: None,
        actor: "core".into(),
        only_from: only_from.to_vec(),
        at,
    };
    let now = desk.now();
    let change = async |line| desk.store().change_line(line).await.unwrap();
    assert!(!change(down("401", &[ConnectionState::Paused], now)).await, "it is not paused");
    assert!(change(down("401", &[], now)).await);
    assert!(!change(down("401", &[], now + 1)).await, "one cause is told once");
    assert!(change(down("20003", &[], now + 2)).await);
    let row = desk.store().connection(desk.line).await.unwrap();
    assert_eq!(row.since, now, "another reason is not another beginning");
    assert_eq!(row.failure.unwrap().code, "20003");
    let nobody = LineChange { connection: ConnectionId::from_raw(7), ..down("401", &[], now) };
    let refused = desk.store().change_line(nobody).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
}

#[tokio::test]
async fn the_strip_keeps_the_sixty_latest_checks() {
    let desk = Desk::new().await;
    for n in 0..75 {
        let outcome = if n % 5 == 0 { CheckOutcome::Failed } else { CheckOutcome::Answered };
        let failure = (n % 5 == 0).then(|| failure(FailureClass::Transient, "503"));
        let check = CheckRow { at: desk.now(), outcome, latency_ms: Some(n), failure };
        desk.store().keep_check(desk.line, check).await.unwrap();
        desk.pass(MINUTE);
    }
    let checks = desk.store().checks(desk.line).await.unwrap();
    assert_eq!(checks.len(), 60);
    assert_eq!((checks[0].latency_ms, checks[59].latency_ms), (Some(15), Some(74)));
    assert_eq!(checks[0].failure.as_ref().unwrap().code, "503");
    assert_eq!(desk.number("SELECT COUNT(*) FROM line_check"), 60);
    let row = desk.store().connection(desk.line).await.unwrap();
    assert_eq!(row.last_good, Some(desk.now() - MINUTE));
    desk.store().note_good(desk.line, Some("{\"left\":5}".into()), desk.now()).await.unwrap();
    desk.store().note_good(desk.line, None, desk.now()).await.unwrap();
    let row = desk.store().connection(desk.line).await.unwrap();
    assert_eq!((row.last_good, row.quota.as_deref()), (Some(desk.now()), Some("{\"left\":5}")));
}

#[tokio::test]
async fn what_changed_is_read_newest_first_page_by_page() {
    let desk = Desk::new().await;
    let mut all = Vec::new();
    for n in 0..10 {
        let connection = (n % 2 == 0).then_some(desk.line);
        let change = NewChange { connection, ..told(desk.now(), &format!("change {n}")) };
        all.insert(0, desk.store().write_change(change).await.unwrap());
    }
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = desk.store().changes(None, after, 4).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.id);
        seen.extend(page.iter().map(|row| row.id));
    }
    assert_eq!(seen[..10], all, "the eleventh tells that the line was made");
    let own = desk.store().changes(Some(desk.line), None, 50).await.unwrap();
    assert_eq!(own.len(), 6);
    desk.store().trim_changes().await.unwrap();
    assert_eq!(desk.store().changes(None, None, 50).await.unwrap().len(), 11);
}

#[tokio::test]
async fn settings_are_set_together_and_last() {
    let mut desk = Desk::new().await;
    assert!(desk.store().settings().await.unwrap().is_empty());
    let set = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
        desk.store().set_settings(pairs.collect())
    };
    set(&[("zone", "\"Europe/Berlin\""), ("theme", "\"dark\"")]).await.unwrap();
    set(&[("theme", "\"light\"")]).await.unwrap();
    desk.reopen();
    let settings = desk.store().settings().await.unwrap();
    assert_eq!(settings["zone"], "\"Europe/Berlin\"");
    assert_eq!(settings["theme"], "\"light\"");
}

#[tokio::test]
async fn a_token_is_found_by_its_hash_and_its_use_is_noted_to_the_hour() {
    let desk = Desk::new().await;
    let id = desk.store().add_token("till".into(), [1; 32], desk.now()).await.unwrap();
    let find = async |hash| desk.store().token_by_hash([hash; 32], desk.now()).await.unwrap();
    assert_eq!(find(2).await, None);
    assert_eq!(find(1).await.unwrap().name, "till");
    let used = async || desk.store().tokens().await.unwrap()[0].last_used;
    let first = desk.now();
    assert_eq!(used().await, Some(first));
    desk.pass(HOUR);
    find(1).await;
    assert_eq!(used().await, Some(first), "a busy caller must not turn reads into writes");
    desk.pass(1);
    find(1).await;
    assert_eq!(used().await, Some(desk.now()));
    let twice = desk.store().add_token("other".into(), [1; 32], desk.now()).await;
    assert!(matches!(twice, Err(StoreError::Conflict(_))), "{twice:?}");
    desk.store().remove_token(id).await.unwrap();
    assert_eq!(find(1).await, None);
    let again = desk.store().remove_token(id).await;
    assert!(matches!(again, Err(StoreError::NotFound)), "{again:?}");
}

#[tokio::test]
async fn consents_add_up_in_the_order_they_were_given() {
    let desk = Desk::new().await;
    let say = async |channel, address: &str, allowed, source: &str| {
        let (address, source) = (address.to_owned(), source.to_owned());
        desk.store().set_consent(channel, address, allowed, source, desk.now()).await.unwrap();
    };
    say(Channel::Sms, "+15550101", false, "STOP").await;
    say(Channel::Sms, "+15550101", false, "again").await;
    say(Channel::Email, "ada@example.com", false, "complaint").await;
    say(Channel::Email, "b_b@example.com", false, "complaint").await;
    say(Channel::Sms, "+15550102", false, "STOP").await;
    say(Channel::Sms, "+15550102", true, "START").await;
    let all = desk.store().suppressions(None, None, 10).await.unwrap();
    let names: Vec<_> = all.iter().map(|row| row.address.as_str()).collect();
    assert_eq!(names, ["+15550101", "ada@example.com", "b_b@example.com"]);
    assert_eq!(all[0].source, "STOP", "the first reason stands");
    assert_eq!(desk.number("SELECT COUNT(*) FROM consent"), 6, "every word is kept");
    let after = Some((Channel::Sms, "+15550101".to_owned()));
    let rest = desk.store().suppressions(None, after, 1).await.unwrap();
    assert_eq!(rest[0].address, "ada@example.com");
    let starting = desk.store().suppressions(Some("b_".into()), None, 10).await.unwrap();
    assert_eq!(starting.len(), 1, "what is typed is no pattern");
    let asked = vec!["ada@example.com".to_owned(), "+15550101".to_owned()];
    let among = desk.store().suppressed_among(Channel::Email, asked).await.unwrap();
    assert_eq!(among, ["ada@example.com"]);
}

#[tokio::test]
async fn an_opt_out_holds_for_every_spelling_of_a_mail_address() {
    let desk = Desk::new().await;
    let mail = |to: &str| NewMessage { channel: Channel::Email, ..desk.letter(to) };
    let say = async |address: &str, allowed| {
        let (address, source) = (address.to_owned(), "complaint".to_owned());
        let said = desk.store().set_consent(Channel::Email, address, allowed, source, desk.now());
        said.await.unwrap();
    };
    let id = desk.accept(mail("ADA.Lovelace@M\u{fc}ller.example")).await;
    say("Ada.Lovelace@xn--mller-kva.example", false).await;
    say("ada.lovelace@m\u{fc}ller.example", false).await;
    assert_eq!(desk.number("SELECT COUNT(*) FROM suppression"), 1, "one person, one row");
    let claimed = desk.store().claim(desk.ask()).await.unwrap();
    assert_eq!(claimed.moved, [(id, MessageState::Suppressed)]);
    let again = desk.store().enqueue(vec![mail("ada.lovelace@M\u{dc}LLER.example")]).await.unwrap();
    assert_eq!(again, [Enqueued::OptedOut]);
    let asked = vec!["ada.LOVELACE@m\u{fc}ller.example".to_owned(), "bob@example.com".to_owned()];
    let among = desk.store().suppressed_among(Channel::Email, asked.clone()).await.unwrap();
    assert_eq!(among, asked[..1], "in the spelling that was asked for");
    let listed = desk.store().suppressions(Some("ADA".into()), None, 9).await.unwrap();
    assert_eq!(listed[0].address, "Ada.Lovelace@xn--mller-kva.example", "as it was written");
    let after = Some((Channel::Email, listed[0].address.clone()));
    assert!(desk.store().suppressions(None, after, 9).await.unwrap().is_empty());
    say("ADA.LOVELACE@m\u{fc}ller.example", true).await;
    assert_eq!(desk.number("SELECT COUNT(*) FROM suppression"), 0, "and so does its end");
}

#[tokio::test]
async fn waiting_messages_say_how_old_the_oldest_is_and_which_expires_first() {
    let desk = Desk::new().await;
    assert_eq!(desk.store().waiting_span(desk.line).await.unwrap(), (None, None));
    let oldest = desk.now();
    let held = desk.in_flight("+15550101").await;
    desk.failed(held, 1, "401", Then::Hold { reason: HoldReason::Reconnect, due_at: None }).await;
    desk.pass(MINUTE);
    let soon = desk.now() + HOUR;
    desk.accept(NewMessage { useful_until: soon, ..desk.letter("+15550102") }).await;
    assert_eq!(desk.store().waiting_span(desk.line).await.unwrap(), (Some(oldest), Some(soon)));
}

#[tokio::test]
async fn counts_name_lines_states_and_reasons() {
    let desk = Desk::new().await;
    let held = desk.in_flight("+15550101").await;
    desk.failed(held, 1, "401", Then::Hold { reason: HoldReason::Reconnect, due_at: None }).await;
    desk.queue("+15550102").await;
    let mut counts = desk.store().counts().await.unwrap();
    counts.sort();
    let reconnect = Some(HoldReason::Reconnect);
    let expected =
        [(desk.line, MessageState::Queued, None, 1), (desk.line, MessageState::Held, reconnect, 1)];
    assert_eq!(counts, expected);
    assert!(desk.store().counters_agree().await.unwrap());
}

#[tokio::test]
async fn recent_attempts_are_the_latest_whatever_became_of_them() {
    let desk = Desk::new().await;
    let mut expected = Vec::new();
    for n in 0..6 {
        let id = desk.in_flight(&format!("p{n}@example.com")).await;
        match n % 3 {
            0 => drop(desk.accepted(id, 1, &format!("SM{n}")).await),
            1 => drop(desk.failed(id, 1, "x", Then::Attention).await),
            _ => {}
        }
        expected.insert(0, (id, format!("p{n}@example.com")));
        desk.pass(10);
    }
    let recent = desk.store().recent_attempts(desk.line, 4).await.unwrap();
    let recent: Vec<_> = recent.into_iter().map(|(a, to)| (a.message, to)).collect();
    assert_eq!(recent, expected[..4]);
}
