//! What ends a hold, in a plain sentence.

use chrono::{DateTime, Utc};
use signalbox_domain::HoldReason;
use signalbox_domain::zone::Zone;

use super::numbers::time;

/// What ends the hold. `line` is "Twilio, Reminders"; `until` when that is known.
#[must_use]
pub fn ends(
    reason: HoldReason,
    line: &str,
    until: Option<DateTime<Utc>>,
    zone: Zone,
    now: DateTime<Utc>,
) -> String {
    let at = until.filter(|until| *until > now).map(|until| time(until, zone, now));
    match (reason, at) {
        (HoldReason::Reconnect, _) => {
            format!("Waits until {line} is signed in again, then leaves by itself.")
        }
        (HoldReason::Admin, _) => {
            format!("Waits until the administrator of {line} has mended the account, then leaves by itself.")
        }
        (HoldReason::Paused, _) => format!("Waits until {line} is switched on again."),
        (HoldReason::Breaker, Some(at)) => {
            format!("{line} keeps failing. It is tried again at {at}; then this leaves by itself.")
        }
        (HoldReason::Breaker, None) => {
            format!("{line} keeps failing. It is being tried; when it answers, this leaves by itself.")
        }
        (HoldReason::Offline, _) => {
            "Waits until this computer is online again, then leaves by itself.".into()
        }
        (HoldReason::Rate, Some(at)) => format!("The provider asked for a pause. Leaves at {at}."),
        (HoldReason::Rate, None) => "The provider asked for a pause. Leaves by itself.".into(),
        (HoldReason::QuietHours, Some(at)) => {
            format!("Outside the allowed hours. Leaves at {at}.")
        }
        (HoldReason::QuietHours, None) => {
            "Outside the allowed hours. Leaves when they begin.".into()
        }
        (HoldReason::Scheduled, Some(at)) => format!("Leaves at {at}."),
        (HoldReason::Scheduled, None) => "Leaves when its time has come.".into(),
        (HoldReason::Window, _) => {
            "The conversation window is closed. Waits for a reply or a template.".into()
        }
        (HoldReason::Disk, _) => {
            "The disk is almost full. Leaves by itself when there is room again.".into()
        }
        (HoldReason::Restored, _) => {
            "Waits for you: the backup does not know whether it was sent since. Release it or cancel it.".into()
        }
        (HoldReason::Asked, _) => {
            "Waits for you: it cannot be found out whether it was sent. It is not sent again by itself.".into()
        }
    }
}

/// The same for a group, where the sentence stands beside a count.
#[must_use]
pub fn group_ends(
    reason: HoldReason,
    line: &str,
    until: Option<DateTime<Utc>>,
    zone: Zone,
    now: DateTime<Utc>,
) -> String {
    match reason {
        HoldReason::Reconnect => {
            "They leave in order by themselves once the line is signed in again.".into()
        }
        HoldReason::Admin => {
            "They leave in order by themselves once the account's administrator has mended it.".into()
        }
        HoldReason::Paused => "They wait until the line is switched on again.".into(),
        HoldReason::Offline => "They leave by themselves once this computer is online again.".into(),
        HoldReason::QuietHours => "They leave by themselves when the allowed hours begin.".into(),
        HoldReason::Scheduled => "Each leaves when its time has come.".into(),
        HoldReason::Asked => {
            "It cannot be found out whether they were sent. Decide each; none is sent again by itself.".into()
        }
        HoldReason::Restored => {
            "The backup does not know whether they were sent since. Release or cancel them.".into()
        }
        HoldReason::Breaker => match until.filter(|until| *until > now) {
            Some(at) => format!("The line keeps failing and is tried again at {}. They leave by themselves when it answers.", time(at, zone, now)),
            None => "The line keeps failing and is being tried. They leave by themselves when it answers.".into(),
        },
        HoldReason::Rate => match until.filter(|until| *until > now) {
            Some(at) => format!("The provider asked for a pause. They leave from {} on.", time(at, zone, now)),
            None => "The provider asked for a pause. They leave by themselves.".into(),
        },
        other => ends(other, line, until, zone, now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_says_what_ends_it() {
        let now = DateTime::UNIX_EPOCH;
        for reason in HoldReason::ALL {
            for until in [None, Some(now + chrono::TimeDelta::hours(2))] {
                for words in [ends, group_ends] {
                    let say = words(*reason, "Twilio, Reminders", until, Zone::UTC, now);
                    assert!(say.ends_with('.'), "{reason}: {say}");
                    assert!(!say.contains("sent.") || say.contains("whether"), "{reason}: {say}");
                }
            }
        }
    }

    #[test]
    fn a_time_that_has_passed_is_not_promised() {
        let now = DateTime::UNIX_EPOCH + chrono::TimeDelta::hours(5);
        let say = ends(HoldReason::Rate, "x", Some(DateTime::UNIX_EPOCH), Zone::UTC, now);
        assert_eq!(say, "The provider asked for a pause. Leaves by itself.");
    }
}
