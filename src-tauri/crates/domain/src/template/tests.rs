use super::*;
use proptest::prelude::*;

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn fill(text: &str, pairs: &[(&str, &str)]) -> Result<String, String> {
    Template::parse(text).expect(text).fill(&values(pairs)).map_err(|e| e.to_string())
}

fn refused(text: &str) -> String {
    Template::parse(text).expect_err(text).to_string()
}

#[test]
fn fields_are_replaced_and_double_braces_become_single() {
    for (text, filled) in [
        ("", ""),
        ("no fields", "no fields"),
        ("Hello {name}!", "Hello Ana!"),
        ("{name}{name}", "AnaAna"),
        ("{ name } of {first town}", "Ana of Zürich"),
        ("{{name}}", "{name}"),
        ("{{{name}}}", "{Ana}"),
        ("}}{{", "}{"),
        ("a\r\nb\t{name}", "a\nb\tAna"),
        ("{größe.in-cm_1}", "170"),
        ("{cafe\u{301}}", "Lumen"),
    ] {
        let given = [
            ("name", "Ana"),
            ("first town", "Zürich"),
            ("größe.in-cm_1", "170"),
            ("cafe\u{301}", "Lumen"),
        ];
        assert_eq!(fill(text, &given).as_deref(), Ok(filled), "{text:?}");
    }
}

#[test]
fn a_value_is_never_read_for_fields_again() {
    let given = [("name", "{secret} {{x}} }"), ("secret", "42")];
    assert_eq!(fill("Hello {name}", &given).as_deref(), Ok("Hello {secret} {{x}} }"));
}

#[test]
fn fields_are_listed_once_in_order() {
    let template = Template::parse("{b} {a} {{c}} {b} { a }").expect("a template");
    assert_eq!(template.fields(), ["b", "a"]);
    assert_eq!(template.missing(&values(&[("a", "1"), ("c", "2")])), ["b"]);
    assert_eq!(template.missing(&values(&[("a", " "), ("b", "2")])), ["a"]);
}

#[test]
fn a_broken_text_says_where_and_how_to_mend_it() {
    for (text, words) in [
        ("Hello {name", "line 1, character 7: “{” is never closed; write “{{” for a brace itself"),
        ("a\nbé {x\n}", "line 2, character 4: “{” is never closed; write “{{” for a brace itself"),
        ("{a{b}", "line 1, character 1: “{” is never closed; write “{{” for a brace itself"),
        ("ok }", "line 1, character 4: “}” closes nothing; write “}}” for a brace itself"),
        ("{{name}", "line 1, character 7: “}” closes nothing; write “}}” for a brace itself"),
        ("{}", "line 1, character 1: the field has no name; write “{{}}” for braces themselves"),
        ("x { }", "line 1, character 3: the field has no name; write “{{}}” for braces themselves"),
        (
            "{a:b}",
            "line 1, character 1: “a:b” is not a field name; use letters, digits, blanks, _ - and .",
        ),
        (
            "{a\tb}",
            "line 1, character 1: “ab” is not a field name; use letters, digits, blanks, _ - and .",
        ),
        ("a\u{0}", "line 1, character 2: there is an invisible character (U+0000)"),
        ("a\rb", "line 1, character 2: there is an invisible character (U+000D)"),
        ("\u{1b}[31m", "line 1, character 1: there is an invisible character (U+001B)"),
    ] {
        assert_eq!(refused(text), words, "{text:?}");
    }
}

#[test]
fn a_value_that_is_missing_or_empty_is_named_with_its_place() {
    for (given, words) in [
        (&[][..], "line 2, character 4: there is no value for {name}"),
        (&[("Name", "Ana")], "line 2, character 4: there is no value for {name}"),
        (&[("name", "")], "line 2, character 4: the value for {name} is empty"),
        (&[("name", " \u{a0}\n")], "line 2, character 4: the value for {name} is empty"),
        (&[("name", "a\u{0}")], "the value for {name} holds an invisible character (U+0000)"),
        (&[("name", "a\u{85}")], "the value for {name} holds an invisible character (U+0085)"),
        (&[("name", "a\rb")], "the value for {name} holds an invisible character (U+000D)"),
    ] {
        assert_eq!(fill("Hi\nto {name}", given), Err(words.to_owned()), "{given:?}");
    }
    assert_eq!(
        fill("{a}", &[("a", "x\r\ny\tz")]).as_deref(),
        Ok("x\ny\tz"),
        "CRLF from a spreadsheet"
    );
}

#[test]
fn a_subject_stays_one_line() {
    let subject = Template::parse("Your order {n}").expect("a template");
    let smuggled = subject.fill_line(&values(&[("n", "1\r\nBcc: bo@example.com")]));
    assert_eq!(smuggled, Err(FillError::Control { name: "n".into(), character: '\n' }));
    assert_eq!(subject.fill_line(&values(&[("n", "7")])).as_deref(), Ok("Your order 7"));
    let two_lines = Template::parse("a\nb").expect("a template");
    assert_eq!(two_lines.fill_line(&values(&[])), Err(FillError::Lines));
}

#[test]
fn sizes_are_bounded() {
    let long = "a".repeat(LONGEST_TEMPLATE + 1);
    assert_eq!(Template::parse(&long), Err(TemplateError::TooLong(LONGEST_TEMPLATE + 1)));
    assert_eq!(Template::parse(&"{a}".repeat(MOST_FIELDS + 1)), Err(TemplateError::TooManyFields));
    let name = "n".repeat(LONGEST_NAME + 1);
    assert!(matches!(Template::parse(&format!("{{{name}}}")), Err(TemplateError::BadName { .. })));
    let value = "v".repeat(LONGEST_VALUE);
    let many = Template::parse(&"{a}".repeat(65)).expect("a template");
    assert_eq!(many.fill(&values(&[("a", &value)])), Err(FillError::TooLong));
    let over = many.fill(&values(&[("a", &format!("{value}v"))]));
    assert_eq!(over, Err(FillError::LongValue { name: "a".into(), bytes: LONGEST_VALUE + 1 }));
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>(), braces in "[{} a\n]{0,40}") {
        for text in [text, braces] {
            if let Ok(template) = Template::parse(&text) {
                let _ = template.fill(&values(&[("a", "{b}")]));
            }
        }
    }

    #[test]
    fn an_escaped_text_fills_to_itself(text in "[^\\p{Cc}]{0,60}|[{}a\n\t]{0,40}") {
        let template = Template::parse(&Template::escape(&text)).expect("escaped");
        prop_assert_eq!(template.fields(), Vec::<&str>::new());
        prop_assert_eq!(template.fill(&BTreeMap::new()), Ok(text));
    }

    #[test]
    fn every_value_arrives_unchanged_between_its_neighbours(
        before in "[^\\p{Cc}]{0,20}", name in "[\\p{L}0-9_.-]{1,20}", value in "[^\\p{Cc}]{1,40}", after in "[{}x]{0,10}",
    ) {
        prop_assume!(!value.trim().is_empty());
        let text = format!("{}{{{name}}}{}", Template::escape(&before), Template::escape(&after));
        let template = Template::parse(&text).expect("a template");
        prop_assert_eq!(template.fields(), vec![name.as_str()]);
        let filled = template.fill(&values(&[(&name, &value)]));
        let expected = format!("{before}{value}{after}");
        prop_assert_eq!(filled, Ok(expected));
    }
}
