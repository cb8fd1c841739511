//! Webhooks: a provider's bytes go in untouched, and the answer that the provider expects goes out once they are on
//! disk. Verifying and reading them is not done here.

use std::net::SocketAddr;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::behind::{RawDelivery, TurnedAway};
use crate::desk::{Shared, is_json, media_type, unpacked};
use crate::problem::Problem;

const PREFIX: &str = "/api/webhooks/";
/// Addresses that were handed out before connections had ids of their own.
const BY_PURPOSE: [&str; 4] = ["resend", "twilio", "whatsapp", "calendar"];
const EMPTY_TWIML: &str = r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#;

/// Everything under `/api/webhooks/`.
pub(crate) async fn take(
    State(desk): State<Shared>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let (provider, connection) = place(parts.uri.path()).ok_or_else(Problem::nothing_here)?;
    if parts.method != Method::POST && parts.method != Method::GET {
        return Ok(([(header::ALLOW, "GET, POST")], Problem::method_not_allowed()).into_response());
    }
    let body = desk.read_body_in(desk.limits.delivery_body_time, &parts.headers, body).await?;
    if !body.is_empty() {
        check_type(&parts.headers)?;
    }
    // Only now: strangers whose bodies trickle in must not keep the providers out.
    let _place = desk.deliveries.try_acquire().map_err(|_| Problem::too_many())?;
    let answer = answer_for(&provider);
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let delivery = RawDelivery {
        provider: provider.clone(),
        connection,
        method: parts.method.as_str().to_owned(),
        path_and_query: parts
            .uri
            .path_and_query()
            .map_or_else(String::new, |raw| raw.as_str().to_owned()),
        headers: headers(&parts.headers),
        body: body.into(),
        // Not known is not loopback: only a practice line gains from it, and it must be sure.
        peer_is_loopback: peer.is_some_and(|ip| ip.is_loopback()),
    };
    let started = desk.clock.monotonic();
    let behind = desk.behind.clone();
    // On a task of its own: a provider that hangs up must not undo half of a commit.
    let work = tokio::spawn(async move { behind.take_delivery(delivery).await });
    let Some(done) = desk.within(desk.limits.delivery_time, work).await else {
        desk.counters.turned_away(&provider, TurnedAway::Busy);
        return Err(problem(TurnedAway::Busy));
    };
    match done {
        Ok(Ok(())) => {
            desk.counters.taken(&provider, desk.clock.monotonic().saturating_sub(started));
            Ok(answer)
        }
        Ok(Err(why)) => {
            tracing::info!(%provider, ?why, "a delivery was turned away");
            desk.counters.turned_away(&provider, why);
            Err(problem(why))
        }
        Err(_) => {
            desk.counters.turned_away(&provider, TurnedAway::Store);
            Err(Problem::our_fault())
        }
    }
}

/// Provider and connection of a raw path.
fn place(path: &str) -> Option<(String, Option<String>)> {
    let mut segments = path.strip_prefix(PREFIX)?.split('/');
    let (first, second) = (segments.next()?, segments.next());
    if segments.next().is_some() {
        return None;
    }
    match (first, second) {
        ("communications", Some(provider)) => {
            BY_PURPOSE.contains(&provider).then(|| (provider.to_owned(), None))
        }
        (provider, connection) => {
            let is_word = |text: &str| {
                !text.is_empty()
                    && text.len() <= 40
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            };
            let good = is_word(provider) && connection.is_none_or(is_word);
            good.then(|| (provider.to_owned(), connection.map(str::to_owned)))
        }
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Problem> {
    unpacked(headers)?;
    let readable = is_json(headers)
        || media_type(headers).is_none_or(|kind| kind == "application/x-www-form-urlencoded");
    if !readable {
        return Err(Problem::wrong_type("application/x-www-form-urlencoded or application/json"));
    }
    Ok(())
}

fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    map.iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

/// What the provider hears when its delivery is on disk. Twilio reads every answer as instructions, so that it gets a
/// document that says "do nothing".
fn answer_for(provider: &str) -> Response {
    match provider {
        "twilio" => ([(header::CONTENT_TYPE, "text/xml")], EMPTY_TWIML).into_response(),
        _ => StatusCode::OK.into_response(),
    }
}

fn problem(why: TurnedAway) -> Problem {
    match why {
        TurnedAway::UnknownProvider | TurnedAway::NoLine => Problem::new(
            StatusCode::NOT_FOUND,
            "no_such_line",
            "No line takes deliveries at this address",
            "Copy the webhook address from the line's page into the provider's settings",
        ),
        TurnedAway::Signature => Problem::new(
            StatusCode::UNAUTHORIZED,
            "bad_signature",
            "The signature does not match",
            "Check the public address in Settings and the webhook secret of the line",
        ),
        TurnedAway::Malformed => Problem::malformed(
            "The delivery cannot be read",
            "Send it as the provider documents it",
        ),
        TurnedAway::Busy => {
            unavailable("busy", "Too many deliveries are waiting to be written").retry_after(2)
        }
        TurnedAway::Store => {
            unavailable("store", "The delivery could not be written").retry_after(30)
        }
    }
}

fn unavailable(code: &'static str, message: &str) -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        code,
        message,
        "Nothing was stored. Deliver it again later",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_name_a_provider_and_perhaps_a_connection() {
        let at = |path: &str| {
            place(path).map(|(provider, connection)| (provider, connection.unwrap_or_default()))
        };
        let is =
            |provider: &str, connection: &str| Some((provider.to_owned(), connection.to_owned()));
        assert_eq!(at("/api/webhooks/twilio"), is("twilio", ""));
        assert_eq!(at("/api/webhooks/twilio/01hq3v8m2k7c4"), is("twilio", "01hq3v8m2k7c4"));
        assert_eq!(at("/api/webhooks/communications/resend"), is("resend", ""));
        for path in [
            "/api/webhooks/",
            "/api/webhooks//x",
            "/api/webhooks/twilio/",
            "/api/webhooks/twilio/a/b",
            "/api/webhooks/communications/smtp",
            "/api/webhooks/..%2Fx",
        ] {
            assert_eq!(at(path), None, "{path}");
        }
    }
}
