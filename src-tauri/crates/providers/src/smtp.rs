//! SMTP: mail through any server that takes it.
//!
//! Wire facts: RFC 5321 (dialogue, time limits), 3207 (STARTTLS), 4954 (AUTH), 3463 (enhanced
//! codes). The server cannot be asked afterwards, so everything hangs on knowing the stage: before
//! the final dot nothing was taken, after it only the reply says.

pub(crate) mod adapter;
pub(crate) mod errors;
pub(crate) mod mail;
pub(crate) mod session;

#[cfg(test)]
mod tests;
