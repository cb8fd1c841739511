//! The kill campaign: an owner is killed again and again while it sends to providers that count.
//!
//! Three kinds of process, all of them this test program. The **providers** run once and write each
//! message they take into a ledger before they answer. The **owner** sends, and says on a pipe what
//! was accepted, after `send` returned. The **parent** kills it with SIGKILL after 20 to 200 ms and
//! starts it again. In the end the owner runs until nothing is left to do, and its store is held
//! against the ledger.

mod count;
mod owner;
mod providers;
mod roles;

use std::collections::BTreeSet;
use std::time::Duration;

use signalbox_domain::Clock;
use signalbox_engine::SystemClock;

use crate::real::clock::FastClock;
use roles::{Child, Role};

/// A minute in one and a half seconds: the three looks of a lost answer span three seconds.
const SPEED: u32 = 40;
/// Kills unless `SIGNALBOX_KILLS` says otherwise.
const KILLS: u32 = 200;
/// Longest that an owner may take to start, on a machine that has other things to do as well.
const START: Duration = Duration::from_secs(60);
/// Longest that the last owner may take to come to rest.
const REST: Duration = Duration::from_secs(180);
/// This test, as a child is told to run it.
const NAME: &str = "campaign::kill_at_any_moment_loses_nothing_and_doubles_nothing";

#[test]
fn kill_at_any_moment_loses_nothing_and_doubles_nothing() {
    match Role::of_this_process() {
        Some(Role::Providers) => return providers::run(),
        Some(Role::Owner) => return owner::run(owner::Duty::Send),
        Some(Role::LastOwner) => return owner::run(owner::Duty::Finish),
        None => {}
    }
    let kills = number("SIGNALBOX_KILLS").unwrap_or(KILLS);
    let seed = number("SIGNALBOX_SEED").unwrap_or_else(|| getrandom::u32().expect("randomness"));
    let machine = SystemClock::new();
    let folder = tempfile::tempdir().unwrap();
    let clock = FastClock::since(machine.now(), SPEED);
    let mut providers = Child::start(NAME, Role::Providers, folder.path(), &clock);
    providers.wait_for("listening", START);

    let mut dice = Dice(u64::from(seed) | 1);
    let mut accepted = BTreeSet::new();
    let mut early = 0;
    for _ in 0..kills {
        let mut owner = Child::start(NAME, Role::Owner, folder.path(), &clock);
        // One in six dies while it starts: recovery must be as safe as sending.
        if dice.below(6) == 0 {
            early += 1;
        } else {
            owner.wait_for("ready", START);
        }
        let life = Duration::from_millis(20 + dice.below(181));
        accepted.extend(owner.told_within(life));
        accepted.extend(owner.kill());
    }
    let sent_in = machine.monotonic();
    let mut last = Child::start(NAME, Role::LastOwner, folder.path(), &clock);
    last.wait_for("at rest", REST);
    last.end();
    providers.end();

    let count = count::of(folder.path(), &accepted);
    println!(
        "{kills} kills (seed {seed}, {early} of them while starting) in {:.0} s, at rest after {:.0} s: {count}",
        sent_in.as_secs_f64(),
        machine.monotonic().as_secs_f64()
    );
    assert!(
        accepted.len() > kills as usize,
        "only {} messages were accepted in {kills} lives: this proves nothing",
        accepted.len()
    );
    assert!(count.most_in_flight >= 8, "at most {} were in flight at once", count.most_in_flight);
    assert!(count.faults.is_empty(), "{}", count.faults.join("\n"));
}

fn number(variable: &str) -> Option<u32> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} must be a number, not `{text}`")))
}

/// Xorshift: repeatable from its seed, which is printed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
