//! Lists: whole ones, and pages of long ones.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A page of a long list, or a short list in one page.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct List<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page starts; null at the end.
    pub next: Option<String>,
}

/// A list that is always whole.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Items<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Always null, so that every list can be read alike. The window knows this one to be whole.
    #[ts(skip)]
    next: Option<String>,
}

impl<T> Items<T> {
    /// All there are.
    #[must_use]
    pub fn all(items: Vec<T>) -> Self {
        Self { items, next: None }
    }
}

impl<T> List<T> {
    /// A list in one page.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// The first `limit` of `rows`, which were read with one more to see whether there is one.
    #[must_use]
    pub fn page(mut items: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = items.last().filter(|_| more).map(cursor);
        Self { items, next }
    }
}

/// No arguments at all.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema, TS)]
#[serde(deny_unknown_fields)]
#[ts(rename = "None", type = "Record<string, never>")]
pub struct Nothing {}

/// The least and the most rows of a page, and how many there are when nobody says.
pub const LIMITS: (u32, u32, u32) = (1, 200, 50);

/// A limit within [`LIMITS`].
///
/// # Errors
/// The field's name with what is allowed.
pub fn limit(asked: Option<u32>) -> Result<usize, crate::ApiError> {
    let (least, most, usual) = LIMITS;
    match asked.unwrap_or(usual) {
        limit if (least..=most).contains(&limit) => Ok(limit as usize),
        limit => Err(crate::ApiError::invalid(
            "limit",
            format!("A page of {limit} rows cannot be given"),
            format!("Ask for {least} to {most} rows, and go on with `next`"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_where_the_next_one_starts_only_when_there_is_one() {
        let page = |rows: Vec<u8>| List::page(rows, 2, u8::to_string);
        assert_eq!(page(vec![1, 2]).next, None);
        let first = page(vec![1, 2, 3]);
        assert_eq!((first.items, first.next.as_deref()), (vec![1, 2], Some("2")));
    }

    #[test]
    fn a_limit_out_of_bounds_is_refused_by_name() {
        for asked in [0, 201] {
            let error = limit(Some(asked)).expect_err("out of bounds");
            assert_eq!(error.field.as_deref(), Some("limit"));
        }
        assert_eq!(limit(None).ok(), Some(50));
    }
}
