//! What a scanner lives on: a pass, a list to take offline, scans that are sent later.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use jiff::SignedDuration;
use kit::KeyUse;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use world::behind::side_by_side;
use world::{BASE, Person, World};

/// Olga's event with a pass to its door: (event, the pass).
async fn door(world: &World) -> (Person, String, Value) {
    let olga = world.settle("Olga", true).await;
    let event = world.event(&olga, json!({ "capacity": 600 })).await;
    let path = format!("/api/events/{event}/door-passes");
    let pass = world.post(&path, olga.token(), json!({ "door": "North" })).await.expect(201).json;
    (olga, event, pass)
}

fn token(pass: &Value) -> Option<&str> {
    pass["token"].as_str()
}

#[tokio::test]
async fn a_pass_says_all_that_a_scanner_starts_from() {
    let world = World::new().await;
    let (olga, event, pass) = door(&world).await;
    assert_eq!(pass["url"], format!("{BASE}/organize/door#{}", token(&pass).unwrap()));
    let read = world.get("/api/door-passes/me", token(&pass)).await.expect(200).json;
    assert_eq!((&read["id"], &read["door"], &read["event"]), (&pass["id"], &json!("North"), &json!(event)));
    assert_eq!((&read["capacity"], &read["ends_at"]), (&json!(600), &json!("2026-11-29T10:00:00Z")));
    let details = &read["event_details"];
    assert_eq!(
        [&details["name"], &details["starts"], &details["zone"], &details["status"]],
        ["Jazz in the Park", "2026-11-28T19:30", "Europe/Berlin", "published"]
    );
    assert!(read.get("token").is_none() && details.get("online_link").is_none());
    // Nobody but a pass has one to read; afterwards it has ended.
    assert_eq!(world.get("/api/door-passes/me", olga.token()).await.problem(403), "door_pass_needed");
    assert_eq!(world.get("/api/door-passes/me", None).await.problem(401), "unauthenticated");
    world.advance_to("2026-11-29T10:00:00Z");
    assert_eq!(world.get("/api/door-passes/me", token(&pass)).await.problem(401), "door_pass_ended");
}

#[tokio::test]
async fn passes_are_listed_to_be_taken_back() {
    let world = World::new().await;
    let (olga, event, north) = door(&world).await;
    let path = format!("/api/events/{event}/door-passes");
    world.advance(SignedDuration::from_secs(1));
    let south = world.post(&path, olga.token(), json!({ "door": "South" })).await.expect(201).json;
    let one = format!("{path}/{}", north["id"].as_str().unwrap());
    world.call("DELETE", &one, olga.token(), Value::Null).await.expect(204);
    let listed = world.get(&path, olga.token()).await.expect(200);
    let passes = listed.json["items"].as_array().unwrap();
    assert_eq!([&passes[0]["id"], &passes[1]["id"]], [&south["id"], &north["id"]], "newest first");
    assert_eq!((passes[0].get("revoked_at"), &passes[1]["revoked_at"]), (None, &json!("2026-11-20T12:00:01Z")));
    assert!(passes.iter().all(|pass| pass.get("token").is_none()), "a token is shown once");
    assert_eq!(world.get("/api/door-passes/me", token(&north)).await.problem(401), "door_pass_revoked");
    // Page by page.
    let first = world.get(&format!("{path}?limit=1"), olga.token()).await.expect(200);
    let rest = world.get(&format!("{path}?limit=1&cursor={}", first.str("/cursor")), olga.token()).await.expect(200);
    assert_eq!([&first.json["items"][0], &rest.json["items"][0]], [&passes[0], &passes[1]]);
}

/// The tickets of an event as a door downloads them.
async fn download(world: &World, event: &str, pass: &Value) -> Vec<Value> {
    let (mut tickets, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/events/{event}/bookings?limit=500{cursor}");
        let page = world.get(&path, token(pass)).await.expect(200);
        for booking in page.json["items"].as_array().unwrap() {
            tickets.extend(booking["tickets"].as_array().unwrap().iter().cloned());
        }
        match page.json.get("cursor") {
            Some(next) => cursor = format!("&cursor={}", next.as_str().unwrap()),
            None => return tickets,
        }
    }
}

/// A phone that was without a line sends what it has seen, many at once and some twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_queued_scans_are_taken() {
    let world = World::new().await;
    let (_, event, pass) = door(&world).await;
    for guest in world.guests(100).await {
        world.book(&guest, &event, 2).await;
    }
    let tickets = download(&world, &event, &pass).await;
    assert_eq!(tickets.len(), 200);
    assert!(tickets.iter().all(|ticket| ticket["issue"] == 1 && ticket.get("admission").is_none()));
    let over = world.get(&format!("/api/events/{event}/bookings?limit=501"), token(&pass)).await.expect(422);
    let fault = json!({ "pointer": "/limit", "code": "too_large", "detail": "can be at most 500", "limit": 500 });
    assert_eq!(over.json["errors"], json!([fault]));

    world.advance_to("2026-11-28T20:00:00Z");
    let world = Arc::new(world);
    let jobs = tickets.iter().enumerate().flat_map(|(number, ticket)| {
        let scan = json!({
            "scan": format!("queued-{number:08}"), "ticket": ticket["id"], "shown_offline": "admitted",
            "at": format!("2026-11-28T18:{:02}:{:02}Z", number / 60, number % 60),
        });
        // Each tenth twice.
        vec![scan; 1 + usize::from(number % 10 == 0)]
    });
    let jobs: Vec<_> = jobs
        .map(|scan| {
            let (world, event, pass) = (world.clone(), event.clone(), pass.clone());
            async move {
                let reply = world.post(&format!("/api/events/{event}/check-ins"), token(&pass), scan.clone()).await;
                let reply = reply.expect(200);
                assert_eq!((reply.str("/outcome").as_str(), &reply.json["at"]), ("admitted", &scan["at"]));
                assert_eq!(reply.str("/door"), "North", "that of the pass");
                reply.str("/scan")
            }
        })
        .collect();
    let sent = side_by_side(8, jobs).await;
    assert_eq!((sent.len(), sent.iter().collect::<BTreeSet<_>>().len()), (220, 200));
    let attendance = world.get(&format!("/api/events/{event}/attendance"), token(&pass)).await.expect(200);
    assert_eq!((&attendance.json["admitted"], &attendance.json["expected"]), (&json!(200), &json!(0)));
    world.audit();
}

/// Two doors without a line let the same ticket in, and one that was called off: all of it is told, nothing rewritten.
#[tokio::test]
async fn a_conflict_is_a_report() {
    let world = World::new().await;
    let (olga, event, north) = door(&world).await;
    let passes = format!("/api/events/{event}/door-passes");
    let south = world.post(&passes, olga.token(), json!({ "door": "South" })).await.expect(201).json;
    let guests = world.guests(2).await;
    for guest in &guests {
        world.book(guest, &event, 1).await;
    }
    let ticket =
        async |guest: &Person| world.get("/api/me/tickets", guest.token()).await.expect(200).str("/items/0/token");
    let (adas, bens) = (ticket(&guests[0]).await, ticket(&guests[1]).await);
    let bens_booking = world.get("/api/me/bookings", guests[1].token()).await.expect(200).str("/items/0/id");
    world.post(&format!("/api/bookings/{bens_booking}/cancel"), olga.token(), json!({})).await.expect(200);
    world.advance_to("2026-11-28T20:00:00Z");

    let path = format!("/api/events/{event}/check-ins");
    let send = async |pass: &Value, scan: &str, token_: &str, at: &str| {
        let scan = json!({ "scan": scan, "token": token_, "at": at, "shown_offline": "admitted" });
        world.post(&path, token(pass), scan).await.expect(200).json
    };
    let first = send(&north, "north-0001", &adas, "2026-11-28T18:40:00Z").await;
    assert_eq!((&first["outcome"], &first["shown_offline"]), (&json!("admitted"), &json!("admitted")));
    let second = send(&south, "south-0001", &adas, "2026-11-28T18:35:00Z").await;
    assert_eq!((&second["outcome"], &second["shown_offline"]), (&json!("already_in"), &json!("admitted")));
    assert_eq!(second["admission"], first["admission"], "when and where the one that stands was");
    assert_eq!(second["admission"]["door"], "North");
    let third = send(&south, "south-0002", &bens, "2026-11-28T18:36:00Z").await;
    assert_eq!([&third["outcome"], &third["reason"], &third["shown_offline"]], ["refused", "cancelled", "admitted"]);

    let olga = world.sign_in(&olga.email).await;
    let listed = world.get(&path, olga.token()).await.expect(200);
    assert_eq!(listed.json["items"], json!([first, third, second]), "by when they were");
    // Sent again, each gets the answer that it got.
    assert_eq!(send(&south, "south-0001", &adas, "2026-11-28T18:35:00Z").await, second);
    world.audit();
}

/// What a request says to spare a step is believed only where it fits.
#[tokio::test]
async fn a_wrong_guess_does_no_harm() {
    let world = World::new().await;
    let (olga, event, pass) = door(&world).await;
    let rival = world.settle("Rival", true).await;
    let other = world.event(&rival, json!({})).await;
    let guests = world.guests(2).await;
    let (guest, stranger) = (&guests[0], &guests[1]);
    let booking = world.book(guest, &event, 3).await;
    let strangers = world.book(stranger, &event, 1).await;
    let path = format!("/api/events/{event}/check-ins");
    let ticket = |booking: &Value, at: usize| booking["tickets"][at]["id"].as_str().unwrap().to_owned();
    // The ticket of another booking, one that isn't there, and the right one.
    let guesses = [ticket(&strangers, 0), "tkt_01ARZ3NDEKTSV4RRFFQ69G5FAV-1".to_owned(), ticket(&booking, 2)];
    for (at, guess) in guesses.iter().enumerate() {
        let let_in = ticket(&booking, at);
        let scan = json!({ "scan": format!("scan-0000000{at}"), "ticket": let_in });
        world.post(&path, token(&pass), scan).await.expect(200);
        let undo = format!("{path}/scan-0000000{at}/undo");
        let undone = world.post(&undo, token(&pass), json!({ "ticket": guess })).await.expect(200);
        assert_eq!((undone.str("/ticket"), undone.json["undone_at"].is_string()), (let_in, true));
        world.audit();
    }

    let nowhere = "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV";
    let (ticket, booking) = (ticket(&booking, 0), booking["id"].as_str().unwrap());
    let cancel = format!("/api/bookings/{booking}/cancel");
    for guess in [other.as_str(), nowhere, &event] {
        let guess = json!({ "event": guess });
        world.post(&format!("/api/tickets/{ticket}/resend"), guest.token(), guess.clone()).await.expect(202);
        // Nor does it make anybody its owner.
        for other in [stranger, &rival] {
            assert_eq!(world.post(&cancel, other.token(), guess.clone()).await.problem(404), "booking_not_found");
            let resend = format!("/api/tickets/{ticket}/resend");
            assert_eq!(world.post(&resend, other.token(), guess.clone()).await.problem(404), "booking_not_found");
        }
    }
    let cancelled = world.post(&cancel, guest.token(), json!({ "event": other })).await.expect(200);
    assert_eq!((cancelled.str("/state").as_str(), cancelled.str("/cancelled_by")), ("cancelled", "guest".to_owned()));
    world.audit();
    // The organizer cancels the other, with the right guess.
    let path = format!("/api/bookings/{}/cancel", strangers["id"].as_str().unwrap());
    let cancelled = world.post(&path, olga.token(), json!({ "event": event })).await.expect(200);
    assert_eq!(cancelled.str("/cancelled_by"), "organizer");
    world.audit();
}

#[tokio::test]
async fn a_scan_says_how_many_the_party_is() {
    let world = World::new().await;
    let (_, event, pass) = door(&world).await;
    let ben = world.settle("Ben", true).await;
    world.book(&ben, &event, 4).await;
    let tickets = world.get("/api/me/tickets", ben.token()).await.expect(200);
    let path = format!("/api/events/{event}/check-ins");
    let scan = async |id: &str, code: &str| {
        let body = json!({ "scan": id, "token": code });
        world.post(&path, token(&pass), body).await.expect(200).json
    };
    let second = tickets.str("/items/1/token");
    let first = scan("scan-00000001", &second).await;
    assert_eq!((&first["outcome"], &first["party_size"]), (&json!("admitted"), &json!(4)));
    assert!(first["ticket"].as_str().unwrap().ends_with("-2"), "the second of four: {first}");
    assert_eq!(scan("scan-00000001", &second).await, first, "sent again");
    let again = scan("scan-00000002", &second).await;
    assert_eq!((&again["outcome"], &again["party_size"]), (&json!("already_in"), &json!(4)));
    assert_eq!(scan("scan-00000003", "no ticket").await.get("party_size"), None);
}

/// Each of the two pools has room for six parties of twenty; what they have left between them goes to one more.
#[tokio::test]
async fn a_booking_from_several_pools_is_counted_once() {
    let world = World::new().await;
    let olga = world.settle("Olga", true).await;
    let event = world.event(&olga, json!({ "capacity": 251 })).await;
    let path = format!("/api/events/{event}/attendance");
    let numbers = async || {
        let attendance = world.get(&path, olga.token()).await.expect(200).json;
        (attendance["booked"].as_i64().unwrap(), attendance["bookings"].as_i64().unwrap())
    };
    let guests = world.guests(13).await;
    for guest in &guests[..12] {
        world.book(guest, &event, 20).await;
    }
    let last = world.book(&guests[12], &event, 11).await["id"].as_str().unwrap().to_owned();
    let books = world.audit();
    let booking = books.bookings.iter().find(|booking| booking.id.to_string() == last).unwrap();
    assert_eq!(booking.places.len(), 2);
    assert_eq!(numbers().await, (251, 13));
    for _ in 0..2 {
        world.post(&format!("/api/bookings/{last}/cancel"), guests[12].token(), json!({})).await.expect(200);
        assert_eq!(numbers().await, (240, 12));
    }
    // Each pool counts those that have their home in it.
    let (id, books) = (event.parse::<domain::ids::EventId>().unwrap(), world.audit());
    for pool in &books.pools[&id] {
        let home = books.live(id).filter(|booking| booking.home_pool() == pool.index).count();
        assert_eq!(usize::try_from(pool.bookings), Ok(home), "pool {}", pool.index);
    }
}

/// Made a year before an event that is then moved by nine more: the keys were replaced meanwhile, and again.
#[tokio::test]
async fn tickets_and_passes_hold_until_their_event_ends() {
    let world = World::new().await;
    let (olga, event, pass) = door(&world).await;
    let ben = world.settle("Ben", true).await;
    world.book(&ben, &event, 1).await;
    let ticket = world.get("/api/me/tickets", ben.token()).await.expect(200).str("/items/0/token");
    let far = json!({ "starts": "2036-11-19T19:30", "ends": "2036-11-19T23:00" });
    world.patch(&format!("/api/events/{event}"), olga.token(), far).await.expect(200);
    for day in ["2027-02-18T12:00:00Z", "2036-11-19T18:00:00Z"] {
        world.advance_to(day);
        for key_use in KeyUse::ALL {
            world.rotate_key(*key_use).await.unwrap();
        }
    }
    world.get("/api/door-passes/me", token(&pass)).await.expect(200);
    let path = format!("/api/events/{event}/check-ins");
    let scan = json!({ "scan": "scan-00000001", "token": ticket });
    let told = world.post(&path, token(&pass), scan).await.expect(200).json;
    assert_eq!((&told["outcome"], &told["reason"]), (&json!("admitted"), &Value::Null));
    // The pass, too, has moved with its event, and ends with it.
    world.advance_to("2036-11-20T10:00:00Z");
    assert_eq!(world.get("/api/door-passes/me", token(&pass)).await.problem(401), "door_pass_ended");
}

/// A phone that waits too long sends its request again, at the same time as the first goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn undoing_many_times_at_once_is_no_error() {
    let world = World::new().await;
    let (_, event, pass) = door(&world).await;
    let ben = world.settle("Ben", true).await;
    let booking = world.book(&ben, &event, 10).await;
    let path = format!("/api/events/{event}/check-ins");
    let world = Arc::new(world);
    for (number, ticket) in booking["tickets"].as_array().unwrap().iter().enumerate() {
        let scan = json!({ "scan": format!("scan-{number:08}"), "ticket": ticket["id"] });
        world.post(&path, token(&pass), scan.clone()).await.expect(200);
        let undo = format!("{path}/scan-{number:08}/undo");
        let jobs = (0..6).map(|job| {
            // With the guess scan and booking are read side by side, without it one after the other.
            let guess = if job % 2 == 0 { json!({ "ticket": ticket["id"] }) } else { json!({}) };
            let (world, pass, undo) = (world.clone(), pass.clone(), undo.clone());
            async move {
                let reply = world.post(&undo, token(&pass), guess).await;
                reply.expect(200).str("/undone_at")
            }
        });
        assert_eq!(side_by_side(6, jobs).await.into_iter().collect::<BTreeSet<_>>().len(), 1);
        // Who was let out again isn't shown green for a scan that is only sent again; a new one lets them in.
        let again = world.post(&path, token(&pass), scan.clone()).await.expect(200).json;
        assert_eq!((&again["outcome"], &again["reason"]), (&json!("refused"), &json!("undone")));
        assert!(again["undone_at"].is_string() && again.get("admission").is_none(), "{again}");
        let new = json!({ "scan": format!("more-{number:08}"), "ticket": ticket["id"] });
        assert_eq!(world.post(&path, token(&pass), new).await.expect(200).str("/outcome"), "admitted");
        // What was undone stays so.
        let undone = world.post(&undo, token(&pass), json!({})).await.expect(200);
        assert!(undone.json["undone_at"].is_string());
    }
    world.audit();
}
