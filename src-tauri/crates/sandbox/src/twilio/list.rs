//! `GET Messages.json`: filters, pages, and the lag that makes a message just accepted invisible for a while.

use std::sync::Arc;

use axum::extract::{OriginalUri, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde_json::json;

use super::Twilio;
use super::messages::Message;
use super::wire::{Form, MessageResource, Refusal, bad};
use crate::front::Wire;

/// Largest page.
const MOST_PER_PAGE: usize = 1_000;

/// `GET Messages.json`, newest first, filtered by `To`, `From` and `DateSent`, paged by `next_page_uri`.
pub(super) async fn list(
    State(twilio): State<Arc<Twilio>>,
    Extension(line): Extension<Wire>,
    Path(account): Path<String>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let config = twilio.admit_read(&account, &headers, &line).await?;
    let query = Form::parse(uri.query().unwrap_or_default().as_bytes());
    let filter = Filter::read(&query)?;
    let page_size = match query.get("PageSize").map(str::parse::<usize>) {
        None => 50,
        Some(Ok(size)) if size >= 1 => size.min(MOST_PER_PAGE),
        Some(_) => return Err(bad(20001, "Invalid PageSize")),
    };
    let page: usize = query.get("Page").and_then(|page| page.parse().ok()).unwrap_or(0);
    let token = query.get("PageToken").and_then(|token| token.strip_prefix("PA"));
    let lag =
        TimeDelta::milliseconds(i64::try_from(config.list_lag_ms.min(60_000)).unwrap_or(60_000));
    let visible_until = twilio.ground.clock.now() - lag;

    let messages = twilio.messages();
    let mut found: Vec<&Message> = messages
        .newest_first(token)
        .ok_or_else(|| bad(20001, "Invalid PageToken"))?
        // Inbound messages are written by Twilio itself and do not lag behind an API call.
        .filter(|message| message.direction == "inbound" || message.created <= visible_until)
        .filter(|message| filter.matches(message))
        .take(page_size + 1)
        .collect();
    let more = found.len() > page_size;
    found.truncate(page_size);

    let link = |page: usize, token: Option<&str>| {
        let mut link = form_urlencoded::Serializer::new(String::new());
        for key in ["To", "From", "DateSent", "DateSent<", "DateSent>"] {
            if let Some(value) = query.get(key) {
                link.append_pair(key, value);
            }
        }
        link.append_pair("PageSize", &page_size.to_string()).append_pair("Page", &page.to_string());
        if let Some(token) = token {
            link.append_pair("PageToken", &format!("PA{token}"));
        }
        format!("{}?{}", uri.path(), link.finish())
    };
    let next = found.last().filter(|_| more).map(|last| link(page + 1, Some(&last.sid)));
    let start = page * page_size;
    let resources: Vec<MessageResource<'_>> =
        found.iter().map(|message| MessageResource::of(message)).collect();
    Ok(Json(json!({
        "first_page_uri": link(0, None),
        "next_page_uri": next,
        "previous_page_uri": null,
        "uri": link(page, token),
        "page": page,
        "page_size": page_size,
        "start": start,
        "end": (start + resources.len()).saturating_sub(1),
        "messages": resources,
    }))
    .into_response())
}

/// What a list is asked for.
struct Filter<'a> {
    to: Option<&'a str>,
    from: Option<&'a str>,
    sent_from: Option<DateTime<Utc>>,
    sent_until: Option<DateTime<Utc>>,
}

impl<'a> Filter<'a> {
    fn read(query: &'a Form) -> Result<Self, Refusal> {
        let day = |key: &str| match query.get(key) {
            None => Ok(None),
            Some(text) => {
                moments(text).map(Some).ok_or_else(|| bad(20001, &format!("Invalid {key}")))
            }
        };
        let exactly = day("DateSent")?;
        let until = day("DateSent<")?.or(exactly);
        let since = day("DateSent>")?.or(exactly);
        Ok(Self {
            to: query.get("To"),
            from: query.get("From"),
            sent_from: since.map(|(first, _)| first),
            sent_until: until.map(|(_, last)| last),
        })
    }

    fn matches(&self, message: &Message) -> bool {
        self.to.is_none_or(|to| to == message.to)
            && self.from.is_none_or(|from| message.from.as_deref() == Some(from))
            // A message that has not been sent has no sent date to compare.
            && self.sent_from.is_none_or(|first| message.sent.is_some_and(|sent| sent >= first))
            && self.sent_until.is_none_or(|last| message.sent.is_some_and(|sent| sent <= last))
    }
}

/// The first and last moment meant by a date (`YYYY-MM-DD`, GMT) or a date and time.
fn moments(text: &str) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some((at.with_timezone(&Utc), at.with_timezone(&Utc)));
    }
    let day: NaiveDate = text.parse().ok()?;
    let first = day.and_hms_opt(0, 0, 0)?.and_utc();
    Some((first, first + TimeDelta::days(1) - TimeDelta::milliseconds(1)))
}
