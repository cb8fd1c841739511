//! How this home stands, for the status bar, the terminal and the checks.

use schemars::JsonSchema;
use serde::Serialize;
use ts_rs::TS;

use super::instant::At;
use super::overview::Verdict;

/// How this home stands.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Status {
    /// Version of the program.
    pub version: String,
    /// The home's folder.
    pub home: String,
    /// When the engine started.
    pub started_at: At,
    /// Port of the gateway; null while it does not listen.
    pub port: Option<u16>,
    /// Where providers reach the gateway.
    pub public_url: Option<String>,
    /// How everything stands.
    pub verdict: Verdict,
    /// Lines on the board.
    pub lines: usize,
    /// Messages waiting.
    pub waiting: i64,
    /// Messages failed.
    pub failed: i64,
    /// Messages whose outcome is unknown.
    pub unknown: i64,
    /// Where credentials are sealed.
    pub vault: VaultStatus,
    /// Room on the disk.
    pub disk: DiskStatus,
    /// Whether this computer has no network.
    pub offline: bool,
    /// The store.
    pub store: StoreStatus,
    /// Whether there are practice lines.
    pub practice: bool,
    /// IANA name of the business's zone.
    pub zone: String,
}

/// Where the vault's key lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema, TS)]
#[serde(rename_all = "lowercase")]
pub enum VaultMode {
    /// In the system's keyring.
    Keyring,
    /// In the home, wrapped by a passphrase.
    Passphrase,
    /// In memory until the program closes.
    Session,
    /// Nowhere at hand: no line can sign in.
    Locked,
}

/// Where credentials are sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct VaultStatus {
    /// Where the key lives.
    pub mode: VaultMode,
    /// In a plain sentence.
    pub say: String,
}

/// Room on the disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct DiskStatus {
    /// Free bytes; null when the system does not say.
    pub free_bytes: Option<u64>,
    /// Below this nothing new is accepted.
    pub floor_bytes: u64,
    /// Whether there is room.
    pub ok: bool,
}

/// The store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct StoreStatus {
    /// Messages kept.
    pub messages: i64,
    /// Size of its file.
    pub bytes: u64,
}

/// A backup that was made.
#[derive(Debug, Clone, Serialize, JsonSchema, TS)]
pub struct Backup {
    /// The file.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// How long it took.
    pub took_ms: u64,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema, TS)]
pub struct DoctorItem {
    /// What it is.
    pub what: String,
    /// Whether it is well.
    pub ok: bool,
    /// What was found.
    pub say: String,
    /// What can be done; empty when nothing needs to be.
    pub remedy: String,
}
