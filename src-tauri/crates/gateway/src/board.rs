//! The board itself, when there is no window: the built page from within the program, or from a folder. Gives files
//! out and nothing else; every address without a file is the page's own to understand.

use std::borrow::Cow;
use std::path::PathBuf;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use crate::desk::{Desk, Shared};
use crate::problem::Problem;
use crate::session::{cookie_name, query_token, without_token};

/// In a debug build the files are read from the folder at each request, so that a rebuilt page needs no rebuilt
/// program; in a release build they are inside.
#[derive(RustEmbed)]
#[folder = "../../../ui/dist"]
#[allow_missing = true]
struct Built;

const NOT_BUILT: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Signalbox</title></head>\
<body><h1>The board is not built</h1><p>Signalbox runs, but this program was made without its page.</p>\
<p>Build it with <code>npm ci</code> and <code>npm run build</code> in the folder <code>ui</code>, \
or start with <code>cargo xtask run</code>, which does it for you.</p></body></html>";

/// Which page the gateway shows.
#[derive(Debug, Clone, Default)]
pub enum Board {
    /// None: a window shows it.
    #[default]
    Off,
    /// The one built into the program.
    Embedded,
    /// The one in this folder.
    Folder(PathBuf),
}

struct File {
    bytes: Cow<'static, [u8]>,
    tag: String,
}

impl Board {
    async fn file(&self, path: &str) -> Option<File> {
        let is_plain = |part: &str| {
            !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':', '\0'])
        };
        if !path.split('/').all(is_plain) {
            return None;
        }
        let (bytes, hash) = match self {
            Self::Off => return None,
            Self::Embedded => {
                let found = Built::get(path)?;
                (found.data, found.metadata.sha256_hash())
            }
            Self::Folder(folder) => {
                let bytes = tokio::fs::read(folder.join(path)).await.ok()?;
                let hash = Sha256::digest(&bytes).into();
                (bytes.into(), hash)
            }
        };
        let tag =
            hash[..8].iter().fold(String::from('"'), |tag, byte| format!("{tag}{byte:02x}")) + "\"";
        Some(File { bytes, tag })
    }
}

/// Every address that no other door answers.
pub(crate) async fn show(
    State(desk): State<Shared>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let is_api = uri.path() == "/api" || uri.path().starts_with("/api/");
    if is_api || matches!(desk.board, Board::Off) {
        return Problem::nothing_here().into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return ([(header::ALLOW, "GET, HEAD")], Problem::method_not_allowed()).into_response();
    }
    if let Some(token) = query_token(&uri) {
        return sign_in(&desk, &uri, &token);
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = desk.board.file(path).await {
        return answer(&desk, path, file, &headers);
    }
    // Addresses such as /messages/ID belong to the page. What looks like a file is a file that is not there, and a
    // page in its place would hide the mistake.
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return Problem::nothing_here().into_response();
    }
    match desk.board.file("index.html").await {
        Some(file) => answer(&desk, "index.html", file, &headers),
        None => with_policy(&desk, axum::response::Html(NOT_BUILT).into_response()),
    }
}

/// Puts the token where no script and no history can see it, and leads to the same place without it.
fn sign_in(desk: &Desk, uri: &Uri, token: &str) -> Response {
    if !desk.token.is(token) {
        let remedy = "Open the newest address that Signalbox printed; each start makes a new one";
        return Problem::unauthorized(remedy).into_response();
    }
    let query = without_token(uri.query().unwrap_or_default());
    // A path that begins with two slashes would lead to another host.
    let path = format!("/{}", uri.path().trim_start_matches('/'));
    let place = if query.is_empty() { path } else { format!("{path}?{query}") };
    let cookie = format!("{}={token}; Path=/; HttpOnly; SameSite=Strict", cookie_name(desk.port));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place), (header::SET_COOKIE, cookie)])
        .into_response()
}

fn answer(desk: &Desk, path: &str, file: File, asked: &HeaderMap) -> Response {
    let unchanged =
        asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).is_some_and(
            |tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == file.tag),
        );
    let mut response = if unchanged {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, media_type(path))], file.bytes).into_response()
    };
    // Names under assets/ carry a hash of their content.
    let keep = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Ok(tag) = file.tag.parse() {
        headers.insert(header::ETAG, tag);
    }
    with_policy(desk, response)
}

/// Nothing inline, nothing from elsewhere. Only browsers that do not count `ws:` as `'self'` need the live feed named.
/// An IPv6 address cannot stand in a policy: Chromium complains of it at every page.
fn with_policy(desk: &Desk, mut response: Response) -> Response {
    let port = desk.port;
    let policy = format!(
        "default-src 'self'; connect-src 'self' ws://127.0.0.1:{port} ws://localhost:{port}; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    if let Ok(policy) = policy.parse() {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// The types of what a built page consists of. Text says its encoding, because without it browsers guess.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "wasm" => "application/wasm",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
