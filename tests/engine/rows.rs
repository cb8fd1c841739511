//! Lists as people export them: 480 good rows and one of each way to get a row wrong.

use std::collections::BTreeMap;

use signalbox_engine::BadRow;

/// A file of 500 rows.
pub(crate) struct List {
    pub(crate) csv: String,
    pub(crate) bad: Wrong,
    pub(crate) opted_out: &'static [&'static str],
}

/// The rows that cannot go out: number, column, and a word of why.
pub(crate) struct Wrong(Vec<(usize, &'static str, &'static str)>);

impl Wrong {
    /// Each is listed with its number, its column, why, and how to mend it; no other is.
    pub(crate) fn assert_listed(&self, listed: &[BadRow]) {
        let rows: Vec<usize> = listed.iter().map(|bad| bad.row).collect();
        let wrong: Vec<usize> = self.0.iter().map(|(row, ..)| *row).collect();
        assert_eq!(rows, wrong, "{listed:#?}");
        for ((row, column, why), bad) in self.0.iter().zip(listed) {
            assert_eq!(bad.column, *column, "row {row}: {bad:?}");
            assert!(bad.why.contains(why), "row {row} is bad because {why:?}: {bad:?}");
            assert!(!bad.mend.is_empty(), "row {row} says how to mend it");
        }
    }
}

pub(crate) fn map(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(column, field)| ((*column).to_owned(), (*field).to_owned())).collect()
}

const OPTED_OUT: &[&str] = &["stop-1@mail.example", "stop-2@mail.example"];

/// Semicolons, as half of the world's spreadsheets write them.
const WRONG_MAILS: &[(&str, &str, &str)] = &[
    (";Ann;", "Address", ""),
    ("ann.mail.example;Ann;", "Address", ""),
    ("ann@;Ann;", "Address", ""),
    ("ann@@mail.example;Ann;", "Address", ""),
    ("ann smith@mail.example;Ann;", "Address", ""),
    ("@mail.example;Nobody;", "Address", ""),
    ("guest-1@mail.example;Guest 1;", "Address", "same person"),
    ("guest-2@MAIL.example;Guest 2;", "Address", "same person"),
    ("stop-1@mail.example;Stop;", "Address", "opted out"),
    ("stop-2@mail.example;Stop;", "Address", "opted out"),
    ("nameless@mail.example;;", "Name", "name"),
    ("late@mail.example;Late;2020-01-01 09:00", "Until", "stop being useful"),
    ("odd@mail.example;Odd;soon", "Until", ""),
    ("few@mail.example;Few", "", "2 cells"),
    ("many@mail.example;Many;;x", "", "4 cells"),
    ("\"quote@mail.example;Quote;", "", "quote"),
    ("\"quo\"te@mail.example;Quote;", "", "quote"),
    ("m\u{fffd}ller@mail.example;Muller;", "Address", "could not be read"),
    ("muller@mail.example;M\u{fffd}ller;", "Name", "could not be read"),
    ("bell@mail.example;B\u{7}ell;", "Name", ""),
];

/// 500 mails to be, 20 of them not.
pub(crate) fn mails() -> List {
    let good = |n: usize| format!("guest-{n}@mail.example;Guest {n};");
    let (csv, bad) = mix("\u{feff}Address;Name;Until", good, WRONG_MAILS);
    List { csv, bad, opted_out: OPTED_OUT }
}

/// The header, then good rows with a bad one after every twenty-fourth.
pub(crate) fn mix(
    header: &str,
    good: impl Fn(usize) -> String,
    wrong: &[(&str, &'static str, &'static str)],
) -> (String, Wrong) {
    let mut lines = vec![header.to_owned()];
    let mut bad = Vec::new();
    let mut wrong = wrong.iter();
    for n in 1..=480 {
        lines.push(good(n));
        if n % 24 == 0 {
            let (line, column, why) = wrong.next().expect("a bad row for every 24 good ones");
            bad.push((lines.len(), *column, *why));
            lines.push((*line).to_owned());
        }
    }
    (lines.join("\r\n"), Wrong(bad))
}
