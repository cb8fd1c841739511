//! Who is asking: the session token of the board and the terminal, and the API tokens made in Settings.
//! A token is read from one place each and compared in constant time; none is ever written to a log.

use axum::http::{HeaderMap, Uri, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq;

/// The token of one run of one home: whoever has it may do everything.
#[derive(Clone)]
pub struct SessionToken(String);

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken([redacted])")
    }
}

impl SessionToken {
    /// A new one of 256 random bits.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn new() -> std::io::Result<Self> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(std::io::Error::other)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// A token as it was read from `gateway.json`.
    #[must_use]
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The token itself, for the board's address and for `gateway.json`.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    pub(crate) fn is(&self, given: &str) -> bool {
        self.0.as_bytes().ct_eq(given.as_bytes()).into()
    }
}

/// The token of an `Authorization: Bearer` header.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The cookie's name. Browsers share cookies between the ports of a host, so two homes need two names.
pub(crate) fn cookie_name(port: u16) -> String {
    format!("token_{port}")
}

/// Tokens offered by cookie: this home's own, or a plain `token`.
pub(crate) fn cookies(headers: &HeaderMap, port: u16) -> impl Iterator<Item = &str> {
    let own = cookie_name(port);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(move |(name, _)| *name == own || *name == "token")
        .map(|(_, value)| value)
}

/// The decoded `token` of a query.
pub(crate) fn query_token(uri: &Uri) -> Option<String> {
    form_urlencoded::parse(uri.query()?.as_bytes())
        .find(|(name, _)| name == "token")
        .map(|(_, value)| value.into_owned())
}

/// The query without its `token`, everything else as it was.
pub(crate) fn without_token(query: &str) -> String {
    let rest = query.split('&').filter(|pair| *pair != "token" && !pair.starts_with("token="));
    rest.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_tokens_are_never_the_same_and_never_printed() {
        let (a, b) =
            (SessionToken::new().expect("randomness"), SessionToken::new().expect("randomness"));
        assert_ne!(a.expose(), b.expose());
        assert_eq!(a.expose().len(), 43, "256 bits in base64");
        assert!(!format!("{a:?}").contains(a.expose()));
        assert!(a.is(a.expose()) && !a.is(b.expose()) && !a.is(""));
    }

    #[test]
    fn a_bearer_token_is_read_whatever_the_case_of_its_scheme() {
        let mut headers = HeaderMap::new();
        assert_eq!(bearer(&headers), None);
        for (value, expect) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc", Some("abc")),
            ("Basic abc", None),
            ("Bearer ", None),
        ] {
            headers.insert(header::AUTHORIZATION, value.parse().expect("a header"));
            assert_eq!(bearer(&headers), expect, "{value:?}");
        }
    }

    #[test]
    fn cookies_of_another_home_are_passed_over() {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::COOKIE,
            "token_3001=other; token_3000=mine; theme=dark".parse().expect("a header"),
        );
        assert_eq!(cookies(&headers, 3000).collect::<Vec<_>>(), ["mine"]);
    }

    #[test]
    fn the_token_leaves_the_query_and_the_rest_stays() {
        assert_eq!(without_token("token=a%2Bb"), "");
        assert_eq!(without_token("q=a%20b&token=x&tokens=1"), "q=a%20b&tokens=1");
        let uri: Uri = "/messages?q=1&token=a%2Bb".parse().expect("a URI");
        assert_eq!(query_token(&uri).as_deref(), Some("a+b"));
    }
}
