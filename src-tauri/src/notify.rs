//! Telling the desktop, once, that something needs a person.
//!
//! Decides from what "needs you" lists now and what was told before; knows no desktop. A line that comes and goes is one
//! line in trouble, so what was told stays told for a while after it is gone.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;

/// A thing that came back within this time was never really away.
const QUIET: Duration = Duration::from_secs(30 * 60);
/// Between two notices of any kind; what comes up meanwhile is told together.
const PAUSE: Duration = Duration::from_secs(60);

/// One thing that needs a person, as far as a notice shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Need {
    /// The same as long as it is the same thing.
    pub(crate) id: String,
    /// Which.
    pub(crate) title: String,
    /// Why.
    pub(crate) say: String,
}

/// What the desktop shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) title: String,
    pub(crate) body: String,
}

/// What has been told. Times are the clock's monotonic ones.
#[derive(Debug, Default)]
pub(crate) struct Notices {
    /// When each was last seen among the needs, once it was told.
    told: BTreeMap<String, Duration>,
    last: Option<Duration>,
}

impl Notices {
    /// What to tell now of the present needs. `seen`: a person has them before their eyes, so they count as told.
    pub(crate) fn of(&mut self, needs: &[Need], seen: bool, now: Duration) -> Option<Notice> {
        self.told.retain(|_, at| now.saturating_sub(*at) < QUIET);
        let fresh: Vec<&Need> =
            needs.iter().filter(|need| !self.told.contains_key(&need.id)).collect();
        for need in needs {
            if seen || self.told.contains_key(&need.id) {
                self.told.insert(need.id.clone(), now);
            }
        }
        if seen || fresh.is_empty() || self.wait(now).is_some() {
            return None;
        }
        self.last = Some(now);
        self.told.extend(fresh.iter().map(|need| (need.id.clone(), now)));
        Some(match fresh.as_slice() {
            [one] => Notice { title: one.title.clone(), body: one.say.clone() },
            many => {
                let titles: Vec<&str> = many.iter().map(|need| need.title.as_str()).collect();
                Notice { title: format!("{} things need you", many.len()), body: titles.join("\n") }
            }
        })
    }

    /// How long nothing may be told yet.
    pub(crate) fn wait(&self, now: Duration) -> Option<Duration> {
        let free = self.last? + PAUSE;
        (free > now).then(|| free - now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn needs(ids: &[&str]) -> Vec<Need> {
        let need = |id: &&str| Need {
            id: (*id).into(),
            title: format!("Line {id}"),
            say: format!("Why {id}"),
        };
        ids.iter().map(need).collect()
    }

    #[test]
    fn an_incident_is_told_once() {
        let mut notices = Notices::default();
        let told = notices.of(&needs(&["a"]), false, Duration::ZERO).expect("it is new");
        assert_eq!(told, Notice { title: "Line a".into(), body: "Why a".into() });
        for minute in 1..120 {
            assert_eq!(notices.of(&needs(&["a"]), false, MINUTE * minute), None, "minute {minute}");
        }
    }

    #[test]
    fn a_line_that_comes_and_goes_is_told_once_but_a_later_incident_again() {
        let mut notices = Notices::default();
        assert!(notices.of(&needs(&["a"]), false, Duration::ZERO).is_some());
        for minute in 1..20 {
            let now = if minute % 2 == 0 { needs(&["a"]) } else { Vec::new() };
            assert_eq!(notices.of(&now, false, MINUTE * minute), None);
        }
        assert_eq!(notices.of(&[], false, MINUTE * 60), None);
        assert!(
            notices.of(&needs(&["a"]), false, MINUTE * 61).is_some(),
            "it was well for a good while"
        );
    }

    #[test]
    fn what_comes_up_within_a_minute_is_told_together() {
        let mut notices = Notices::default();
        assert!(notices.of(&needs(&["a"]), false, Duration::ZERO).is_some());
        assert_eq!(notices.of(&needs(&["a", "b", "c"]), false, MINUTE / 2), None);
        assert_eq!(notices.wait(MINUTE / 2), Some(MINUTE / 2));
        let told = notices.of(&needs(&["a", "b", "c"]), false, MINUTE).expect("the pause is over");
        assert_eq!(
            told,
            Notice { title: "2 things need you".into(), body: "Line b\nLine c".into() }
        );
    }

    #[test]
    fn what_a_person_sees_on_the_screen_is_not_told() {
        let mut notices = Notices::default();
        assert_eq!(notices.of(&needs(&["a"]), true, Duration::ZERO), None);
        assert_eq!(notices.of(&needs(&["a"]), false, MINUTE), None, "they know");
        assert!(
            notices.of(&needs(&["a", "b"]), false, MINUTE * 2).is_some(),
            "b came up while they were away"
        );
    }
}
