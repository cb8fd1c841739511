//! Identifiers in the shapes the providers use. They are unique within one run by a counter and between runs by a
//! random prefix; nothing here is a secret.

use std::sync::atomic::{AtomicU64, Ordering};

/// Makes identifiers.
#[derive(Debug)]
pub(crate) struct Ids {
    run: u64,
    next: AtomicU64,
}

impl Ids {
    /// Fails only when the operating system has no randomness to give.
    pub(crate) fn new() -> Result<Self, getrandom::Error> {
        Ok(Self { run: getrandom::u64()?, next: AtomicU64::new(1) })
    }

    fn take(&self) -> u64 {
        self.next.fetch_add(1, Ordering::Relaxed)
    }

    /// Twilio's shape: two letters and 32 hexadecimal digits, such as `SM…` or `RQ…`.
    pub(crate) fn sid(&self, kind: &str) -> String {
        format!("{kind}{:016x}{:016x}", self.run, self.take())
    }

    /// A UUID (version 4 in form), as Resend names emails.
    pub(crate) fn uuid(&self) -> String {
        let (run, n) = (self.run, self.take());
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            run >> 32,
            (run >> 16) & 0xffff,
            run & 0xfff,
            (n >> 48) & 0xfff,
            n & 0xffff_ffff_ffff
        )
    }

    /// Svix's shape: `msg_` and letters and digits.
    pub(crate) fn event(&self) -> String {
        format!("msg_{:016x}{:011x}", self.run, self.take() & 0xfff_ffff_ffff)
    }

    /// A mail server's queue id.
    pub(crate) fn queue(&self) -> String {
        format!("{:08X}{:08X}", self.run >> 32, self.take())
    }
}
