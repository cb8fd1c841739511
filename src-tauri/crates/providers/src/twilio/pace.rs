//! How fast a Twilio sender may go, by what kind of sender it is.
//!
//! From Twilio's "Understanding Twilio rate limits and message queues" and error 21611: a long code
//! sends one segment a second, a toll-free number three, a short code ten at the least. Whatever is
//! faster waits in Twilio's own queue for up to ten hours, where nobody can take it back.

use signalbox_domain::Pace;

use crate::adapter::Limits;

/// Area codes of toll-free numbers in the North American plan.
const TOLL_FREE: &[&str] = &["800", "833", "844", "855", "866", "877", "888"];

/// The limits of a sender: the `From` of a line, or none for a messaging service.
pub(crate) fn limits(from: Option<&str>) -> Limits {
    let per_second = match from {
        // A service spreads over senders we cannot see. Three a second is what the smallest
        // registered US campaign may send in all.
        None => 3,
        Some(from) => match from.strip_prefix('+') {
            Some(digits) if is_toll_free(digits) => 3,
            // Long codes outside North America are often faster; nothing we can read says which.
            Some(_) => 1,
            // Short codes and sender names.
            None => 10,
        },
    };
    Limits { pace: Pace::per_second(per_second), concurrency: if per_second > 3 { 8 } else { 4 } }
}

fn is_toll_free(digits: &str) -> bool {
    digits.len() == 11
        && digits.strip_prefix('1').is_some_and(|rest| TOLL_FREE.contains(&&rest[..3]))
}
