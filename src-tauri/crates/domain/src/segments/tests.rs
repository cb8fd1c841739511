use super::*;
use SmsEncoding::{Gsm7, Ucs2};
use proptest::prelude::*;

fn count(text: &str) -> (SmsEncoding, u32, u32) {
    let counted = segments(text);
    (counted.encoding, counted.units, counted.segments)
}

#[test]
fn the_published_vectors_hold() {
    for (c, repeat, encoding, units, parts) in [
        ('a', 1, Gsm7, 1, 1),
        ('a', 160, Gsm7, 160, 1),
        ('a', 161, Gsm7, 161, 2),
        ('a', 306, Gsm7, 306, 2),
        ('a', 307, Gsm7, 307, 3),
        ('€', 80, Gsm7, 160, 1),
        ('€', 81, Gsm7, 162, 2),
        ('ж', 70, Ucs2, 70, 1),
        ('ж', 71, Ucs2, 71, 2),
        ('ж', 134, Ucs2, 134, 2),
        ('ж', 135, Ucs2, 135, 3),
        ('👍', 35, Ucs2, 70, 1),
        ('👍', 36, Ucs2, 72, 2),
        ('é', 160, Gsm7, 160, 1),
        ('ê', 70, Ucs2, 70, 1),
        ('ê', 71, Ucs2, 71, 2),
        ('’', 71, Ucs2, 71, 2),
    ] {
        let text = String::from(c).repeat(repeat);
        assert_eq!(count(&text), (encoding, units, parts), "{repeat} × {c}");
    }
}

#[test]
fn an_escape_sequence_moves_whole_into_the_next_part() {
    // 76 pairs fill 152 of 153 septets; the 77th does not fit the last one.
    assert_eq!(count(&"€".repeat(152)), (Gsm7, 304, 2));
    assert_eq!(count(&"€".repeat(153)), (Gsm7, 306, 3), "306 septets, but two are left empty");
}

#[test]
fn a_surrogate_pair_moves_whole_into_the_next_part() {
    assert_eq!(count(&"👍".repeat(66)), (Ucs2, 132, 2));
    assert_eq!(count(&"👍".repeat(67)), (Ucs2, 134, 3), "134 units, but two are left empty");
}

#[test]
fn one_foreign_character_switches_the_whole_text() {
    assert_eq!(count(&"a".repeat(71)), (Gsm7, 71, 1));
    assert_eq!(count(&format!("{}’", "a".repeat(70))), (Ucs2, 71, 2));
    assert_eq!(count(&format!("{}ж", "€".repeat(69))), (Ucs2, 70, 1), "€ is one unit in UCS-2");
}

#[test]
fn an_empty_text_takes_nothing() {
    assert_eq!(count(""), (Gsm7, 0, 0));
}

#[test]
fn the_alphabet_is_the_127_characters_and_ten_extensions_of_the_standard() {
    let every = || (0..=0x1_ffff_u32).filter_map(char::from_u32);
    assert_eq!(every().filter(|&c| is_basic(c)).count(), 127);
    assert_eq!(every().filter(|&c| is_extension(c)).count(), 10);
    assert_eq!(every().filter(|&c| is_basic(c) && is_extension(c)).count(), 0);
    for c in ['`', '\t', '\u{1b}', 'ç', 'Á', '\u{a0}', '“', '–', '…', '\u{0}'] {
        assert!(!is_gsm7(c), "{c:?} is not in the alphabet");
    }
}

#[test]
fn the_screen_can_name_what_costs_more() {
    assert_eq!(forcing_ucs2("Don’t – it’s “fine” 👍", 3), ['’', '–', '“']);
    assert!(forcing_ucs2("plain {text} €5", 3).is_empty(), "extension characters stay GSM-7");
    assert!(forcing_ucs2("жжж", 0).is_empty());
}

#[test]
fn it_crosses_the_door_as_the_contract_says() {
    let json = serde_json::to_string(&segments("hi")).expect("json");
    assert_eq!(json, r#"{"encoding":"gsm7","units":2,"segments":1}"#);
}

proptest! {
    #[test]
    fn parts_are_never_fewer_than_the_units_need_nor_more_than_one_wasted_unit_each(text in any::<String>()) {
        let counted = segments(&text);
        let per_part = counted.encoding.per_part();
        if counted.units > counted.encoding.single() {
            prop_assert!(counted.segments >= counted.units.div_ceil(per_part));
            prop_assert!(counted.segments <= counted.units.div_ceil(per_part - 1));
        } else {
            prop_assert_eq!(counted.segments, u32::from(counted.units > 0));
        }
    }

    #[test]
    fn a_longer_text_never_takes_fewer_parts(text in "[a€ж👍]{0,400}", more in "[a€ж👍]{0,5}") {
        let longer = segments(&format!("{text}{more}"));
        prop_assert!(longer.segments >= segments(&text).segments);
    }

    #[test]
    fn ucs2_is_used_exactly_when_something_forces_it(text in any::<String>()) {
        prop_assert_eq!(segments(&text).encoding == Ucs2, !forcing_ucs2(&text, 1).is_empty());
    }
}
