//! Words that cannot be understood, and what needs no home.

use crate::bench::Home;

#[test]
fn help_and_version_are_answers() {
    let home = Home::new();
    for words in [&["--help"][..], &["help", "send"], &["--version"]] {
        let said = home.say(words);
        assert_eq!(said.exit, 0, "{said:?}");
        assert!(!said.out.is_empty());
    }
}

#[test]
fn mistakes_are_exit_code_2_and_one_json_value_when_asked_for() {
    let home = Home::new();
    for words in [
        &["fly"][..],
        &["send", "--to", "+15550100142"],
        &["retry"],
        &["messages", "--limit", "1000"],
        &["call", "status", "{"],
        &["call", "no_such_command"],
        &["call", "../healthz"],
        &["settings", "set", "zone"],
        &["import", "/nonexistent.csv", "--map", "a=to"],
        &["connect", "twilio", "--name", "A", "--secret", "auth_token=hunter2"],
        &["connect", "twilio", "--name", "A", "--secret", "auth_token=@env:NO_SUCH_VARIABLE"],
        &["--vault", "passphrase", "serve"],
        &["--vault", "session", "--passphrase", "@env:TEST_SECRET", "serve"],
        &["--passphrase", "hunter2", "serve"],
    ] {
        let said = home.run(words);
        assert_eq!(said.exit, 2, "{words:?}: {said:?}");
        assert!(said.json()["error"]["code"].is_string());
        assert!(!format!("{said:?}").contains("hunter2"), "a secret is never repeated: {said:?}");
    }
}

#[test]
fn a_mistake_names_the_word_and_what_would_do() {
    let home = Home::new();
    let error = |words: &[&str]| home.run(words).json()["error"].clone();
    let missing = error(&["send", "--to", "+15550100142"]);
    assert_eq!(missing["field"], "body", "{missing}");
    assert!(missing["message"].as_str().is_some_and(|say| say.contains("--body")), "{missing}");
    let wrong = error(&["--vault", "drawer", "serve"]);
    assert_eq!(wrong["field"], "vault", "{wrong}");
    assert!(wrong["remedy"].as_str().is_some_and(|say| say.contains("passphrase")), "{wrong}");
    let typo = error(&["conect"]);
    assert!(typo["remedy"].as_str().is_some_and(|say| say.contains("connect")), "{typo}");
}

#[test]
fn a_public_address_that_no_provider_could_reach_is_no_public_address() {
    let home = Home::new();
    for url in ["not a url", "hooks.example", "http://hooks.example", "https://hooks.example?a=b"] {
        let said = home.run(&["serve", "--port", "0", "--public-url", url]);
        assert_eq!((said.exit, said.json()["error"]["field"].as_str()), (2, Some("public_url")));
    }
    assert!(!home.path().exists(), "nothing was opened");
    let serving = home.serve(&["--practice", "--public-url", "https://hooks.example/"]);
    assert_eq!(serving.ready["public_url"], "https://hooks.example", "signed over to the byte");
}

#[test]
fn what_cannot_be_a_home_is_named() {
    let home = Home::new();
    let file = home.file("home", "a letter");
    for words in [&["status"][..], &["serve", "--port", "0"], &["restore", "x.db"]] {
        let said = home.run(words);
        assert_eq!(said.refused(), (3, "home_unusable".into()), "{words:?}");
        assert!(said.err.contains(&file), "{said:?}");
    }
}
