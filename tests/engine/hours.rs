//! When messages may leave: quiet hours, scheduled times, the end of their use.

use serde_json::json;
use signalbox_domain::{HoldReason, MessageState};
use signalbox_engine::SendRequest;

use crate::desk::{Desk, sms};

/// Nine to five on weekdays, in a zone where the desk's Tuesday noon is Tuesday five in the morning.
async fn early(desk: &Desk) {
    let hours = json!({ "from": "09:00", "to": "17:00", "days": [1, 2, 3, 4, 5] });
    desk.set(json!({ "zone": "America/Los_Angeles", "allowed_hours": hours })).await;
}

#[tokio::test]
async fn outside_the_allowed_hours_a_message_waits_and_leaves_when_they_begin() {
    let desk = Desk::new().await;
    desk.line("text").await;
    early(&desk).await;
    let id = desk.text(1).await;
    desk.settle().await;
    let held = desk.message(id).await.row;
    assert_eq!((held.state, held.reason), (MessageState::Held, Some(HoldReason::QuietHours)));
    desk.pass(4 * 3_600 - 1).await;
    assert_eq!(desk.wire.script("text").handed(), 0, "a second too early");
    desk.pass(1).await;
    assert_eq!(desk.state(id).await, MessageState::Accepted);
}

#[tokio::test]
async fn what_is_released_in_quiet_hours_is_held_again_and_what_they_no_longer_hold_leaves_at_once()
{
    let desk = Desk::new().await;
    desk.line("text").await;
    early(&desk).await;
    let id = desk.text(1).await;
    desk.settle().await;
    let meant = signalbox_engine::ReleaseRequest {
        reason: Some(HoldReason::QuietHours),
        ..Default::default()
    };
    assert_eq!(desk.engine.release(meant, "test").await.unwrap().released, 1);
    desk.settle().await;
    assert_eq!(desk.state(id).await, MessageState::Held, "a person cannot wake a customer either");
    desk.set(json!({ "allowed_hours": null })).await;
    desk.settle().await;
    assert_eq!(
        desk.state(id).await,
        MessageState::Accepted,
        "nobody waits for hours that are gone"
    );
}

#[tokio::test]
async fn a_scheduled_message_leaves_at_its_time_and_one_held_past_its_use_never() {
    let desk = Desk::new().await;
    desk.line("text").await;
    let scheduled = SendRequest { send_at: Some(desk.at(7_200)), ..sms(1) };
    let scheduled = desk.engine.send(scheduled, "test").await.unwrap().id;
    desk.settle().await;
    let row = desk.message(scheduled).await.row;
    assert_eq!((row.state, row.reason), (MessageState::Held, Some(HoldReason::Scheduled)));
    desk.pass(7_199).await;
    assert_eq!(desk.wire.script("text").handed(), 0);
    desk.pass(1).await;
    assert_eq!(desk.state(scheduled).await, MessageState::Accepted);

    early(&desk).await;
    let short = SendRequest { useful_until: Some(desk.at(60)), ..sms(2) };
    let short = desk.engine.send(short, "test").await.unwrap().id;
    desk.settle().await;
    desk.pass(24 * 3_600).await;
    assert_eq!(desk.state(short).await, MessageState::Expired);
    assert_eq!(desk.wire.script("text").handed(), 1);
}

#[tokio::test]
async fn a_time_that_makes_no_sense_is_refused_with_how_to_write_it() {
    let desk = Desk::new().await;
    desk.line("text").await;
    for (request, field) in [
        (SendRequest { send_at: Some("tomorrow".into()), ..sms(1) }, "send_at"),
        (SendRequest { useful_until: Some("2020-01-01 09:00".into()), ..sms(1) }, "useful_until"),
        (
            SendRequest {
                send_at: Some(desk.at(7_200)),
                useful_until: Some(desk.at(3_600)),
                ..sms(1)
            },
            "useful_until",
        ),
    ] {
        let refusal = desk.engine.send(request, "test").await.unwrap_err();
        assert_eq!(refusal.field.as_deref(), Some(field), "{refusal:?}");
        assert!(!refusal.remedy.is_empty());
    }
}
