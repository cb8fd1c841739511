use super::*;
use proptest::prelude::*;

fn read(input: &str) -> Result<String, String> {
    EmailAddress::parse(input).map(String::from).map_err(|e| e.to_string())
}

fn address(input: &str) -> EmailAddress {
    EmailAddress::parse(input).expect("an address")
}

#[test]
fn usual_addresses_are_taken_and_only_the_domain_changes_case() {
    for (typed, kept) in [
        ("ana@example.com", "ana@example.com"),
        ("  Ana.Silva+news@EXAMPLE.com\u{a0}", "Ana.Silva+news@example.com"),
        ("\u{feff}\u{202a}ana@example.com\u{202c}\u{200b}", "ana@example.com"),
        ("mailto:ana@example.com", "ana@example.com"),
        ("o'brien@mail.example.co.uk", "o'brien@mail.example.co.uk"),
        ("ana@BÜCHER.example", "ana@bücher.example"),
        ("ana@xn--bcher-kva.example", "ana@xn--bcher-kva.example"),
        ("ana@例え。テスト", "ana@例え.テスト"),
        ("аня@пример.example", "аня@пример.example"),
        ("a@b.test", "a@b.test"),
    ] {
        assert_eq!(read(typed).as_deref(), Ok(kept), "{typed:?}");
    }
}

#[test]
fn what_is_wrong_is_said_in_words_that_say_how_to_mend_it() {
    for (typed, words) in [
        ("", "the address is empty"),
        (" \u{200b}\t", "the address is empty"),
        ("ana", "the @ is missing"),
        ("@example.com", "there is nothing before the @"),
        ("ana@", "there is nothing after the @"),
        ("ana@@example.com", "there is more than one @"),
        ("ana@example.com, bo@example.com", "more than one address; give one"),
        ("ana@example.com;bo@example.com", "more than one address; give one"),
        ("Ana <ana@example.com>", "give the address alone, without a name or angle brackets"),
        ("ana silva@example.com", "there is a blank inside the address"),
        ("ana@exa mple.com", "there is a blank inside the address"),
        (
            ".ana@example.com",
            "the part before the @ may not start or end with a dot, nor have two in a row",
        ),
        (
            "ana..b@example.com",
            "the part before the @ may not start or end with a dot, nor have two in a row",
        ),
        (
            "ana@example..com",
            "the part after the @ may not start or end with a dot, nor have two in a row",
        ),
        (
            "ana@example.com.",
            "the part after the @ may not start or end with a dot, nor have two in a row",
        ),
        ("ana@example,com", "“,” does not belong in an address"),
        ("\"ana\"@example.com", "“\"” does not belong in an address"),
        ("ana@exam_ple.com", "“_” does not belong in an address"),
        ("ana@localhost", "“localhost” is not a full domain; it needs an ending such as .com"),
        ("ana@192.0.2.1", "the part after the @ must be a name, not a number"),
        ("ana@[192.0.2.1]", "the part after the @ must be a name, not a number"),
        ("ana@-example.com", "“-example.com” is not a valid domain"),
        ("ana@xn--a.example", "“xn--a.example” is not a valid domain"),
        ("ana\u{200b}silva@example.com", "there is an invisible character (U+200B) in the address"),
    ] {
        assert_eq!(read(typed), Err(words.to_owned()), "{typed:?}");
    }
}

#[test]
fn a_line_break_cannot_smuggle_in_a_header() {
    for typed in ["ana@example.com\r\nBcc: bo@example.com", "ana\n@example.com", "a\0b@example.com"]
    {
        assert!(matches!(EmailAddress::parse(typed), Err(EmailError::Invisible(_))), "{typed:?}");
    }
    let name = "Ana\r\nBcc: bo@example.com";
    assert_eq!(Mailbox::new(name, address("ana@example.com")), Err(MailboxError::Control('\r')));
}

#[test]
fn lengths_are_counted_in_octets() {
    let local = "é".repeat(33);
    assert_eq!(
        EmailAddress::parse(&format!("{local}@example.com")),
        Err(EmailError::LongLocal(66))
    );
    let label = "a".repeat(61);
    let domain = format!("{label}.{label}.{label}.aaa");
    assert_eq!(read(&format!("{}@{domain}", "b".repeat(64))).map(|a| a.len()), Ok(254));
    let longer = format!("{}@a{domain}", "b".repeat(64));
    assert_eq!(EmailAddress::parse(&longer), Err(EmailError::TooLong(255)));
    let label = format!("ana@{}.example", "a".repeat(64));
    assert!(matches!(EmailAddress::parse(&label), Err(EmailError::BadDomain(_))));
}

#[test]
fn every_spelling_of_a_mailbox_shares_one_key() {
    let key = address("ana@xn--bcher-kva.example").key();
    assert_eq!(address("Ana@BÜCHER.example").key(), key, "an opt-out must hold for all spellings");
    assert_eq!(address("ANA@bu\u{308}cher.example").key(), key, "also decomposed");
    assert_eq!(address("Ana@BÜCHER.example").to_ascii(), "Ana@xn--bcher-kva.example");
    assert_ne!(address("ana@bucher.example").key(), key);
}

#[test]
fn the_parts_can_be_told_apart() {
    let address = address("Ana.Silva@Example.com");
    assert_eq!((address.local(), address.domain()), ("Ana.Silva", "example.com"));
}

#[test]
fn a_from_field_is_split_into_name_and_address() {
    for (typed, name, written) in [
        ("desk@example.com", None, "desk@example.com"),
        ("<desk@example.com>", None, "desk@example.com"),
        ("Front desk <desk@example.com>", Some("Front desk"), "Front desk <desk@example.com>"),
        (
            "\"Desk, Inc.\" <desk@example.com>",
            Some("Desk, Inc."),
            "\"Desk, Inc.\" <desk@example.com>",
        ),
        (
            "\"A \\\"B\\\" \\\\\" <desk@example.com>",
            Some("A \"B\" \\"),
            "\"A \\\"B\\\" \\\\\" <desk@example.com>",
        ),
        ("Zoë’s Café <desk@EXAMPLE.com>", Some("Zoë’s Café"), "Zoë’s Café <desk@example.com>"),
        ("\"\" <desk@example.com>", None, "desk@example.com"),
        ("\"a < b\" <desk@example.com>", Some("a < b"), "\"a < b\" <desk@example.com>"),
    ] {
        let mailbox = Mailbox::parse(typed).expect(typed);
        assert_eq!(mailbox.name(), name, "{typed:?}");
        assert_eq!(mailbox.to_string(), written, "{typed:?}");
    }
}

#[test]
fn a_broken_from_field_is_refused_with_its_reason() {
    for (typed, refused) in [
        ("Desk <desk@example.com", MailboxError::Brackets),
        ("Desk desk@example.com>", MailboxError::Brackets),
        ("Desk <desk@example.com> x", MailboxError::Brackets),
        ("Desk <<desk@example.com>", MailboxError::Brackets),
        ("\"Desk <desk@example.com>", MailboxError::Quotes),
        ("De\"sk <desk@example.com>", MailboxError::Quotes),
        ("Desk <>", MailboxError::Address(EmailError::Empty)),
        ("Desk <desk>", MailboxError::Address(EmailError::NoAt)),
        ("De\tsk <desk@example.com>", MailboxError::Control('\t')),
        ("moc.knab\u{202e} <desk@example.com>", MailboxError::Control('\u{202e}')),
        ("", MailboxError::Address(EmailError::Empty)),
    ] {
        assert_eq!(Mailbox::parse(typed), Err(refused), "{typed:?}");
    }
    let long = format!("{} <desk@example.com>", "n".repeat(101));
    assert_eq!(Mailbox::parse(&long), Err(MailboxError::LongName(101)));
}

proptest! {
    #[test]
    fn no_input_panics_and_what_is_taken_reads_back_the_same(input in any::<String>()) {
        if let Ok(address) = EmailAddress::parse(&input) {
            prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address));
        }
        let _ = Mailbox::parse(&input);
    }

    #[test]
    fn address_like_noise_reads_back_the_same(input in "[a-zA-Zéß.+]{0,8}@{0,2}[a-zA-ZüßÉ例。.-]{0,12}\\.(com|xn--p1ai|рф)") {
        if let Ok(address) = EmailAddress::parse(&input) {
            prop_assert!(address.as_str().len() <= MOST_OCTETS);
            prop_assert!(address.to_ascii().len() <= MOST_OCTETS);
            prop_assert_eq!(EmailAddress::parse(address.as_str()), Ok(address.clone()));
            prop_assert_eq!(address.key(), EmailAddress::parse(&address.to_ascii()).map(|a| a.key()).unwrap_or_default());
        }
    }

    #[test]
    fn any_name_survives_being_written_and_read(name in any::<String>()) {
        if let Ok(mailbox) = Mailbox::new(&name, address("desk@example.com")) {
            prop_assert_eq!(Mailbox::parse(&mailbox.to_string()), Ok(mailbox));
        }
    }
}
