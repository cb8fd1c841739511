//! What every request passes before it reaches a door: whose page it comes from, how many are being worked on, and on
//! the way back the headers that keep a browser from being used against the board.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::desk::{Desk, Shared};
use crate::metrics::Door;
use crate::problem::Problem;

/// The guard, as a layer around all routes.
pub(crate) async fn pass(State(desk): State<Shared>, request: Request, next: Next) -> Response {
    let door = Door::of(request.uri().path());
    let mut response = match admit(&desk, door, &request) {
        Err(problem) => problem.into_response(),
        // Open to everybody, so that a place there is taken when the body is in and not before.
        Ok(()) if door == Door::Webhooks => next.run(request).await,
        // Held until the answer is made: whoever sends more than can be worked on is told so at once.
        Ok(()) => match desk.requests.clone().try_acquire_owned() {
            Ok(_place) => next.run(request).await,
            Err(_) => Problem::too_many().into_response(),
        },
    };
    desk.counters.answered(door, response.status());
    harden(response.headers_mut());
    response
}

/// Tunnels change `Host` and providers send no `Origin`, so the webhooks stand on their signatures alone. Everywhere
/// else a name that is not this machine's is DNS rebinding, and another page's `Origin` is that page's script.
fn admit(desk: &Desk, door: Door, request: &Request) -> Result<(), Problem> {
    if door == Door::Webhooks {
        return Ok(());
    }
    let headers = request.headers();
    let hosts = headers.get_all(header::HOST).iter().collect::<Vec<_>>();
    let host = match hosts.as_slice() {
        [one] => one.to_str().unwrap_or_default(),
        _ => return Err(wrong_host()),
    };
    if !is_ours(host, desk.port) || !is_origin_form(request.uri(), desk.port) {
        return Err(wrong_host());
    }
    if !is_same_origin(headers, desk.port) {
        let message = "This request comes from another page";
        let remedy = "Use the board at its own address, or a program that sends no Origin header";
        return Err(Problem::new(StatusCode::FORBIDDEN, "origin_not_allowed", message, remedy));
    }
    Ok(())
}

fn wrong_host() -> Problem {
    let message = "This address is not one of the gateway's own";
    let remedy =
        "Use http://127.0.0.1 with the gateway's port. Only webhooks may come through a tunnel";
    Problem::new(StatusCode::FORBIDDEN, "host_not_allowed", message, remedy)
}

/// Loopback names with our port, and nothing else.
fn is_ours(host: &str, port: u16) -> bool {
    let (name, given) = match host.rsplit_once(':') {
        Some((name, digits)) if !digits.ends_with(']') => (name, digits.parse().ok()),
        _ => (host, Some(80)),
    };
    let is_loopback =
        ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| own.eq_ignore_ascii_case(name));
    is_loopback && given == Some(port)
}

/// A request line may carry a whole address; then that names the host too.
fn is_origin_form(uri: &Uri, port: u16) -> bool {
    uri.authority().is_none_or(|authority| is_ours(authority.as_str(), port))
}

/// No `Origin`, or our own. `Sec-Fetch-Site` tells of requests that carry none, such as images; pages on other ports
/// of this machine are the same *site* and would be sent our cookie, so only the same *origin* will do.
fn is_same_origin(headers: &HeaderMap, port: u16) -> bool {
    let origin_is_ours = headers.get_all(header::ORIGIN).iter().all(|origin| {
        let origin = origin.to_str().unwrap_or_default();
        origin.strip_prefix("http://").is_some_and(|host| is_ours(host, port))
    });
    let navigates = headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    let site_is_ours = headers
        .get("sec-fetch-site")
        .is_none_or(|site| site == "same-origin" || site == "none" || navigates);
    origin_is_ours && site_is_ours
}

fn harden(headers: &mut HeaderMap) {
    const ALWAYS: [(HeaderName, &str); 4] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        // Answers hold customers' addresses; no cache on disk shall keep them.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        let nothing = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.insert(header::CONTENT_SECURITY_POLICY, nothing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_names_with_our_port_are_ours() {
        for host in ["127.0.0.1:3000", "localhost:3000", "LOCALHOST:3000", "[::1]:3000"] {
            assert!(is_ours(host, 3000), "{host}");
        }
        for host in [
            "",
            "127.0.0.1",
            "localhost",
            "127.0.0.1:3001",
            "127.0.0.1:3000@evil.example",
            "evil.example:3000",
            "127.0.0.1.evil.example:3000",
            "localhost.evil.example:3000",
            "0.0.0.0:3000",
            "[::1]",
            "::1:3000",
            "127.0.0.1:03000x",
        ] {
            assert!(!is_ours(host, 3000), "{host}");
        }
        assert!(is_ours("localhost", 80), "a browser leaves the default port out");
    }

    #[test]
    fn another_page_is_told_from_our_own() {
        let check = |pairs: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.append(*name, value.parse().expect("a header"));
            }
            is_same_origin(&headers, 3000)
        };
        assert!(check(&[]), "a program sends none");
        assert!(check(&[("origin", "http://127.0.0.1:3000"), ("sec-fetch-site", "same-origin")]));
        assert!(
            check(&[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]),
            "a link may lead here"
        );
        assert!(!check(&[("origin", "null")]));
        assert!(!check(&[("origin", "https://127.0.0.1:3000")]));
        assert!(!check(&[("origin", "http://127.0.0.1:8080")]));
        assert!(!check(&[("origin", "http://127.0.0.1:3000"), ("origin", "http://evil.example")]));
        assert!(!check(&[("sec-fetch-site", "same-site")]), "another port of this machine");
    }
}
