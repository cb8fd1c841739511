//! The simulated providers, held to the real wire: HTTP by a plain client, SMTP by hand, and the official clients.

#![allow(clippy::unwrap_used, reason = "a test and its support may stop at once")]

mod control;
mod faults;
mod peers;
mod program;
mod resend;
mod smtp;
mod support;
mod twilio;
mod twilio_life;
