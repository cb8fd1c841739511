use super::*;

fn line(state: ConnectionState, signal: Signal) -> Glance {
    Glance {
        title: "Twilio, Reminders".into(),
        signal,
        state,
        reachable: Some(true),
        waiting: 0,
        say: None,
    }
}

fn clear() -> Glance {
    line(ConnectionState::Active, Signal::Clear)
}

fn says(desk: Desk) -> String {
    desk.verdict().1
}

#[test]
fn all_clear_says_so_and_that_nothing_waits() {
    let desk = Desk { lines: vec![clear(), clear()], ..Desk::default() };
    assert_eq!(desk.verdict(), (Signal::Clear, "All lines clear. Nothing is waiting.".into()));
    assert_eq!(desk.detail(), None);
}

#[test]
fn lines_that_need_a_person_come_with_their_consequence() {
    let dead = || line(ConnectionState::Reconnect, Signal::Danger);
    let desk = Desk { lines: vec![dead(), clear(), dead()], waiting: 11, ..Desk::default() };
    assert_eq!(
        desk.verdict(),
        (Signal::Danger, "2 lines need you. 11 messages are waiting; nothing is lost.".into())
    );
    let one = Desk { lines: vec![dead()], waiting: 1, ..Desk::default() };
    assert_eq!(says(one), "1 line needs you. 1 message is waiting; nothing is lost.");
}

#[test]
fn a_line_that_keeps_failing_is_not_said_to_need_a_person() {
    let failing = || line(ConnectionState::Active, Signal::Danger);
    let desk = Desk { lines: vec![failing()], waiting: 2, ..Desk::default() };
    assert_eq!(
        says(desk),
        "1 line keeps failing. It is tried again by itself. 2 messages are waiting; nothing is lost."
    );
    let two = Desk { lines: vec![failing(), failing()], ..Desk::default() };
    assert_eq!(
        says(two),
        "2 lines keep failing. They are tried again by themselves. Nothing is waiting."
    );
}

#[test]
fn being_offline_is_said_once_and_blames_no_line() {
    let unknown = line(ConnectionState::Active, Signal::Unknown);
    let desk = Desk { lines: vec![unknown], offline: true, waiting: 4, ..Desk::default() };
    assert_eq!(
        desk.verdict(),
        (
            Signal::Caution,
            "This computer is offline. 4 messages wait; they leave by themselves.".into()
        )
    );
}

#[test]
fn lines_that_were_never_checked_are_unknown_and_not_clear() {
    let unknown = || Glance { reachable: None, ..line(ConnectionState::Pending, Signal::Unknown) };
    let desk = Desk { lines: vec![unknown(), unknown(), unknown()], ..Desk::default() };
    assert_eq!(desk.verdict(), (Signal::Unknown, "Checking 3 lines".into()));
}

#[test]
fn a_line_that_does_not_answer_is_said_to_be_out_of_reach() {
    let silent =
        Glance { reachable: Some(false), ..line(ConnectionState::Active, Signal::Unknown) };
    let desk = Desk { lines: vec![silent, clear()], ..Desk::default() };
    assert_eq!(says(desk), "1 line cannot be reached. Nothing is waiting.");
}

#[test]
fn no_lines_are_neither_clear_nor_broken() {
    let desk = Desk::default();
    assert_eq!(desk.verdict(), (Signal::Off, "No lines yet. Connect the first one.".into()));
}

#[test]
fn failed_messages_are_counted_though_every_line_is_clear() {
    let desk = Desk { lines: vec![clear()], failed: 1_042, asked: 1, ..Desk::default() };
    assert_eq!(
        desk.verdict(),
        (
            Signal::Caution,
            "No line has stopped. 1,042 messages failed, 1 outcome needs your decision.".into()
        )
    );
}

#[test]
fn scheduled_messages_are_not_said_to_be_waiting() {
    let desk = Desk { lines: vec![clear()], scheduled: 3, ..Desk::default() };
    assert_eq!(says(desk), "All lines clear. 3 messages are scheduled.");
}

#[test]
fn a_full_disk_comes_before_everything_else() {
    let desk = Desk { lines: vec![clear()], disk_low: true, offline: true, ..Desk::default() };
    assert_eq!(desk.verdict().0, Signal::Danger);
    assert!(
        says(desk).starts_with("The disk is almost full"),
        "nothing else can be mended before it"
    );
}

#[test]
fn lines_a_person_switched_off_are_named_apart() {
    let off = || line(ConnectionState::Paused, Signal::Off);
    let some = Desk { lines: vec![off(), clear()], ..Desk::default() };
    assert_eq!(says(some), "All lines clear but 1 switched off. Nothing is waiting.");
    let all = Desk { lines: vec![off()], waiting: 2, ..Desk::default() };
    assert_eq!(
        all.verdict(),
        (Signal::Off, "All lines are switched off. 2 messages are waiting.".into())
    );
}

#[test]
fn the_detail_names_the_lines_and_why() {
    let dead = Glance {
        say: Some("Twilio no longer accepts this auth token".into()),
        ..line(ConnectionState::Reconnect, Signal::Danger)
    };
    let desk = Desk { lines: vec![dead], waiting: 1, failed: 2, scheduled: 5, ..Desk::default() };
    assert_eq!(
        desk.detail().as_deref(),
        Some("Twilio, Reminders: Twilio no longer accepts this auth token. 2 failed. 5 scheduled.")
    );
}

#[test]
fn the_detail_does_not_repeat_the_sentence_above_it() {
    let told = Desk { lines: vec![clear()], failed: 2, unknown: 1, asked: 1, ..Desk::default() };
    assert_eq!(told.detail(), None);
    let more = Desk { unknown: 3, ..told };
    assert_eq!(more.detail().as_deref(), Some("3 messages with an unknown outcome."));
}
