//! How much one caller may ask of the gateway. Loopback is no excuse: a tunnel makes the webhooks public, and any page
//! in a browser can reach this port.

use std::time::Duration;

/// The bounds of one gateway.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Bytes of a request body; more is 413.
    pub body: usize,
    /// Header fields of a request; more is 431.
    pub headers: usize,
    /// Bytes of a request head; more is 431.
    pub head: usize,
    /// How long a request head may take, in real time.
    pub head_time: Duration,
    /// How long a body may take, by the clock; then 408.
    pub body_time: Duration,
    /// How long a webhook's body may take, by the clock; then 408. Providers send theirs at once.
    pub delivery_body_time: Duration,
    /// How long a provider waits for its answer, by the clock; then 503, and it delivers again.
    pub delivery_time: Duration,
    /// Open connections; more wait to be taken.
    pub connections: usize,
    /// Webhooks worked on at the same time; more is 429.
    pub deliveries: usize,
    /// Other requests worked on at the same time; more is 429.
    pub requests: usize,
    /// Live feeds open at the same time; more is 429.
    pub feeds: usize,
    /// Pause between two pings on a live feed.
    pub ping: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 1024 * 1024,
            headers: 100,
            head: 32 * 1024,
            head_time: Duration::from_secs(10),
            body_time: Duration::from_secs(20),
            delivery_body_time: Duration::from_secs(5),
            // Twilio waits 15 s for the whole exchange.
            delivery_time: Duration::from_secs(12),
            connections: 512,
            deliveries: 128,
            requests: 128,
            feeds: 64,
            ping: Duration::from_secs(30),
        }
    }
}
