//! What an organizer sees before, while and after others do something: previews of a change, numbers, timelines.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use domain::Record;
use domain::bookings::{Booking, PartySize, State, Ticket};
use domain::checkins::Admission;
use domain::ids::{EventId, UserId};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use world::{Person, Reply, World};

async fn preview(world: &World, who: &Person, event: &str, change: Value) -> Reply {
    world.post(&format!("/api/events/{event}/update-preview"), who.token(), change).await
}

async fn change(world: &World, who: &Person, event: &str, change: Value) -> Reply {
    world.patch(&format!("/api/events/{event}"), who.token(), change).await
}

/// A world in which Olga has an event where Ada is booked for two and Ben by himself; Cem called it off.
async fn evening() -> (World, [Person; 4], String) {
    let world = World::new().await;
    let mut people = Vec::new();
    for name in ["Olga", "Ada", "Ben", "Cem"] {
        people.push(world.settle(name, true).await);
    }
    let people: [Person; 4] = people.try_into().unwrap();
    let event = world.event(&people[0], json!({})).await;
    world.book(&people[1], &event, 2).await;
    world.book(&people[2], &event, 1).await;
    let cems = world.book(&people[3], &event, 3).await["id"].as_str().unwrap().to_owned();
    world.post(&format!("/api/bookings/{cems}/cancel"), people[3].token(), json!({})).await.expect(200);
    world.new_mails().await;
    (world, people, event)
}

async fn attendance(world: &World, who: &Person, event: &str) -> (Value, Value) {
    let numbers = world.get(&format!("/api/events/{event}/attendance"), who.token()).await.expect(200).json;
    (numbers["booked"].clone(), numbers["bookings"].clone())
}

#[tokio::test]
async fn attendance_says_how_many_will_be_mailed() {
    let (world, [olga, ..], event) = evening().await;
    assert_eq!(attendance(&world, &olga, &event).await, (json!(3), json!(2)), "Ada's two places are one booking");
    let preview = preview(&world, &olga, &event, json!({ "place": { "name": "Huxleys" } })).await.expect(200);
    assert_eq!(preview.json["recipients"], 2);
    let draft = world.draft(&olga, json!({ "name": "Later" })).await;
    assert_eq!(attendance(&world, &olga, &draft).await, (json!(0), json!(0)));
}

#[tokio::test]
async fn a_preview_says_whom_the_change_will_be_mailed_to_and_what() {
    let (world, [olga, ada, ..], event) = evening().await;
    // Ada is in already, and still to be told.
    let ticket = world.get("/api/me/tickets", ada.token()).await.expect(200).str("/items/0/id");
    let scan = json!({ "scan": "scan-00000001", "ticket": ticket });
    world.post(&format!("/api/events/{event}/check-ins"), olga.token(), scan).await.expect(200);
    world.new_mails().await;

    let moved = json!({ "starts": "2026-11-28T20:00", "place": { "name": "Huxleys" }, "name": "Jazz indoors" });
    let before = world.stored();
    let reply = preview(&world, &olga, &event, moved.clone()).await.expect(200);
    let seen = json!({
        "version": 2,
        "told": true,
        "recipients": 2,
        "changes": [
            {
                "what": "time",
                "before": {
                    "starts": "2026-11-28T19:30", "ends": "2026-11-28T23:00", "zone": "Europe/Berlin",
                    "starts_at": "2026-11-28T18:30:00Z", "ends_at": "2026-11-28T22:00:00Z",
                },
                "after": {
                    "starts": "2026-11-28T20:00", "ends": "2026-11-28T23:00", "zone": "Europe/Berlin",
                    "starts_at": "2026-11-28T19:00:00Z", "ends_at": "2026-11-28T22:00:00Z",
                },
            },
            {
                "what": "place",
                "before": {
                    "name": "Volkspark", "address": "Am Friedrichshain 1, Berlin", "latitude": 52.527, "longitude": 13.436,
                },
                "after": { "name": "Huxleys", "address": null, "latitude": null, "longitude": null },
            },
        ],
    });
    assert_eq!(reply.json, seen);
    assert_eq!(reply.header("etag"), "\"2\"");
    assert_eq!(world.stored(), before, "a preview writes nothing");
    assert!(world.new_mails().await.is_empty());

    // The change itself does what was foreseen.
    change(&world, &olga, &event, moved).await.expect(200);
    assert_eq!(world.new_mails().await.len(), 2);
}

#[tokio::test]
async fn what_nobody_is_mailed_about_says_so() {
    let (world, [olga, ..], event) = evening().await;
    let quiet = json!({ "version": 2, "told": false, "recipients": 0, "changes": [] });
    for change in [json!({}), json!({ "description": "Bring two blankets." }), json!({ "capacity": 50 })] {
        assert_eq!(preview(&world, &olga, &event, change).await.expect(200).json, quiet);
    }
    // A draft has nobody to tell, and an event without bookings has something to say to nobody.
    let draft = world.draft(&olga, json!({ "name": "Draft" })).await;
    let link = json!({ "online_link": "https://meet.example.org/x" });
    let reply = preview(&world, &olga, &draft, link.clone()).await.expect(200);
    assert_eq!(reply.json, json!({ "version": 1, "told": false, "recipients": 0, "changes": [] }));
    let lonely =
        world.event(&olga, json!({ "name": "Lonely", "starts": "2026-11-28T10:00", "ends": "2026-11-28T11:00" })).await;
    let reply = preview(&world, &olga, &lonely, link).await.expect(200);
    let online = json!([{ "what": "online", "after": "https://meet.example.org/x" }]);
    assert_eq!((&reply.json["told"], &reply.json["changes"]), (&json!(false), &online));
}

/// The same decision: what would be refused of a change is refused of its preview, in the same words.
#[tokio::test]
async fn a_preview_is_refused_as_the_change_is() {
    let (world, [olga, ada, ..], event) = evening().await;
    world.event(&olga, json!({ "name": "Talk", "starts": "2026-11-29T10:00", "ends": "2026-11-29T12:00" })).await;
    let path = |what: &str| format!("/api/events/{event}{what}");
    let refusals = [
        (json!({ "starts": "2026-11-19T20:00", "capacity": 0, "place": null }), 422, "invalid"),
        (json!({ "name": " ", "colour": "red", "zone": "Mars/Olympus" }), 422, "invalid"),
        (json!({ "name": null }), 422, "invalid"),
        (json!({ "capacity": 2 }), 409, "capacity_below_confirmed"),
        (json!({ "starts": "2026-11-29T11:00", "ends": "2026-11-29T13:00" }), 409, "schedule_conflict"),
        (
            json!({ "name": "talk", "starts": "2026-11-29T10:00", "ends": "2026-11-29T12:00", "allow_overlap": true }),
            409,
            "duplicate_event",
        ),
    ];
    let told = |reply: Reply| {
        let mut problem = reply.json;
        problem.as_object_mut().unwrap().remove("request_id");
        problem
    };
    for (body, status, code) in refusals {
        let before = world.stored();
        let changed = world.patch(&path(""), olga.token(), body.clone()).await.expect(status);
        assert_eq!(changed.str("/code"), code, "{body}");
        let previewed = world.post(&path("/update-preview"), olga.token(), body.clone()).await.expect(status);
        assert_eq!(told(previewed), told(changed), "{body}");
        assert_eq!(world.stored(), before, "{body}");
    }
    let stale = [("if-match", "\"1\"")];
    let reply = world.call_with("POST", &path("/update-preview"), olga.token(), &stale, json!({})).await;
    assert_eq!(reply.problem(412), "changed_meanwhile");
    assert_eq!(preview(&world, &ada, &event, json!({})).await.problem(403), "not_organizer");
    world.post(&path("/cancel"), olga.token(), json!({})).await.expect(200);
    assert_eq!(preview(&world, &olga, &event, json!({})).await.problem(409), "event_cancelled");
}

/// A change is written without looking who holds the claim on its new name and start; the refusal says who does.
#[tokio::test]
async fn a_change_into_a_duplicate_names_the_other() {
    let (world, [olga, ..], event) = evening().await;
    let talk = world.draft(&olga, json!({ "name": "Talk" })).await;
    let before = world.stored();
    let refused = change(&world, &olga, &event, json!({ "name": "TALK" })).await.expect(409);
    assert_eq!((refused.str("/code").as_str(), refused.str("/event")), ("duplicate_event", talk.clone()));
    assert_eq!(world.stored(), before);
    // Once it is out of the way, the name is free.
    world.call("DELETE", &format!("/api/events/{talk}"), olga.token(), Value::Null).await.expect(204);
    change(&world, &olga, &event, json!({ "name": "TALK" })).await.expect(200);
}

#[tokio::test]
async fn two_moves_in_a_minute_make_one_mail_that_tells_of_both() {
    let (world, [olga, ..], event) = evening().await;
    change(&world, &olga, &event, json!({ "starts": "2026-11-28T20:15" })).await.expect(200);
    world.advance(SignedDuration::from_secs(10));
    change(&world, &olga, &event, json!({ "place": { "name": "Huxleys" } })).await.expect(200);
    let mails = world.new_mails().await;
    assert_eq!(mails.len(), 2);
    for mail in mails {
        for said in ["19:30", "20:15", "Volkspark", "Huxleys"] {
            assert!(mail.text.contains(said), "{said} in {}", mail.text);
        }
    }
}

#[tokio::test]
async fn what_is_going_on_cannot_have_ended() {
    let (world, [olga, ..], event) = evening().await;
    world.advance_to("2026-11-28T20:00:00Z");
    let olga = world.sign_in(&olga.email).await;
    let refused = change(&world, &olga, &event, json!({ "ends": "2026-11-28T20:30" })).await.expect(422);
    assert_eq!(
        refused.json["errors"],
        json!([{ "pointer": "/ends", "code": "in_the_past", "detail": "lies in the past" }])
    );
    change(&world, &olga, &event, json!({ "ends": "2026-11-28T21:30" })).await.expect(200);
}

#[tokio::test]
async fn an_event_says_what_it_is_to_its_reader() {
    let (world, [olga, ada, _, cem], event) = evening().await;
    let read = async |which: &str, who: Option<&Person>| {
        world.get(&format!("/api/events/{which}"), who.and_then(Person::token)).await
    };
    let booking = world.get("/api/me/bookings", ada.token()).await.expect(200).str("/items/0/id");
    let slug = read(&event, None).await.expect(200).str("/slug");
    for which in [&event, &slug] {
        let by_ada = read(which, Some(&ada)).await.expect(200);
        assert_eq!((by_ada.str("/id"), by_ada.str("/my_booking")), (event.clone(), booking.clone()));
        assert!(by_ada.json.get("is_mine").is_none());
        let by_olga = read(which, Some(&olga)).await.expect(200);
        assert_eq!((by_olga.json.get("my_booking"), &by_olga.json["is_mine"]), (None, &json!(true)));
        for anybody in [None, Some(&cem)] {
            let reply = read(which, anybody).await.expect(200);
            assert_eq!((reply.json.get("my_booking"), reply.json.get("is_mine")), (None, None));
        }
    }
    // A draft is there for its organizer, by either; for nobody else.
    let draft = world.draft(&olga, json!({ "name": "Secret plans" })).await;
    let slug = read(&draft, Some(&olga)).await.expect(200).str("/slug");
    assert_eq!(read(&slug, Some(&olga)).await.expect(200).json["is_mine"], true);
    for which in [draft.as_str(), &slug, "no-such-event", "EVT_1", "a", "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV"] {
        for nobody in [None, Some(&ada)] {
            assert_eq!(read(which, nobody).await.problem(404), "event_not_found", "{which}");
        }
    }
    // What is cancelled has no live booking.
    world.post(&format!("/api/events/{event}/cancel"), olga.token(), json!({})).await.expect(200);
    assert!(read(&event, Some(&ada)).await.expect(200).json.get("my_booking").is_none());
}

#[tokio::test]
async fn ones_own_events_say_how_they_stand() {
    let (world, [olga, ada, ..], event) = evening().await;
    let ticket = world.get("/api/me/tickets", ada.token()).await.expect(200).str("/items/0/id");
    let scan = json!({ "scan": "scan-00000001", "ticket": ticket });
    world.post(&format!("/api/events/{event}/check-ins"), olga.token(), scan).await.expect(200);
    let open =
        json!({ "name": "Open air", "starts": "2026-11-29T10:00", "ends": "2026-11-29T11:00", "capacity": null });
    world.event(&olga, open).await;
    let large =
        json!({ "name": "Large", "starts": "2026-11-30T10:00", "ends": "2026-11-30T11:00", "capacity": 30_000 });
    let large = world.event(&olga, large).await;
    world.book(&ada, &large, 5).await;
    let later = json!({ "name": "Draft", "starts": "2026-12-01T10:00", "ends": "2026-12-01T11:00" });
    world.draft(&olga, later).await;

    let listed = world.get("/api/me/events", olga.token()).await.expect(200);
    let places: Vec<&Value> = listed.json["items"].as_array().unwrap().iter().map(|event| &event["places"]).collect();
    let expected = [
        json!({ "booked": 3, "left": 37, "admitted": 1 }),
        json!({ "booked": 0, "admitted": 0 }),
        json!({ "booked": 5, "left": 29_995, "admitted": 0 }),
        Value::Null,
    ];
    assert_eq!(places, expected.iter().collect::<Vec<_>>());
    assert!(listed.json["items"].as_array().unwrap().iter().all(|event| event["is_mine"] == true));
}

#[tokio::test]
async fn a_new_name_is_on_the_next_booking() {
    let (world, [olga, .., cem], event) = evening().await;
    world.patch("/api/me", cem.token(), json!({ "name": "Cem Yılmaz" })).await.expect(200);
    // With the token of before, which says the old name.
    let booked = world.book(&cem, &event, 1).await;
    assert_eq!(booked["name"], "Cem Yılmaz");
    let listed = world.get(&format!("/api/events/{event}/bookings?name=cem%20y"), olga.token()).await.expect(200);
    assert_eq!(listed.json["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_timeline_shows_how_it_filled_and_how_they_came() {
    let (world, [olga, ada, ..], event) = evening().await;
    let path = format!("/api/events/{event}/attendance/timeline");
    let hour = "2026-11-20T12:00:00Z";
    let seen = json!({
        "bookings_by": "hour",
        "bookings": [{ "at": hour, "places": 3 }],
        "arrivals_by": "five_minutes",
        "arrivals": [],
    });
    assert_eq!(world.get(&path, olga.token()).await.expect(200).json, seen);

    world.advance_to("2026-11-28T18:03:00Z");
    let (olga, ada) = (world.sign_in(&olga.email).await, world.sign_in(&ada.email).await);
    let tickets = world.get("/api/me/tickets", ada.token()).await.expect(200);
    for (number, at) in [(0, "2026-11-28T18:02:00Z"), (1, "2026-11-28T17:56:00Z")] {
        let ticket = tickets.str(&format!("/items/{number}/id"));
        let scan = json!({ "scan": format!("scan-0000000{number}"), "ticket": ticket, "at": at });
        world.post(&format!("/api/events/{event}/check-ins"), olga.token(), scan).await.expect(200);
    }
    let seen = world.get(&path, olga.token()).await.expect(200);
    let arrivals =
        json!([{ "at": "2026-11-28T17:55:00Z", "places": 1 }, { "at": "2026-11-28T18:00:00Z", "places": 2 }]);
    assert_eq!(seen.json["arrivals"], arrivals);
    // Who is let out again never came.
    let undo = format!("/api/events/{event}/check-ins/scan-00000000/undo");
    world.post(&undo, olga.token(), json!({})).await.expect(200);
    let seen = world.get(&path, olga.token()).await.expect(200);
    assert_eq!(seen.json["arrivals"], json!([{ "at": "2026-11-28T17:55:00Z", "places": 1 }]));

    // A booking a week after the first: by the day, which begins at midnight in Berlin.
    let dan = world.settle("Dan", true).await;
    world.book(&dan, &event, 1).await;
    let seen = world.get(&path, olga.token()).await.expect(200);
    let days = json!([{ "at": "2026-11-19T23:00:00Z", "places": 3 }, { "at": "2026-11-27T23:00:00Z", "places": 4 }]);
    assert_eq!((&seen.json["bookings_by"], &seen.json["bookings"]), (&json!("day"), &days));
}

/// A booking made so many minutes ago at a pool; every second one has been let in.
fn booked(world: &World, event: EventId, pool: u8, number: i64) -> Booking {
    let at = world.now() - SignedDuration::from_mins(number);
    let admission = (number % 2 == 0).then(|| Admission { scan: "scan-00000001".parse().unwrap(), at, door: None });
    Booking {
        id: world.house.chance().id(world.now()).unwrap(),
        version: 1,
        event,
        user: world.house.chance().id::<UserId>(world.now()).unwrap(),
        name: "Ada Lovelace".parse().unwrap(),
        state: if admission.is_some() { State::Attended } else { State::Confirmed },
        since: at,
        party_size: PartySize::default(),
        places: vec![(pool, 1)],
        terms: 2,
        starts: Timestamp::UNIX_EPOCH,
        booked_at: at,
        cancelled_by: None,
        tickets: vec![Ticket { index: 1, issue: 1, token: "T".repeat(167), admission }],
        resends: 0,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_thousand_bookings_make_a_timeline_and_are_counted() {
    let world = World::new().await;
    let olga = world.settle("Olga", true).await;
    let event = world.event(&olga, json!({ "capacity": null })).await;
    let id: EventId = event.parse().unwrap();
    // Four pools of 1,250 each: more than a page of 1 MB.
    let bookings = (0..5_000).map(|number| booked(&world, id, u8::try_from(number % 4).unwrap(), number));
    world.fill_untold(bookings.map(Record::Booking).collect()).await;
    let timeline = world.get(&format!("/api/events/{event}/attendance/timeline"), olga.token()).await.expect(200);
    assert!(timeline.json.get("incomplete").is_none());
    let last = |series: &str| timeline.json[series].as_array().unwrap().last().unwrap()["places"].clone();
    // 5,000 minutes are more than three days.
    assert_eq!(
        (&timeline.json["bookings_by"], last("bookings"), last("arrivals")),
        (&json!("day"), json!(5_000), json!(2_500))
    );
    assert!(timeline.json["arrivals"].as_array().unwrap().len() <= 1_001);

    let seen = preview(&world, &olga, &event, json!({ "place": { "name": "Huxleys" } })).await.expect(200);
    assert_eq!((&seen.json["recipients"], seen.json.get("at_least")), (&json!(5_000), None));
}

/// Beyond five pages of a pool nothing more is looked at, and the answer says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_too_much_to_look_at_says_so() {
    let world = World::new().await;
    let olga = world.settle("Olga", true).await;
    let event = world.event(&olga, json!({})).await;
    let id: EventId = event.parse().unwrap();
    let large = (0..400).map(|number| {
        let one = booked(&world, id, 0, number);
        let ticket = Ticket { token: "T".repeat(20_000), ..one.tickets[0].clone() };
        Record::Booking(Booking { tickets: vec![ticket], ..one })
    });
    for some in large.collect::<Vec<_>>().chunks(50) {
        world.fill_untold(some.to_vec()).await;
    }
    let timeline = world.get(&format!("/api/events/{event}/attendance/timeline"), olga.token()).await.expect(200);
    assert_eq!(timeline.json["incomplete"], true);
    let seen = preview(&world, &olga, &event, json!({ "place": { "name": "Huxleys" } })).await.expect(200);
    let counted = seen.json["recipients"].as_u64().unwrap();
    assert!(seen.json["at_least"] == true && (200..400).contains(&counted), "{}", seen.json);
}
