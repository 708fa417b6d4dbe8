//! What the queues promise: nothing is lost, nothing is hidden for ever, what fails too often is set aside.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use local::disk::Disk;
use local::queues::{Depth, Outgoing, QueueSpec, Queues, backoff};
use std::path::PathBuf;
use std::time::Duration;

const START: i64 = 1_800_000_000_000;
const VISIBILITY: i64 = 30_000;

fn specs() -> Vec<QueueSpec> {
    let visibility = Duration::from_millis(VISIBILITY.unsigned_abs());
    let spec = |name: &str, dead: Option<&str>| QueueSpec {
        name: name.to_owned(),
        dead_letters: dead.map(str::to_owned),
        max_receives: 3,
        visibility,
    };
    vec![spec("mails", Some("mails-dead")), spec("mails-dead", None), spec("facts", None)]
}

fn queues() -> Queues {
    Queues::open(Disk::memory().unwrap(), specs()).unwrap()
}

fn send(queues: &Queues, queue: &str, body: &str, delay: u64, now: i64) -> String {
    let message = Outgoing { body: body.to_owned(), delay: Duration::from_secs(delay) };
    queues.send(queue, &[message], now).unwrap().remove(0)
}

struct Place(PathBuf);

impl Place {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("guestlist-queues-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&path));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

#[test]
fn a_received_message_is_hidden_and_comes_back_unless_deleted() {
    let queues = queues();
    let id = send(&queues, "mails", "a", 0, START);
    let first = queues.receive("mails", 10, START).unwrap();
    assert_eq!((first.len(), &first[0].message_id, first[0].receives), (1, &id, 1));
    assert!(queues.receive("mails", 10, START + VISIBILITY - 1).unwrap().is_empty(), "hidden");

    let second = queues.receive("mails", 10, START + VISIBILITY).unwrap();
    assert_eq!((&second[0].message_id, second[0].receives), (&id, 2));
    assert_ne!(first[0].receipt_handle(), second[0].receipt_handle());

    queues.delete(&first).unwrap();
    assert_eq!(queues.depth("mails", START + VISIBILITY).unwrap().in_flight, 1, "the later receiver still has it");
    queues.delete(&second).unwrap();
    assert_eq!(queues.depth("mails", START + VISIBILITY).unwrap(), Depth::default());
}

#[test]
fn a_delayed_message_waits() {
    let queues = queues();
    send(&queues, "mails", "later", 15, START);
    assert_eq!(queues.depth("mails", START).unwrap(), Depth { delayed: 1, ..Depth::default() });
    assert!(queues.receive("mails", 10, START + 14_999).unwrap().is_empty());
    assert_eq!(queues.next_due("mails").unwrap(), Some(START + 15_000));
    assert_eq!(queues.receive("mails", 10, START + 15_000).unwrap()[0].body, "later");
}

#[test]
fn a_batch_is_no_larger_than_asked_and_the_oldest_go_first() {
    let queues = queues();
    for body in ["a", "b", "c"] {
        send(&queues, "mails", body, 0, START);
    }
    let bodies = |most| queues.receive("mails", most, START).unwrap().into_iter().map(|m| m.body).collect::<Vec<_>>();
    assert_eq!(bodies(2), ["a", "b"]);
    assert_eq!(bodies(2), ["c"]);
}

#[test]
fn a_failed_message_waits_longer_each_time_and_then_dies_with_its_reason() {
    let queues = queues();
    let id = send(&queues, "mails", "poison", 0, START);
    let mut now = START;
    for receives in 1..=3 {
        let message = queues.receive("mails", 10, now).unwrap().remove(0);
        assert_eq!(message.receives, receives);
        let died = queues.give_back("mails", &message, "the server said no", now).unwrap();
        assert_eq!(died, receives == 3);
        if !died {
            let wait = i64::try_from(backoff(receives).as_millis()).unwrap();
            assert!(queues.receive("mails", 10, now + wait - 1).unwrap().is_empty(), "backs off after {receives}");
            now += wait;
        }
    }
    assert!(backoff(2) > backoff(1) && backoff(3) > backoff(2));
    assert_eq!(backoff(40), Duration::from_secs(60));
    assert!(queues.receive("mails", 10, now + VISIBILITY * 10).unwrap().is_empty());
    let dead = queues.list("mails-dead", 10).unwrap();
    assert_eq!((dead.len(), &dead[0].message_id, dead[0].body.as_str()), (1, &id, "poison"));
    assert_eq!((dead[0].origin.as_deref(), dead[0].reason.as_deref()), (Some("mails"), Some("the server said no")));
}

#[test]
fn a_consumer_that_never_answers_leads_to_the_dead_letters_too() {
    let queues = queues();
    send(&queues, "mails", "poison", 0, START);
    for time in 0..3 {
        assert_eq!(queues.receive("mails", 10, START + time * VISIBILITY).unwrap().len(), 1);
    }
    assert!(queues.receive("mails", 10, START + 3 * VISIBILITY).unwrap().is_empty());
    assert_eq!(queues.list("mails-dead", 10).unwrap().len(), 1);
}

#[test]
fn dead_letters_go_back_one_or_all_and_start_anew() {
    let queues = queues();
    let kill = |body: &str| {
        let id = send(&queues, "mails", body, 0, START);
        for time in 0..3 {
            let message = queues.receive("mails", 1, START + time * 100_000).unwrap().remove(0);
            queues.give_back("mails", &message, "no", START + time * 100_000).unwrap();
        }
        id
    };
    let ids = [kill("a"), kill("b"), kill("c")];
    assert_eq!(queues.redrive("mails-dead", Some("no such id"), START).unwrap(), 0);
    assert_eq!(queues.redrive("mails-dead", Some(&ids[1]), START).unwrap(), 1);
    let back = queues.receive("mails", 10, START).unwrap();
    assert_eq!((back.len(), back[0].body.as_str(), back[0].receives), (1, "b", 1));
    assert_eq!(queues.redrive("mails-dead", None, START).unwrap(), 2);
    assert!(queues.list("mails-dead", 10).unwrap().is_empty());
    assert_eq!(queues.redrive("mails", None, START).unwrap(), 0, "a live queue has nothing to redrive");
}

#[test]
fn messages_survive_a_restart_and_those_under_way_are_free_at_once() {
    let place = Place::new("reopen");
    let file = place.0.join("local.sqlite");
    {
        let queues = Queues::open(Disk::open(&file).unwrap(), specs()).unwrap();
        send(&queues, "mails", "under way", 0, START);
        queues.receive("mails", 1, START).unwrap();
        send(&queues, "mails", "waiting", 0, START);
        send(&queues, "mails", "delayed", 900, START);
    }
    let queues = Queues::open(Disk::open(&file).unwrap(), specs()).unwrap();
    let bodies: Vec<(String, u32)> =
        queues.receive("mails", 10, START + 1).unwrap().into_iter().map(|m| (m.body, m.receives)).collect();
    assert_eq!(
        bodies,
        [("under way".to_owned(), 2), ("waiting".to_owned(), 1)],
        "tries before the restart still count"
    );
    assert_eq!(queues.depth("mails", START + 1).unwrap().delayed, 1);
}

#[test]
fn a_batch_is_sent_whole_or_not_at_all() {
    let place = Place::new("whole");
    let file = place.0.join("local.sqlite");
    let disk = Disk::open(&file).unwrap();
    let queues = Queues::open(disk, specs()).unwrap();
    let beside = rusqlite::Connection::open(&file).unwrap();
    beside
        .execute_batch(
            "CREATE TRIGGER second_fails BEFORE INSERT ON messages WHEN NEW.body = 'bad'
             BEGIN SELECT RAISE(ABORT, 'no'); END",
        )
        .unwrap();
    let outgoing = ["good", "bad"].map(|body| Outgoing { body: body.to_owned(), delay: Duration::ZERO });
    queues.send("mails", &outgoing, START).unwrap_err();
    assert!(queues.receive("mails", 10, START).unwrap().is_empty());
}
