//! Random stories over the pure domain: people book, cancel, come in and go out while organizers publish, move, cut and call
//! off, and decisions are written late, or twice. After each step the store must agree with the plain reference.
//!
//! `GUESTLIST_CASES` says how many stories (10,000 unless told), `GUESTLIST_SEED` which is the first. A failure prints the
//! seed of its story: `GUESTLIST_SEED=... GUESTLIST_CASES=1` tells that one again.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod chance;
#[path = "../common/mod.rs"]
mod common;
mod reference;
mod story;
mod world;

use std::sync::atomic::{AtomicBool, Ordering};
use world::Guard;

const STEPS: usize = 20;

fn number(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text.parse().unwrap_or_else(|_| panic!("{name} is not a number")),
        Err(_) => otherwise,
    }
}

/// The first story of these that breaks a rule: its seed, the rule, and what happened.
fn first_broken(seeds: std::ops::Range<u64>, without: Option<Guard>) -> Option<(u64, String)> {
    let found = AtomicBool::new(false);
    let tell = |start: u64, step: usize| {
        seeds.clone().skip(usize::try_from(start).unwrap()).step_by(step).find_map(|seed| {
            if found.load(Ordering::Relaxed) {
                return None;
            }
            let broken = story::tell(seed, STEPS, without).err()?;
            found.store(true, Ordering::Relaxed);
            Some((seed, broken))
        })
    };
    std::thread::scope(|scope| {
        let other = scope.spawn(|| tell(1, 2));
        let one = tell(0, 2);
        one.or(other.join().expect("no story panics"))
    })
}

#[test]
fn every_story_keeps_the_rules() {
    let first = number("GUESTLIST_SEED", 1);
    let cases = number("GUESTLIST_CASES", 10_000);
    if let Some((seed, broken)) = first_broken(first..first + cases, None) {
        panic!("GUESTLIST_SEED={seed} GUESTLIST_CASES=1 tells it again:\n{broken}");
    }
}

/// The checker can see: with any one of the conditions taken out, some story breaks the rule that it guards.
#[test]
fn without_a_guard_a_rule_breaks() {
    let guards = [
        (Guard::PlacesLeft, "1:"),
        (Guard::PlacesToLose, "1:"),
        (Guard::Terms, "7:"),
        (Guard::CalendarVersion, "2:"),
        (Guard::BookingVersion, ""),
        (Guard::EventVersion, ""),
        (Guard::StillPlanned, ""),
    ];
    for (guard, rule) in guards {
        let (seed, broken) =
            first_broken(1..3_000, Some(guard)).unwrap_or_else(|| panic!("nobody saw that {guard:?} is gone"));
        let says = broken.lines().last().unwrap_or_default();
        println!("without {guard:?}, story {seed}: {says}");
        assert!(says.starts_with(rule), "without {guard:?}, story {seed} broke another rule:\n{broken}");
    }
}
