//! The page itself: types, policy, sign-in, and what lies beside it.

use std::path::Path;

use signalbox_gateway::{Board, Limits};

use crate::peer::{Ask, House, SESSION, house_with};

async fn board() -> (House, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let put = |path: &str, text: &str| {
        let path = folder.path().join("dist").join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("/"))).expect("a folder");
        std::fs::write(path, text).expect("written");
    };
    put("index.html", "<p>the page</p>");
    put("assets/app-1a2b.js", "void 0");
    put("assets/app-1a2b.css", "p {}");
    put("../secret.txt", "secret");
    put(".env", "secret");
    let board = Board::Folder(folder.path().join("dist"));
    (house_with(Limits::default(), board).await, folder)
}

#[tokio::test]
async fn every_address_of_the_page_gives_the_page() {
    let (house, _folder) = board().await;
    for line in ["GET /", "GET /index.html", "GET /messages", "GET /lines/01hq3v8m2k7c4?tab=calls"]
    {
        let answer = Ask::new(line).at(&house).await;
        assert_eq!((answer.status, answer.text().as_str()), (200, "<p>the page</p>"), "{line}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-cache");
        let policy = answer.header("content-security-policy");
        assert!(
            policy.starts_with("default-src 'self';") && !policy.contains("unsafe"),
            "{policy}"
        );
        assert!(policy.contains(&format!("ws://127.0.0.1:{}", house.gateway.port())), "{policy}");
    }
    let head = Ask::new("HEAD /").at(&house).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test]
async fn files_have_their_types_and_are_kept_by_their_names() {
    let (house, _folder) = board().await;
    for (path, kind) in [
        ("/assets/app-1a2b.js", "text/javascript; charset=utf-8"),
        ("/assets/app-1a2b.css", "text/css; charset=utf-8"),
    ] {
        let answer = Ask::new(&format!("GET {path}")).at(&house).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, kind));
        assert!(answer.header("cache-control").contains("immutable"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        let again = Ask::new(&format!("GET {path}"))
            .header("If-None-Match", answer.header("etag"))
            .at(&house)
            .await;
        assert_eq!((again.status, again.body.len()), (304, 0));
    }
    let missing = Ask::new("GET /assets/gone.js").at(&house).await;
    assert_eq!(missing.status, 404, "a page in place of a script would hide that it is gone");
    assert_eq!(Ask::new("POST /").at(&house).await.status, 405);
}

#[tokio::test]
async fn nothing_beside_the_page_is_given_out() {
    let (house, _folder) = board().await;
    for path in [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..\\..\\secret.txt",
        "/.env",
        "//secret.txt",
        "/assets//app-1a2b.js",
    ] {
        let answer = Ask::new(&format!("GET {path}")).at(&house).await;
        assert!(
            !answer.text().contains("secret") && answer.status != 500,
            "{path} gave {answer:?}"
        );
    }
}

#[tokio::test]
async fn the_token_moves_from_the_address_into_a_cookie() {
    let (house, _folder) = board().await;
    let port = house.gateway.port();
    let answer =
        Ask::new(&format!("GET /messages?q=a&token={SESSION}&state=held")).at(&house).await;
    assert_eq!((answer.status, answer.header("location")), (303, "/messages?q=a&state=held"));
    let cookie = answer.header("set-cookie").to_owned();
    assert_eq!(cookie, format!("token_{port}={SESSION}; Path=/; HttpOnly; SameSite=Strict"));
    let pair = cookie.split(';').next().unwrap_or_default();
    let call = Ask::new("POST /api/call/echo").header("Cookie", pair).at(&house).await;
    assert_eq!(call.status, 200, "the cookie opens the command table");

    let wrong = Ask::new("GET /?token=wrong").at(&house).await;
    assert_eq!(wrong.status, 401);
    assert!(!wrong.headers.contains_key("set-cookie"));
    let away = Ask::new(&format!("GET //evil.example/?token={SESSION}")).at(&house).await;
    assert!(!away.header("location").starts_with("//"), "leads to {:?}", away.header("location"));
}

#[tokio::test]
async fn without_a_built_page_it_says_how_to_build_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let house = house_with(Limits::default(), Board::Folder(folder.path().to_owned())).await;
    let answer = Ask::new("GET /").at(&house).await;
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("npm run build"), "{}", answer.text());
}

#[tokio::test]
async fn with_a_window_there_is_no_board() {
    let house = house_with(Limits::default(), Board::Off).await;
    let answer = Ask::new("GET /").at(&house).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "not_found"));
}
