//! How fast a webhook is taken, as a ratio within one run: `cargo bench -p signalbox-gateway`.
//!
//! A signed Twilio status comes in over loopback HTTP, is verified, told from a repetition,
//! committed at full durability and answered. Beside it, in turns and by the same client, an axum
//! route that does nothing. Then both at a steady 1,000 a second, where the wait of one delivery is
//! counted from when it was due, not from when there was time to send it.

#![allow(clippy::print_stdout, reason = "figures are what it is for")]

mod client;
mod house;
mod post;

use std::time::Duration;

use client::{Post, burst, steady};
use house::House;
use post::Posts;

const TURNS: usize = 5;
/// Connections that are kept open, as a tunnel keeps them; each waits for its answers.
/// The last is as many as the gateway works on at the same time.
const CONNECTIONS: [usize; 4] = [1, 16, 64, 128];
/// Deliveries of each in a turn: about a second's worth.
const EACH: [usize; 4] = [1_000, 400, 200, 120];
/// One in so many is a repetition of the one before it.
const REPEATED: usize = 20;
const PACE: u32 = 1_000;
const STEADY: Duration = Duration::from_secs(5);

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if !words.iter().any(|word| word == "--bench") {
        // Compiled and started by `cargo test`, which wants no figures.
        return;
    }
    let parts: Vec<&str> =
        words.iter().map(String::as_str).filter(|w| !w.starts_with('-')).collect();
    if !parts.is_empty() && !parts.contains(&"webhook") {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let house = House::open().await;
        let empty = house::empty_route().await;
        let mut posts = Posts::signed_for(&house);
        bursts(&house, empty, &mut posts).await;
        at_a_pace(&house, empty, &mut posts).await;
        house.close().await;
    });
}

async fn bursts(house: &House, empty: u16, posts: &mut Posts) {
    println!("\nwebhooks a second                 taken  empty route   ratio   (goal 50 %)");
    for (connections, each) in CONNECTIONS.into_iter().zip(EACH) {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..TURNS {
            let lists: Vec<Vec<Post>> =
                (0..connections).map(|_| posts.some(each, REPEATED)).collect();
            ours.push(burst(house.port(), lists.clone()).await);
            theirs.push(burst(empty, lists).await);
        }
        let (ours, theirs) = (median(ours), median(theirs));
        println!(
            "  {connections:>3} connections          {ours:>12.0} {theirs:>12.0}   {:>5.0} %",
            ours / theirs * 100.0
        );
    }
    let kept = house.receipts().await;
    assert_eq!(kept, posts.new, "each delivery was committed, and once");
    println!("  ({kept} receipts committed; one delivery in {REPEATED} was a repetition)");
}

async fn at_a_pace(house: &House, empty: u16, posts: &mut Posts) {
    println!("\nat {PACE} webhooks a second           p50      p99     most   (goal p99 10 ms)");
    let many = (STEADY.as_secs_f64() * f64::from(PACE)) as usize;
    for (what, port) in [("taken", house.port()), ("empty route", empty)] {
        let mut waits = steady(port, posts.some(many, REPEATED), PACE).await;
        waits.sort_by(f64::total_cmp);
        let at = |of_hundred: usize| waits[(waits.len() * of_hundred / 100).min(waits.len() - 1)];
        println!("  {what:<22} {:>12.2} {:>8.2} {:>8.2} ms", at(50), at(99), at(100));
    }
}

fn median(mut list: Vec<f64>) -> f64 {
    list.sort_by(f64::total_cmp);
    list[list.len() / 2]
}
