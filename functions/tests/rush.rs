//! Rushes, under the contention of DynamoDB: what many do at once, and that no place is sold twice for it.
//!
//! The clock is Tokio's paused one: it moves on when everybody waits, so that the contention model's milliseconds are exact and
//! a slow machine makes no rush harder. Races of real threads are in the store's own tests.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use domain::bookings::State;
use domain::ids::EventId;
use domain::{Change, Record};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::Error;
use testbed::Contention;
use world::behind::side_by_side;
use world::{Person, Reply, World};

/// How many book side by side.
const CLIENTS: usize = 64;

/// How long a request is under way from a phone: without it, under a paused clock, whoever is done would be back in no time
/// and take the item again before anybody else could.
const WAYS: [u64; 7] = [20, 31, 47, 23, 60, 38, 54];

/// An event in a world under contention, and how much of it there was.
struct Rush {
    world: Arc<World>,
    organizer: Person,
    event: EventId,
    contention: Contention,
    requests: AtomicUsize,
}

impl Rush {
    async fn on(with: Value) -> Rush {
        let contention = Contention::default();
        let world = World::with(Some(contention.clone())).await;
        let organizer = world.guests(1).await.remove(0);
        let event = world.event(&organizer, with).await.parse().unwrap();
        Rush { world: Arc::new(world), organizer, event, contention, requests: AtomicUsize::new(0) }
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/events/{}{rest}", self.event)
    }

    /// One request of one guest; what it came to.
    fn book(&self, guest: &Person, body: Value) -> impl Future<Output = Reply> + Send + use<> {
        let (world, guest, path) = (self.world.clone(), guest.clone(), self.path("/bookings"));
        let way = WAYS[self.requests.fetch_add(1, Ordering::Relaxed) % WAYS.len()];
        async move {
            tokio::time::sleep(Duration::from_millis(way)).await;
            world.post(&path, guest.token(), body).await
        }
    }

    /// Everybody books at once, each a party of the size that is theirs.
    async fn all_book(&self, guests: &[Person], size: impl Fn(usize) -> usize) -> Vec<Reply> {
        let jobs: Vec<_> =
            guests.iter().enumerate().map(|(at, guest)| self.book(guest, json!({ "party_size": size(at) }))).collect();
        side_by_side(CLIENTS, jobs).await
    }
}

/// What requests came to, by status and code; a test that meets anything but 201 and 409 here says so.
#[track_caller]
fn tally(replies: &[Reply]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    for reply in replies {
        assert!(matches!(reply.status, 200 | 201 | 409), "{} {}", reply.status, reply.text());
        let code = reply.json["code"].as_str().unwrap_or("done");
        *tally.entry(code.to_owned()).or_default() += 1;
    }
    tally
}

fn counts<const N: usize>(counts: [(&str, usize); N]) -> BTreeMap<String, usize> {
    counts.into_iter().map(|(code, count)| (code.to_owned(), count)).collect()
}

#[tokio::test(start_paused = true)]
async fn a_hundred_places_and_two_thousand_requests() {
    let rush = Rush::on(json!({ "capacity": 100 })).await;
    let guests = rush.world.guests(2_000).await;
    let replies = rush.all_book(&guests, |_| 1).await;
    assert_eq!(tally(&replies), counts([("done", 100), ("sold_out", 1_900)]));
    let books = rush.world.audit();
    assert_eq!((books.people(rush.event), books.calendars.len()), (100, 101), "guests' calendars and the organizer's");
    assert!(rush.contention.counts().conflicts > 0, "this was no rush: {:?}", rush.contention.counts());
}

/// The same rush at a desk that reads and then writes: the harness can see an oversell.
#[tokio::test(start_paused = true)]
async fn control_without_the_condition_a_rush_oversells() {
    let rush = Rush::on(json!({ "capacity": 100 })).await;
    let event = rush.event;
    let jobs = (0..2_000).map(|_| {
        let store = rush.world.store();
        async move {
            let mut pool = store.pools(event, 1).await.unwrap().remove(0);
            if pool.left < 1 {
                return 0;
            }
            (pool.left, pool.taken) = (pool.left - 1, pool.taken + 1);
            loop {
                match store.commit(&[Change::Put(Record::Pool(pool.clone()))], None).await {
                    Ok(()) => return 1,
                    // Another write at the same moment: the same again.
                    Err(Error::Overtaken | Error::Busy(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        }
    });
    let sold: usize = side_by_side(CLIENTS, jobs).await.into_iter().sum();
    assert!(sold > 100, "{sold} places were sold of 100: this rush can't see an oversell");
}

#[tokio::test(start_paused = true)]
async fn parties_of_several_fill_several_pools_to_the_last_place() {
    let rush = Rush::on(json!({ "capacity": 600 })).await;
    let guests = rush.world.guests(260).await;
    let size = |at: usize| 1 + at * 7 % 5;
    let replies = rush.all_book(&guests, size).await;
    let counted = tally(&replies);
    assert_eq!(counted.keys().collect::<Vec<_>>(), ["done", "sold_out"]);
    let books = rush.world.audit();
    let sold: usize = replies.iter().enumerate().filter(|(_, reply)| reply.status == 201).map(|(at, _)| size(at)).sum();
    assert_eq!(books.people(rush.event), i64::try_from(sold).unwrap());
    assert_eq!(books.pools[&rush.event].len(), 3);
    // Nobody was sent away while there was room for them.
    let left = 600 - sold;
    for (at, reply) in replies.iter().enumerate().filter(|(_, reply)| reply.status == 409) {
        let seen = usize::try_from(reply.json["places_left"].as_u64().unwrap()).unwrap();
        assert!(left <= seen && seen < size(at), "{} were refused with {seen} places left", size(at));
    }
    // What the pools have left between them goes to one party.
    if left > 0 {
        let last = rush.world.guests(1).await.remove(0);
        rush.book(&last, json!({ "party_size": left })).await.expect(201);
    }
    assert_eq!(rush.world.audit().people(rush.event), 600);
}

#[tokio::test(start_paused = true)]
async fn a_party_takes_what_is_left_in_several_pools() {
    let rush = Rush::on(json!({ "capacity": 501 })).await;
    let guests = rush.world.guests(26).await;
    for guest in &guests[..25] {
        rush.book(guest, json!({ "party_size": 19 })).await.expect(201);
    }
    // 26 are left, in three pools of which none has 20 (or one has, and gives them all).
    rush.book(&guests[25], json!({ "party_size": 20 })).await.expect(201);
    let books = rush.world.audit();
    assert_eq!(books.people(rush.event), 495);
}

/// Lets the guests book, and the organizer do something in the middle of it. Gives the replies to those whose request began
/// before its answer was there, and to those after.
async fn in_the_middle(
    rush: &Rush,
    guests: &[Person],
    after: usize,
    deed: impl Future<Output = Reply> + Send + 'static,
) -> (Reply, Vec<Reply>, Vec<Reply>) {
    let (begun, done) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let jobs: Vec<_> = guests
        .iter()
        .map(|guest| {
            let (begun, done) = (begun.clone(), done.clone());
            let booking = rush.book(guest, json!({}));
            async move {
                begun.fetch_add(1, Ordering::SeqCst);
                let late = done.load(Ordering::SeqCst) > 0;
                (late, booking.await)
            }
        })
        .collect();
    let deed = tokio::spawn(async move {
        while begun.load(Ordering::SeqCst) < after {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let reply = deed.await;
        done.fetch_add(1, Ordering::SeqCst);
        reply
    });
    let replies = side_by_side(CLIENTS, jobs).await;
    let (late, early): (Vec<_>, Vec<_>) = replies.into_iter().partition(|(late, _)| *late);
    let plain = |replies: Vec<(bool, Reply)>| replies.into_iter().map(|(_, reply)| reply).collect();
    (deed.await.unwrap(), plain(early), plain(late))
}

fn of_the_organizer(
    rush: &Rush,
    method: &'static str,
    rest: &str,
    body: Value,
) -> impl Future<Output = Reply> + Send + use<> {
    let (world, organizer, path) = (rush.world.clone(), rush.organizer.clone(), rush.path(rest));
    async move { world.call(method, &path, organizer.token(), body).await }
}

#[tokio::test(start_paused = true)]
async fn nobody_is_confirmed_after_a_cancellation_in_the_middle_of_a_rush() {
    let rush = Rush::on(json!({ "capacity": 250 })).await;
    let guests = rush.world.guests(200).await;
    let cancel = of_the_organizer(&rush, "POST", "/cancel", json!({}));
    let (cancelled, early, late) = in_the_middle(&rush, &guests, 80, cancel).await;
    cancelled.expect(200);
    let counted = tally(&early);
    assert!(counted.keys().all(|code| code == "done" || code == "event_cancelled"), "{counted:?}");
    assert_eq!(tally(&late), counts([("event_cancelled", late.len())]), "and there were some: {}", late.len());
    assert!(!late.is_empty());
    let books = rush.world.audit();
    assert_eq!(books.people(rush.event), i64::try_from(counted["done"]).unwrap());
    let event = &books.events[&rush.event];
    assert!(books.live(rush.event).all(|booking| booking.state_in(event, rush.world.now()) == State::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_confirmed_at_the_old_time_after_a_move_in_the_middle_of_a_rush() {
    let rush = Rush::on(json!({ "capacity": 250 })).await;
    let guests = rush.world.guests(200).await;
    let there = json!({ "starts": "2026-11-28T20:00", "place": { "name": "Huxleys" } });
    let (moved, early, late) = in_the_middle(&rush, &guests, 80, of_the_organizer(&rush, "PATCH", "", there)).await;
    moved.expect(200);
    let told = |reply: &Reply| {
        let event = &reply.json["event_details"];
        (event["starts"].as_str().unwrap().to_owned(), event["place"]["name"].as_str().unwrap().to_owned())
    };
    let (before, after) = (("2026-11-28T19:30", "Volkspark"), ("2026-11-28T20:00", "Huxleys"));
    assert!(!late.is_empty());
    assert_eq!(tally(&late), counts([("done", late.len())]));
    tally(&early);
    for reply in &late {
        let (starts, place) = told(reply);
        assert_eq!((starts.as_str(), place.as_str()), after);
    }
    // Before, it was the one or the other, whole; and what they were told is what they agreed to.
    let books = rush.world.audit();
    let terms = books.events[&rush.event].terms;
    for reply in early.iter().chain(&late) {
        let (starts, place) = told(reply);
        let seen = (starts.as_str(), place.as_str());
        let booking = books.bookings.iter().find(|booking| reply.json["id"] == booking.id.to_string()).unwrap();
        let expected = if booking.terms == terms { after } else { before };
        assert_eq!(seen, expected, "terms {} of {terms}", booking.terms);
    }
    assert_eq!(books.people(rush.event), 200);
}

/// Capacity goes up and down while people book and call off. `sizes` are the capacities; the last stands.
async fn capacity_dances(sizes: &'static [u32], guests: usize) {
    let rush = Rush::on(json!({ "capacity": sizes[0] })).await;
    let guests = rush.world.guests(guests).await;
    let organizer = {
        let (world, organizer, path) = (rush.world.clone(), rush.organizer.clone(), rush.path(""));
        async move {
            let mut stands = sizes[0];
            for capacity in &sizes[1..] {
                let reply = world.patch(&path, organizer.token(), json!({ "capacity": capacity })).await;
                match reply.status {
                    200 => stands = *capacity,
                    409 => assert_eq!(reply.json["code"], "capacity_below_confirmed", "{}", reply.text()),
                    _ => panic!("{} {}", reply.status, reply.text()),
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            stands
        }
    };
    let organizer = tokio::spawn(organizer);
    let jobs: Vec<_> = guests
        .iter()
        .enumerate()
        .map(|(at, guest)| {
            let booking = rush.book(guest, json!({ "party_size": 1 + at % 3 }));
            let (world, guest) = (rush.world.clone(), guest.clone());
            async move {
                let reply = booking.await;
                // Every third changes their mind.
                if reply.status == 201 && at % 3 == 0 {
                    let path = format!("/api/bookings/{}/cancel", reply.str("/id"));
                    world.post(&path, guest.token(), json!({})).await.expect(200);
                }
                reply
            }
        })
        .collect();
    let replies = side_by_side(CLIENTS, jobs).await;
    let stands = organizer.await.unwrap();
    let counted = tally(&replies);
    assert!(counted.keys().all(|code| code == "done" || code == "sold_out"), "{counted:?}");
    let books = rush.world.audit();
    assert_eq!(books.events[&rush.event].details.capacity, Some(stands));
    assert!(books.people(rush.event) <= i64::from(stands));
}

#[tokio::test(start_paused = true)]
async fn capacity_goes_up_and_down_in_the_middle_of_a_rush() {
    capacity_dances(&[60, 40, 80, 70, 120, 10, 90], 300).await;
}

#[tokio::test(start_paused = true)]
async fn capacity_opens_more_pools_in_the_middle_of_a_rush() {
    capacity_dances(&[200, 300, 260, 700, 150, 520], 300).await;
}

#[tokio::test(start_paused = true)]
async fn one_impatient_guest_gets_one_booking() {
    let rush = Rush::on(json!({ "capacity": 100 })).await;
    let guest = rush.world.guests(1).await.remove(0);
    let replies = side_by_side(16, (0..16).map(|_| rush.book(&guest, json!({})))).await;
    assert_eq!(tally(&replies), counts([("already_booked", 15), ("done", 1)]));
    let booking = replies.iter().find(|reply| reply.status == 201).unwrap().str("/id");
    for refused in replies.iter().filter(|reply| reply.status == 409) {
        assert_eq!(refused.str("/booking"), booking, "the refusal names the booking");
    }
    assert_eq!(rush.world.audit().people(rush.event), 1);
}

#[tokio::test(start_paused = true)]
async fn one_guest_books_two_events_of_one_evening_at_once() {
    let rush = Rush::on(json!({})).await;
    let film = json!({ "name": "Solaris", "starts": "2026-11-28T22:00", "ends": "2026-11-29T01:00" });
    let other = rush.world.guests(1).await.remove(0);
    let film = rush.world.event(&other, film).await;
    let events = [rush.event.to_string(), film];
    let both = |guest: Person, body: Value| {
        let jobs = events.clone().map(|event| {
            let (world, guest, body) = (rush.world.clone(), guest.clone(), body.clone());
            async move { world.post(&format!("/api/events/{event}/bookings"), guest.token(), body).await }
        });
        side_by_side(2, jobs)
    };
    for guest in rush.world.guests(12).await {
        let replies = both(guest, json!({})).await;
        assert_eq!(tally(&replies), counts([("done", 1), ("schedule_conflict", 1)]));
    }
    assert_eq!(rush.world.audit().overlaps(), []);
    for guest in rush.world.guests(6).await {
        let replies = both(guest, json!({ "allow_overlap": true })).await;
        assert_eq!(tally(&replies), counts([("done", 2)]));
    }
    assert_eq!(rush.world.audit().overlaps().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn eight_doors_admit_a_ticket_once() {
    let rush = Rush::on(json!({ "capacity": 100 })).await;
    let guests = rush.world.guests(12).await;
    for (at, guest) in guests.iter().enumerate() {
        rush.book(guest, json!({ "party_size": 1 + at % 2 })).await.expect(201);
    }
    let mut scans = 0;
    for guest in &guests {
        let tickets = rush.world.get("/api/me/tickets", guest.token()).await.expect(200);
        for ticket in tickets.json["items"].as_array().unwrap() {
            let token = ticket["token"].as_str().unwrap();
            let jobs = (0..8).map(|door| {
                scans += 1;
                let scan =
                    json!({ "scan": format!("scan-{scans:08}"), "token": token, "door": format!("Door {door}") });
                of_the_organizer(&rush, "POST", "/check-ins", scan)
            });
            let replies = side_by_side(8, jobs.collect::<Vec<_>>()).await;
            let mut outcomes: Vec<String> = replies.iter().map(|reply| reply.str("/outcome")).collect();
            outcomes.sort_unstable();
            assert_eq!(outcomes[..2], ["admitted", "already_in"]);
            assert!(outcomes[1..].iter().all(|outcome| outcome == "already_in"), "{outcomes:?}");
            let first = &replies.iter().find(|reply| reply.json["outcome"] == "admitted").unwrap().json["admission"];
            assert!(replies.iter().all(|reply| reply.json["admission"] == *first), "all are told of the one admission");
        }
    }
    let books = rush.world.audit();
    assert_eq!(books.pools[&rush.event][0].admitted, 18);
    assert_eq!(books.scans.len(), 18 * 8, "every scan is kept");
}

/// The same scan, sent by a door that has lost the answer, while the first is still under way.
#[tokio::test(start_paused = true)]
async fn one_scan_sent_many_times_at_once_has_one_answer() {
    let rush = Rush::on(json!({ "capacity": 100 })).await;
    let guest = rush.world.guests(1).await.remove(0);
    rush.book(&guest, json!({})).await.expect(201);
    let token = rush.world.get("/api/me/tickets", guest.token()).await.expect(200).str("/items/0/token");
    let scan = json!({ "scan": "scan-00000001", "token": token });
    let replies = side_by_side(8, (0..8).map(|_| of_the_organizer(&rush, "POST", "/check-ins", scan.clone()))).await;
    for reply in &replies {
        assert_eq!((reply.status, reply.str("/outcome").as_str()), (200, "admitted"), "{}", reply.text());
    }
    assert_eq!(rush.world.audit().scans.len(), 1);
}
