//! When a practice line takes what nobody signed: so that a person can try webhooks with `curl`.
//!
//! It must have been written by a program on this machine, for this machine. A browser is one too,
//! and does what any page tells it; a tunnel is one as well, and brings what strangers send.

use super::RawDelivery;

/// Whether a delivery without a signature will do for a practice line.
pub(super) fn unsigned_will_do(raw: &RawDelivery, local_url: Option<&str>) -> bool {
    raw.peer_is_loopback
        && local_url.is_some_and(|url| names_us(raw, url))
        && !raw.headers.iter().any(|(name, _)| is_of_a_page(name) || is_of_a_relay(name))
}

/// One `Host`: this machine's own name, with the gateway's port.
fn names_us(raw: &RawDelivery, local_url: &str) -> bool {
    let mut hosts = raw.headers.iter().filter(|(name, _)| name == "host");
    let (Some((_, host)), None) = (hosts.next(), hosts.next()) else { return false };
    let Some(ours) = local_url.rsplit_once(':').map(|(_, port)| port) else { return false };
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host.as_str(), "80"),
    };
    port == ours
        && ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| own.eq_ignore_ascii_case(name))
}

/// What browsers add to what a page asks for. `Sec-Fetch-Mode` alone is none of it: no browser sends
/// it without the others, and Node's `fetch` does.
fn is_of_a_page(header: &str) -> bool {
    matches!(header, "origin" | "referer" | "cookie")
        || header.starts_with("sec-fetch-") && header != "sec-fetch-mode"
}

/// What tunnels and proxies add to what they pass on.
fn is_of_a_relay(header: &str) -> bool {
    const NAMES: [&str; 5] = ["via", "x-real-ip", "client-ip", "cdn-loop", "x-host"];
    const STARTS: [&str; 11] = [
        "x-forward",
        "cf-",
        "cdn-",
        "ngrok-",
        "tailscale-",
        "x-original-",
        "x-envoy-",
        "x-azure-",
        "x-amzn-",
        "x-arr-",
        "fly-",
    ];
    NAMES.contains(&header)
        || header.contains("forwarded")
        || header.ends_with("-client-ip")
        || STARTS.iter().any(|start| header.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn will_do(headers: &[(&str, &str)]) -> bool {
        let headers =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let raw = RawDelivery {
            method: "POST".into(),
            path_and_query: "/api/webhooks/twilio".into(),
            headers,
            body: Vec::new(),
            peer_is_loopback: true,
        };
        unsigned_will_do(&raw, Some("http://127.0.0.1:3000"))
    }

    const HOST: (&str, &str) = ("host", "127.0.0.1:3000");

    #[test]
    fn a_program_on_this_machine_may_leave_the_signature_out() {
        for host in ["127.0.0.1:3000", "localhost:3000", "[::1]:3000"] {
            assert!(will_do(&[("host", host), ("user-agent", "curl/8"), ("accept", "*/*")]));
        }
        assert!(will_do(&[HOST, ("sec-fetch-mode", "cors")]), "Node's fetch");
    }

    #[test]
    fn whoever_calls_us_by_another_name_may_not() {
        for host in
            ["hooks.example", "hooks.example:3000", "127.0.0.1", "127.0.0.1:3001", "[::1]", ""]
        {
            assert!(!will_do(&[("host", host)]), "{host}");
        }
        assert!(!will_do(&[]), "no name at all");
        assert!(!will_do(&[HOST, HOST]), "two names");
    }

    #[test]
    fn a_page_in_a_browser_may_not() {
        for header in ["origin", "referer", "sec-fetch-site", "sec-fetch-dest", "cookie"] {
            assert!(!will_do(&[HOST, (header, "x")]), "{header}");
        }
    }

    #[test]
    fn what_a_relay_passes_on_may_not() {
        for header in [
            "forwarded",
            "forwarded-for",
            "via",
            "x-forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-client-cert",
            "x-real-ip",
            "client-ip",
            "x-client-ip",
            "true-client-ip",
            "fastly-client-ip",
            "x-cluster-client-ip",
            "cf-connecting-ip",
            "cf-ray",
            "cdn-loop",
            "cdn-requestid",
            "ngrok-trace-id",
            "ngrok-skip-browser-warning",
            "tailscale-user-login",
            "x-original-host",
            "x-original-forwarded-for",
            "x-envoy-external-address",
            "x-azure-clientip",
            "x-amzn-trace-id",
        ] {
            assert!(!will_do(&[HOST, (header, "x")]), "{header}");
        }
    }
}
