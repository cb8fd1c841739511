//! Laying out what the derives write on one line.

/// Lays a declaration or a name out: one member a line, single quotes, `T[]` for lists.
pub(super) fn tidy(declaration: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    let mut rest = declaration.trim();
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("/**") {
            let end = rest.find("*/").map_or(rest.len(), |at| at + 2);
            trim_line(&mut out);
            out.push_str(&comment(&rest[..end], depth));
            indent(&mut out, depth);
            rest = rest[end..].trim_start();
            continue;
        }
        if c == '"' {
            let end = rest[1..].find('"').map_or(rest.len(), |at| at + 2);
            let text = &rest[1..end - 1];
            rest = &rest[end..];
            let key =
                rest.starts_with(':') && text.chars().all(|c| c.is_alphanumeric() || c == '_');
            out.push_str(&if key { text.to_owned() } else { format!("'{text}'") });
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            '{' => {
                depth += 1;
                out.push_str("{\n");
                indent(&mut out, depth);
                rest = rest.trim_start();
            }
            '}' => {
                depth = depth.saturating_sub(1);
                trim_line(&mut out);
                indent(&mut out, depth);
                out.push('}');
            }
            ',' if depth > 0 && !inside_angle(&out) => {
                out.push_str(";\n");
                indent(&mut out, depth);
                rest = rest.trim_start();
            }
            '\n' | ' ' => {
                if !out.ends_with([' ', '\n']) {
                    out.push(' ');
                }
                rest = rest.trim_start();
            }
            c => out.push(c),
        }
    }
    lists(&out)
}

/// A doc comment, on one line where it has one.
pub(super) fn comment(docs: &str, depth: usize) -> String {
    let docs = docs.trim().trim_start_matches("/**").trim_end_matches("*/");
    let lines: Vec<&str> = docs
        .lines()
        .map(|line| line.trim().trim_start_matches('*').trim())
        .filter(|line| !line.is_empty())
        .collect();
    let mut out = String::new();
    indent(&mut out, depth);
    out.push_str(&format!("/** {} */\n", lines.join(" ")));
    out
}

fn indent(out: &mut String, depth: usize) {
    out.push_str(&"  ".repeat(depth));
}

/// Takes back the indent of a line that has nothing on it.
fn trim_line(out: &mut String) {
    let end = out.trim_end_matches(' ').len();
    out.truncate(end);
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
}

/// Whether the text ends inside of `<…>`, where a comma separates parameters.
fn inside_angle(out: &str) -> bool {
    let line = out.rsplit('\n').next().unwrap_or(out);
    line.matches('<').count() > line.matches('>').count()
}

/// `Array<T>` as `T[]`, with brackets around unions.
fn lists(text: &str) -> String {
    let mut text = text.to_owned();
    while let Some(at) = text.rfind("Array<") {
        let inner = at + "Array<".len();
        let mut open = 1_usize;
        let Some(length) = text[inner..].find(|c| {
            match c {
                '<' => open += 1,
                '>' => open -= 1,
                _ => {}
            }
            open == 0
        }) else {
            return text;
        };
        let of = text[inner..inner + length].to_owned();
        let of = if of.contains('|') || of.contains('&') {
            format!("({of})[]")
        } else {
            format!("{of}[]")
        };
        text.replace_range(at..=inner + length, &of);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_member_stands_on_each_line_with_its_comment() {
        let written = "type Hold = { \n/**\n * Why.\n */\nreason: HoldReason, \n/**\n * Until when,\n * if known.\n */\nuntil: string | null, };";
        assert_eq!(
            tidy(written),
            "type Hold = {\n  /** Why. */\n  reason: HoldReason;\n  /** Until when, if known. */\n  until: string | null;\n};"
        );
    }

    #[test]
    fn lists_and_quotes_have_one_spelling() {
        assert_eq!(tidy("Array<Array<string> | null>"), "(string[] | null)[]");
        assert_eq!(tidy(r#"type A = { "type": "gap" };"#), "type A = {\n  type: 'gap'\n};");
        assert_eq!(
            tidy("type A = { a: Record<string, string>, };"),
            "type A = {\n  a: Record<string, string>;\n};"
        );
    }
}
