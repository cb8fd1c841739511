//! Resend: mail through an API.
//!
//! Wire facts: Resend's OpenAPI document 1.5 and its pages on idempotency keys, errors and
//! webhooks; signatures follow Standard Webhooks 1.0 as Svix sends them. The idempotency key makes
//! a second try of the same bytes safe for a day, so a lost answer is settled by sending again.

pub(crate) mod adapter;
pub(crate) mod errors;
pub(crate) mod signature;
pub(crate) mod webhook;
pub(crate) mod wire;

#[cfg(test)]
mod tests;
