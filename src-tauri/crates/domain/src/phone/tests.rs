use super::*;
use proptest::prelude::*;

fn country(code: &str) -> CountryCode {
    CountryCode::parse(code).expect("a country")
}

fn read_as(input: &str, code: &str) -> Result<String, String> {
    PhoneNumber::parse(input, country(code)).map(String::from).map_err(|e| e.to_string())
}

fn us(input: &str) -> Result<String, String> {
    read_as(input, "US")
}

#[test]
fn every_usual_way_of_writing_a_number_gives_the_same_e164() {
    for written in [
        "+12025550123",
        "2025550123",
        "1 202 555 0123",
        "(202) 555-0123",
        "202.555.0123",
        "202/555/0123",
        "+1 (202) 555–0123",
        "202\u{2011}555\u{2212}0123",
        "001 202 555 0123",
        "011 1 202 555 0123",
        "\u{202a}+1 202 555 0123\u{202c}",
        "\u{feff}202\u{a0}555\u{200b}0123\t",
        "＋１２０２５５５０１２３",
        "٢٠٢٥٥٥٠١٢٣",
        "'+12025550123",
        "tel:+1-202-555-0123",
        "TEL:202-555-0123;phone-context=+1",
        "tel:2025550123;phone-context=example.com",
        "whatsapp:+12025550123",
        "sms:+12025550123",
    ] {
        assert_eq!(us(written).as_deref(), Ok("+12025550123"), "{written:?}");
    }
}

#[test]
fn numbers_are_read_as_dialled_in_the_default_country() {
    for (written, code, e164) in [
        ("020 7946 0018", "GB", "+442079460018"),
        ("+44 (0)20 7946 0018", "US", "+442079460018"),
        ("0044 20 7946 0018", "US", "+442079460018"),
        ("0011 44 20 7946 0018", "AU", "+442079460018"),
        ("0011 1 202 555 0123", "AU", "+12025550123"),
        ("0061 2 5550 0100", "HK", "+61255500100"),
        ("+39 06 555 0100", "US", "+39065550100"),
        ("8 495 555 01 00", "RU", "+74955550100"),
        ("030/5550100", "DE", "+49305550100"),
    ] {
        assert_eq!(read_as(written, code).as_deref(), Ok(e164), "{written:?} in {code}");
    }
}

#[test]
fn the_fictional_american_numbers_are_numbers() {
    for last in 100..200 {
        let e164 = format!("+1202555{last:04}");
        assert_eq!(us(&format!("(202) 555-{last:04}")).as_deref(), Ok(e164.as_str()));
        assert_eq!(
            us(&format!("+1 555 555 {last:04}")).as_deref(),
            Ok(&*format!("+1555555{last:04}"))
        );
    }
    assert_eq!(
        us("+1 555 010 0199").as_deref(),
        Ok("+15550100199"),
        "no such area code, still possible"
    );
}

#[test]
fn what_is_wrong_is_said_in_words_that_say_how_to_mend_it() {
    for (written, words) in [
        ("", "the number is empty"),
        (" \u{200f}\u{a0} ", "the number is empty"),
        ("+", "there are no digits in it"),
        ("()", "there are no digits in it"),
        ("202 555 012", "9 digits, needs 10"),
        ("+1 202 555 012", "9 digits, needs 10"),
        ("5", "1 digit, needs 10"),
        ("+1 2", "2 digits, needs 7 to 15"),
        ("+1", "1 digit, needs 7 to 15"),
        ("+1 202", "3 digits, needs 10"),
        ("+44 1", "3 digits, needs 7 to 15"),
        ("+49 3012", "4 digits, needs 5 to 13"),
        ("+00 44 20 7946 0018", "no country code starts with +004"),
        ("555-0100", "the area code is missing: 7 digits, needs 10"),
        (
            "+1 202 555 01234",
            "11 digits, needs 10; a number abroad starts with + and its country code",
        ),
        ("442079460018", "12 digits, needs 10; a number abroad starts with + and its country code"),
        ("+999 555 0100", "no country code starts with +999"),
        ("+0 202 555 0123", "no country code starts with +020"),
        ("1-800-FLOWERS", "“F” is a letter; use digits only"),
        ("2O2 555 0123", "“O” is a letter; use digits only"),
        ("202 555 0123 ext. 4", "extensions cannot receive messages; remove “ext. 4”"),
        ("202 555 0123x44", "extensions cannot receive messages; remove “x44”"),
        ("202 555 0123 #7", "extensions cannot receive messages; remove “#7”"),
        ("202 555 0123 (ext 7)", "extensions cannot receive messages; remove “ext 7”"),
        ("tel:+12025550123;ext=7", "extensions cannot receive messages; remove “ext=7”"),
        ("202 555 0123, 202 555 0124", "more than one number; give one"),
        ("202 555 0123\n202 555 0124", "more than one number; give one"),
        ("202+5550123", "the + belongs once, at the very start"),
        ("++12025550123", "the + belongs once, at the very start"),
        (
            "2.02555E+09",
            "a spreadsheet turned this number into an amount; format the column as text",
        ),
        (
            "2025550123.0",
            "a spreadsheet turned this number into an amount; format the column as text",
        ),
        ("202\u{0}5550123", "an invisible character (U+0000) does not belong in a phone number"),
        ("202*5550123", "“*” does not belong in a phone number"),
        ("name@example.com", "“n” is a letter; use digits only"),
        ("😀", "“😀” does not belong in a phone number"),
    ] {
        assert_eq!(us(written), Err(words.to_owned()), "{written:?}");
    }
    assert_eq!(us(&"1".repeat(5_000)), Err("too long for a phone number".to_owned()));
    assert_eq!(us(&"1".repeat(60)), Err("too long for a phone number".to_owned()));
}

#[test]
fn a_plan_with_several_lengths_names_them_all() {
    assert_eq!(read_as("+54 9", "US").map_err(|e| e.contains("needs")), Err(true));
    assert_eq!(Lengths(vec![10]).to_string(), "10");
    assert_eq!(Lengths(vec![9, 10]).to_string(), "9 or 10");
    assert_eq!(Lengths(vec![7, 9, 10]).to_string(), "7, 9 or 10");
    assert_eq!(Lengths(vec![4, 5, 6, 7]).to_string(), "4 to 7");
}

#[test]
fn a_number_longer_than_e164_is_refused_even_where_the_plan_allows_it() {
    let refused = PhoneNumber::parse("+49 555010055501005", country("US"));
    assert!(matches!(refused, Err(PhoneError::TooLong { digits: 15, .. })), "{refused:?}");
}

#[test]
fn people_see_groups_and_machines_see_e164() {
    let number = PhoneNumber::parse("2025550123", CountryCode::US).expect("a number");
    assert_eq!(number.display(), "+1 202-555-0123");
    assert_eq!(number.to_string(), "+12025550123");
    assert_eq!(number.digits(), "12025550123");
    let unknown = PhoneNumber::from_e164("+9995550100").expect("well formed");
    assert_eq!(unknown.display(), "+9995550100", "no plan, so no groups");
}

#[test]
fn the_store_gives_back_only_well_formed_numbers() {
    for bad in [
        "",
        "+",
        "2025550123",
        "+0202555012",
        "+1 2025550123",
        "+123",
        "+1234567890123456",
        "+1202555012٣",
    ] {
        assert_eq!(PhoneNumber::from_e164(bad), Err(PhoneError::NotE164), "{bad:?}");
        assert!(serde_json::from_value::<PhoneNumber>(bad.into()).is_err(), "{bad:?}");
    }
    let number = PhoneNumber::from_e164("+12025550123").expect("well formed");
    assert_eq!(serde_json::to_value(&number).expect("json"), "+12025550123");
}

#[test]
fn countries_are_two_letters_of_the_numbering_plan() {
    assert_eq!(country("us"), CountryCode::US);
    assert_eq!(country(" gb ").to_string(), "GB");
    assert_eq!(CountryCode::parse("UK"), Err(CountryError::Uk));
    for bad in ["", "U", "USA", "ZZ", "XX", "1", "é", "001", "日本"] {
        assert_eq!(CountryCode::parse(bad), Err(CountryError::Unknown(bad.to_owned())), "{bad:?}");
    }
}

proptest! {
    #[test]
    fn no_input_panics_and_what_is_taken_is_e164(input in any::<String>(), code in "[A-Z]{2}") {
        let Ok(code) = CountryCode::parse(&code) else { return Ok(()) };
        if let Ok(number) = PhoneNumber::parse(&input, code) {
            prop_assert!(PhoneNumber::from_e164(number.as_str()).is_ok());
        }
    }

    #[test]
    fn number_like_noise_never_panics(input in "[+＋]{0,2}[0-9٠-٩()./ ;xe#-]{0,40}(ext|;ext=)?[0-9]{0,5}", us in any::<bool>()) {
        let code = if us { "US" } else { "HK" };
        if let Ok(number) = PhoneNumber::parse(&input, country(code)) {
            let shown = number.display();
            prop_assert!(shown.starts_with('+'), "{shown}");
        }
    }

    #[test]
    fn what_is_shown_reads_back_as_the_same_number(digits in "[2-9][0-9]{9}", code in "[A-Z]{2}") {
        let Ok(code) = CountryCode::parse(&code) else { return Ok(()) };
        let number = PhoneNumber::parse(&format!("+1{digits}"), code);
        prop_assume!(number.is_ok());
        let number = number.expect("assumed");
        prop_assert_eq!(PhoneNumber::parse(&number.display(), code), Ok(number.clone()));
        prop_assert_eq!(PhoneNumber::parse(number.as_str(), code), Ok(number));
    }
}
