//! Every reply of a mail server has a class, words and a remedy.

use std::collections::BTreeMap;

use proptest::prelude::*;
use signalbox_domain::Outcome;

use crate::smtp::errors::{self, enhanced_code, lookup, meaning};
use crate::smtp::session::{Broken, Stage, Trouble};

fn stage(word: &str) -> Stage {
    match word {
        "connect" => Stage::Connect,
        "auth" => Stage::Auth,
        "mail" => Stage::Mail,
        "rcpt" => Stage::Rcpt,
        "data" => Stage::Data,
        "dot" => Stage::Dot,
        other => panic!("{other} is no stage"),
    }
}

#[test]
fn every_documented_reply_has_its_class_words_and_a_remedy() {
    let mut seen = 0;
    for line in include_str!("../fixtures/codes.txt").lines().filter(|l| !l.starts_with('#')) {
        let parts: Vec<&str> = line.split(' ').collect();
        let [at, code, enhanced, class] = parts[..] else { panic!("{line}") };
        let number: u16 = code.parse().expect("a reply code");
        let text = if enhanced == "-" { "whatever".into() } else { format!("{enhanced} whatever") };
        let known = meaning(stage(at), number, enhanced_code(number, &text), &text);
        assert_eq!(known.class.word(), class, "{line}: {}", known.say);
        assert!(known.say.len() > 10 && known.remedy.len() > 10, "{line}");
        seen += 1;
    }
    assert!(seen >= 60, "{seen}");
}

#[test]
fn every_row_has_words_of_its_own() {
    let mut said = BTreeMap::new();
    for (code, known) in errors::tables().into_iter().flatten() {
        assert!(!known.say.ends_with('.') && !known.remedy.ends_with('.'), "{code}");
        assert!(known.say.starts_with(char::is_uppercase), "{code}");
        if let Some(other) = said.insert(known.say, code) {
            panic!("{code} and {other} say the same");
        }
    }
}

#[test]
fn the_enhanced_code_is_found_where_servers_put_it() {
    assert_eq!(enhanced_code(550, "5.1.1 no such user"), Some((5, 1, 1)));
    assert_eq!(enhanced_code(550, "#5.1.0 Address rejected."), Some((5, 1, 0)));
    assert_eq!(enhanced_code(550, "5.7.26: see https://a.example/5.7.1"), Some((5, 7, 26)));
    assert_eq!(enhanced_code(550, "no code, version 5.1"), None);
    assert_eq!(enhanced_code(550, "4.2.1 does not fit a 550"), None);
    assert_eq!(enhanced_code(451, "from 4.4.4.4 refused"), None, "an address is no code");
    assert_eq!(enhanced_code(550, "5.99999.1"), None);
}

#[test]
fn a_failure_keeps_the_code_it_can_be_looked_up_by() {
    let broken = Broken {
        stage: Stage::Rcpt,
        trouble: Trouble::Reply { code: 550, text: "5.1.1 <jo@example.com> unknown".into() },
    };
    let (failure, _) = errors::failure(&broken);
    assert_eq!(failure.code, "550 5.1.1");
    assert!(!failure.say.contains("jo@example.com"), "the server's own words stay out");
    assert_eq!(lookup("550 5.1.1").map(|known| known.class), Some(failure.class));
    assert!(lookup("421").is_some() && lookup("tls").is_some() && lookup("junk").is_none());
}

#[test]
fn relaying_denied_stops_the_line_and_spam_only_the_mail() {
    use signalbox_domain::Scope;
    let scope = |text: &str| meaning(Stage::Rcpt, 550, enhanced_code(550, text), text).scope;
    assert_eq!(scope("5.7.1 Relaying denied"), Scope::Line);
    assert_eq!(scope("5.7.1 looks like spam"), Scope::Message);
}

#[test]
fn only_behind_the_final_dot_and_without_a_verdict_is_a_mail_in_doubt() {
    let troubles = [
        Trouble::Timeout,
        Trouble::Closed,
        Trouble::Garbled,
        Trouble::Tls,
        Trouble::Reply { code: 421, text: "4.3.2 shutting down".into() },
    ];
    for trouble in troubles {
        for stage in [Stage::Connect, Stage::Auth, Stage::Mail, Stage::Rcpt, Stage::Data] {
            let outcome = errors::outcome(&Broken { stage, trouble: trouble.clone() });
            assert!(matches!(outcome, Outcome::Refused { .. }), "{stage:?} {trouble:?}");
        }
        let outcome = errors::outcome(&Broken { stage: Stage::Dot, trouble: trouble.clone() });
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{trouble:?}");
    }
    for code in [450, 451, 452, 550, 552, 554] {
        let trouble = Trouble::Reply { code, text: String::new() };
        let outcome = errors::outcome(&Broken { stage: Stage::Dot, trouble });
        assert!(matches!(outcome, Outcome::Refused { .. }), "{code} is a verdict");
    }
}

proptest! {
    #[test]
    fn no_reply_makes_the_classification_stumble(code in 400u16..600, text in ".{0,80}", at in 0usize..8) {
        let stages = [Stage::Connect, Stage::StartTls, Stage::Auth, Stage::Idle, Stage::Mail, Stage::Rcpt, Stage::Data, Stage::Dot];
        let broken = Broken { stage: stages[at], trouble: Trouble::Reply { code, text } };
        let (failure, _) = errors::failure(&broken);
        prop_assert!(!failure.say.is_empty() && failure.code.len() <= 64);
    }
}
