//! API tokens: without their secret, and once with it.

use schemars::JsonSchema;
use serde::Serialize;
use signalbox_domain::TokenId;
use signalbox_store::TokenRow;
use ts_rs::TS;

use super::instant::At;

/// A token without its secret.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Token {
    /// Which one.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// When it was made.
    pub created_at: At,
    /// When it was last used, to the hour.
    pub last_used: Option<At>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            created_at: At::ms(row.created_at),
            last_used: At::maybe(row.last_used),
        }
    }
}

/// A new token. Its secret is shown this once and kept nowhere.
#[derive(Clone, Serialize, JsonSchema, TS)]
pub struct NewToken {
    /// Which one.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// The secret.
    pub token: String,
}

/// A token was revoked.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Revoked {
    /// Always true.
    #[ts(type = "true")]
    pub revoked: bool,
}
