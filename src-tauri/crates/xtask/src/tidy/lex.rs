//! Just enough of Rust's and TypeScript's grammar to tell code from comments and strings. Positions
//! are kept: what is taken out leaves spaces and line ends behind. Not a parser: JSX text and regular
//! expressions are taken for code, so a lone quote in them hides the rest of its line, never more.

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    TypeScript,
}

impl Language {
    pub(super) fn of(path: &str) -> Option<Self> {
        match path.rsplit_once('.')?.1 {
            "rs" => Some(Self::Rust),
            "ts" | "tsx" | "mts" | "mjs" | "js" => Some(Self::TypeScript),
            _ => None,
        }
    }
}

/// A file taken apart.
pub(super) struct Lexed {
    /// Same length and lines as the file, with comments and string contents blanked.
    pub(super) code: String,
    /// Line (from 1) and content of every string literal.
    pub(super) strings: Vec<(usize, String)>,
}

pub(super) fn lex(text: &str, language: Language) -> Lexed {
    let mut lexer = Lexer {
        chars: text.chars().collect(),
        at: 0,
        line: 1,
        code: String::new(),
        strings: Vec::new(),
    };
    lexer.code.reserve(text.len());
    while let Some(next) = lexer.peek(0) {
        match (next, lexer.peek(1)) {
            ('/', Some('/')) => lexer.blank_while(|c| c != '\n'),
            ('/', Some('*')) => lexer.block_comment(language == Language::Rust),
            ('"', _) => lexer.quoted('"', language == Language::Rust),
            ('\'', _) if language == Language::TypeScript => lexer.quoted('\'', false),
            ('`', _) if language == Language::TypeScript => lexer.template(),
            ('\'', _) => lexer.char_or_lifetime(),
            ('r', Some('"' | '#')) if language == Language::Rust && lexer.may_start_literal() => {
                lexer.raw()
            }
            _ => lexer.keep(),
        }
    }
    Lexed { code: lexer.code, strings: lexer.strings }
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    code: String,
    strings: Vec<(usize, String)>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    /// Take one character as code.
    fn keep(&mut self) {
        if let Some(c) = self.peek(0) {
            self.code.push(c);
            self.step(c);
        }
    }

    /// Take one character as something else.
    fn blank(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.code.push(if c == '\n' { '\n' } else { ' ' });
        self.step(c);
        Some(c)
    }

    fn step(&mut self, c: char) {
        self.at += 1;
        self.line += usize::from(c == '\n');
    }

    fn blank_while(&mut self, more: impl Fn(char) -> bool) {
        while self.peek(0).is_some_and(&more) {
            self.blank();
        }
    }

    fn block_comment(&mut self, nests: bool) {
        let mut depth = 0;
        while let Some(c) = self.peek(0) {
            match (c, self.peek(1)) {
                ('/', Some('*')) if nests || depth == 0 => depth += 1,
                ('*', Some('/')) => depth -= 1,
                _ => {
                    self.blank();
                    continue;
                }
            }
            self.blank();
            self.blank();
            if depth == 0 {
                return;
            }
        }
    }

    /// A string with escapes; only Rust's may go over line ends.
    fn quoted(&mut self, quote: char, over_lines: bool) {
        let line = self.line;
        let mut content = String::new();
        self.keep();
        while let Some(c) = self.peek(0) {
            if c == quote {
                self.keep();
                break;
            }
            if c == '\n' && !over_lines {
                break;
            }
            self.blank();
            content.push(c);
            if c == '\\' {
                content.extend(self.blank());
            }
        }
        self.strings.push((line, content));
    }

    /// A template, its `${…}` included: what is computed inside counts as text.
    fn template(&mut self) {
        let line = self.line;
        let start = self.at + 1;
        self.keep();
        let mut braces = 0;
        while let Some(c) = self.peek(0) {
            match c {
                '`' if braces == 0 => break,
                '`' => {
                    self.template();
                    continue;
                }
                '\\' => {
                    self.blank();
                }
                '$' if self.peek(1) == Some('{') => {
                    braces += 1;
                    self.blank();
                }
                '{' if braces > 0 => braces += 1,
                '}' if braces > 0 => braces -= 1,
                _ => {}
            }
            self.blank();
        }
        let end = self.at.min(self.chars.len());
        self.strings.push((line, self.chars[start.min(end)..end].iter().collect()));
        self.keep();
    }

    fn char_or_lifetime(&mut self) {
        let is_char = self.peek(1) == Some('\\') || self.peek(2) == Some('\'');
        self.keep();
        if !is_char {
            return;
        }
        if self.peek(0) == Some('\\') {
            self.blank();
        }
        self.blank();
        self.blank_while(|c| c != '\'' && c != '\n');
        self.keep();
    }

    /// An `r` begins a raw string only if it does not end a name; `br` and `cr` do begin one.
    fn may_start_literal(&self) -> bool {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let before =
            |back: usize| self.at.checked_sub(back).and_then(|at| self.chars.get(at)).copied();
        match before(1) {
            Some('b' | 'c') => !before(2).is_some_and(is_word),
            other => !other.is_some_and(is_word),
        }
    }

    fn raw(&mut self) {
        let hashes = self.chars[self.at + 1..].iter().take_while(|c| **c == '#').count();
        if self.peek(1 + hashes) != Some('"') {
            return self.keep(); // r#name
        }
        (0..hashes + 2).for_each(|_| self.keep());
        let (line, start) = (self.line, self.at);
        let closes = |lexer: &Self| {
            lexer.peek(0) == Some('"') && (1..=hashes).all(|ahead| lexer.peek(ahead) == Some('#'))
        };
        while self.peek(0).is_some() && !closes(self) {
            self.blank();
        }
        self.strings.push((line, self.chars[start..self.at].iter().collect()));
        (0..=hashes).for_each(|_| self.keep());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(language: Language, text: &str, code: &str, strings: &[&str]) {
        let lexed = lex(text, language);
        assert_eq!(lexed.code, code, "code of {text:?}");
        assert_eq!(lexed.code.lines().count(), text.lines().count(), "lines are kept in {text:?}");
        let found: Vec<&str> = lexed.strings.iter().map(|(_, string)| string.as_str()).collect();
        assert_eq!(found, strings, "strings of {text:?}");
    }

    #[test]
    fn rust_comments_and_strings_are_taken_out() {
        let rust = Language::Rust;
        check(rust, "a // b\nc", "a     \nc", &[]);
        check(rust, "a/* x /* y */ */b", "a               b", &[]);
        check(rust, r#"f("a\"b") + c"#, r#"f("    ") + c"#, &[r#"a\"b"#]);
        check(rust, r##"r#"a"b"# x"##, r##"r#"   "# x"##, &[r#"a"b"#]);
        check(rust, "\"a\nb\" c", "\" \n \" c", &["a\nb"]);
        check(rust, r#"br"a" bar"#, r#"br" " bar"#, &["a"]);
        check(rust, "r#type = 1", "r#type = 1", &[]);
    }

    #[test]
    fn quotes_in_characters_and_lifetimes_open_nothing() {
        let rust = Language::Rust;
        check(rust, r#"'"' + x"#, "' ' + x", &[]);
        check(rust, r"'\'' + x", "'  ' + x", &[]);
        check(rust, r"'\u{27}' + x", "'      ' + x", &[]);
        check(rust, "fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)", &[]);
    }

    #[test]
    fn typescript_comments_strings_and_templates_are_taken_out() {
        let ts = Language::TypeScript;
        check(ts, "a('b', \"c\") // d", "a(' ', \" \")     ", &["b", "c"]);
        check(
            ts,
            "`a${f({b: `c`})}d` + e",
            "`         ` ` + e".replace("` ` +", "` `    ` +").as_str(),
            &["c", "a${f({b: `c`})}d"],
        );
        check(
            ts,
            "'https://example.com' + x",
            "'                   ' + x",
            &["https://example.com"],
        );
    }

    #[test]
    fn a_lone_quote_hides_one_line_at_most() {
        let lexed = lex("<p>Don't</p>\nnext()", Language::TypeScript);
        assert!(lexed.code.ends_with("next()"), "{}", lexed.code);
    }

    #[test]
    fn strings_know_their_line() {
        let lexed = lex("a\n\"b\"\n\n\"c\"", Language::Rust);
        assert_eq!(lexed.strings, [(2, "b".to_owned()), (4, "c".to_owned())]);
    }
}
