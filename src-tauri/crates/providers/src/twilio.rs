//! Twilio: text messages.
//!
//! Wire facts: the Messages resource of API 2010-04-01, and "Webhooks security" in Twilio's
//! documentation. There is no idempotency key, so a lost answer is settled by looking the message
//! up, and by the token in the status callback's address.

pub(crate) mod adapter;
pub(crate) mod errors;
pub(crate) mod find;
pub(crate) mod pace;
pub(crate) mod signature;
pub(crate) mod webhook;
pub(crate) mod wire;

#[cfg(test)]
mod tests;
