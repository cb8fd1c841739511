//! Looking a lost message up: by recipient, sender and time in the list, then by text.
//!
//! What Twilio does to a text is known only in part, so another text is no proof of another message.
//! Errs on the side of finding: a miss lets the message be sent again, a find that belongs to
//! another message is dropped by the caller, who knows what is bound already.

use chrono::{DateTime, Utc};
use reqwest::Method;
use url::Url;

use crate::adapter::{Candidate, Found, Lost};
use crate::known;
use crate::twilio::adapter::{Sender, Twilio, standing};
use crate::twilio::errors;
use crate::twilio::wire::{MessagePage, MessageResource};

/// Pages of 50 that are read at the most; one person does not get a thousand texts from one sender
/// within the life of an attempt.
const PAGES: usize = 20;

/// What Twilio puts before every text of a trial account.
const TRIAL_PREFIX: &str = "Sent from your Twilio trial account - ";

/// Everything in Twilio's list that may be the lost letter, oldest first.
pub(crate) async fn look_up(twilio: &Twilio, lost: &Lost, list: Url) -> Found {
    let mut url = list;
    {
        let mut query = url.query_pairs_mut();
        query.append_pair("To", &lost.letter.to);
        // Behind a service the sender is not known before it is chosen, and null until then.
        if let Sender::From(from) = &twilio.sender {
            query.append_pair("From", from);
        }
        query.append_pair("PageSize", "50");
    }
    let mut found = Vec::new();
    for _ in 0..PAGES {
        let answer = match twilio.http.run(twilio.request(Method::GET, &url)).await {
            Ok(answer) => answer,
            Err(error) => {
                return Found::CannotTell(known::of_a_read(known::transport_failure(&error)));
            }
        };
        if answer.status != 200 {
            return Found::CannotTell(known::of_a_read(errors::of_answer(&answer).0));
        }
        let earliest = lost.earliest(answer.date());
        let page = answer.json::<MessagePage>();
        let next = page.as_ref().and_then(MessagePage::next_path).map(|path| twilio.at(path));
        let Some(messages) = page.and_then(|page| page.messages) else {
            return Found::CannotTell(known::of_a_read(known::generic("unreadable")));
        };
        let all_older = !messages.is_empty()
            && messages.iter().all(|m| m.created().is_some_and(|at| at < earliest));
        found.extend(messages.into_iter().filter(|m| may_be(m, twilio, lost, earliest)));
        match next {
            // The list is newest first, so behind a page of older ones come only older ones.
            Some(next) if !all_older => url = next,
            _ => return answer_of(found, lost),
        }
    }
    // An unfinished search that saw nothing like it is no miss.
    if !found.iter().any(|message| same_text(message.body(), &lost.letter.body)) {
        return Found::CannotTell(known::of_a_read(known::generic("unreadable")));
    }
    answer_of(found, lost)
}

fn answer_of(mut found: Vec<MessageResource>, lost: &Lost) -> Found {
    found.sort_by_key(MessageResource::created);
    let candidates: Vec<Candidate> = found
        .iter()
        .filter_map(|message| {
            let (status, failure) = standing(message);
            Some(Candidate {
                provider_id: message.sid()?.to_owned(),
                status,
                failure,
                same_text: same_text(message.body(), &lost.letter.body),
            })
        })
        .collect();
    if candidates.is_empty() { Found::No } else { Found::Candidates(candidates) }
}

fn may_be(
    message: &MessageResource,
    twilio: &Twilio,
    lost: &Lost,
    earliest: DateTime<Utc>,
) -> bool {
    let sender = match &twilio.sender {
        Sender::From(from) => message.from() == from,
        Sender::Service(sid) => message.service() == sid,
    };
    // Without a readable date the time proves nothing either way.
    let in_time = message.created().is_none_or(|at| at >= earliest);
    sender && in_time && message.was_sent_by_api() && message.to() == lost.letter.to
}

/// Whether Twilio's text is ours: as it is, behind the trial notice, after Twilio's replacement of
/// typographic characters, or removed by the account's privacy settings.
pub(crate) fn same_text(theirs: &str, ours: &str) -> bool {
    if theirs.is_empty() {
        return true;
    }
    let theirs = theirs.strip_prefix(TRIAL_PREFIX).unwrap_or(theirs);
    theirs == ours || plain(theirs) == plain(ours)
}

/// A text without the differences that "smart encoding" makes.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.trim().chars() {
        match letter {
            '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '`' => {
                plain.push('\'');
            }
            '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{2033}' | '\u{ab}'
            | '\u{bb}' => plain.push('"'),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => plain.push('-'),
            '\u{2026}' => plain.push_str("..."),
            '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => plain.push(' '),
            '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => {}
            '\r' => {}
            other => plain.push(other),
        }
    }
    plain
}
