//! Whole stories, from sign-up to the door, with everything behind the scenes drained.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use jiff::SignedDuration;
use serde_json::json;
use world::World;

#[tokio::test]
async fn from_sign_up_to_the_door() {
    let world = World::new().await;
    let olga = world.person("Olga").await;
    let ben = world.person("Ben").await;
    let cem = world.person("Cem").await;

    // An event of three places.
    let event = world.event(&olga, json!({ "capacity": 3 })).await;
    let view = world.get(&format!("/api/events/{event}"), None).await.expect(200);
    assert_eq!(view.json["places_left"], 3);
    assert_eq!(world.get("/api/events", None).await.expect(200).json["items"][0]["id"], event.as_str());

    // Ben books for two: one mail with both codes, and one for Olga.
    let booked = world.book(&ben, &event, 2).await;
    let mails = world.new_mails().await;
    let to_ben: Vec<_> = mails.iter().filter(|mail| mail.to == ben.email).collect();
    assert_eq!(to_ben.len(), 1, "one mail per person and fact");
    assert_eq!(to_ben[0].pictures, 2, "with every code in it");
    let calendar = to_ben[0].calendar.as_deref().expect("an invitation");
    let uid = format!("UID:{}@guestlist.example", booked["id"].as_str().unwrap());
    assert!(calendar.contains(&uid) && calendar.contains("METHOD:REQUEST") && calendar.contains("SEQUENCE:0"));
    assert_eq!(mails.iter().filter(|mail| mail.to == olga.email).count(), 1);
    assert_eq!(mails.len(), 2);

    // The page that the mail links to shows the ticket.
    let page = to_ben[0].link("/tickets/");
    let path = page.strip_prefix(world::BASE).expect("a link of ours");
    let shown = world.get(path, None).await.expect(200);
    assert!(shown.text().contains("<svg"), "the QR code is on the page");

    // Cem is too many for two, but one place is left.
    let path = format!("/api/events/{event}/bookings");
    let refused = world.post(&path, cem.token(), json!({ "party_size": 2 })).await.expect(409);
    assert_eq!((refused.str("/code").as_str(), &refused.json["places_left"]), ("sold_out", &json!(1)));
    let cems = world.book(&cem, &event, 1).await;
    assert_eq!(world.post(&path, cem.token(), json!({})).await.problem(409), "already_booked");
    world.new_mails().await;

    // Olga moves it: everybody is told once, with a higher sequence.
    let moved = json!({ "starts": "2026-11-28T20:00", "place": { "name": "Huxleys" } });
    world.patch(&format!("/api/events/{event}"), olga.token(), moved).await.expect(200);
    let mails = world.new_mails().await;
    assert_eq!(mails.len(), 2);
    assert!(mails.iter().all(|mail| mail.calendar.as_deref().unwrap().contains("SEQUENCE:1")));
    assert!(mails.iter().all(|mail| mail.text.contains("Huxleys") && mail.text.contains("20:00")));
    // A typo tells nobody.
    world
        .patch(&format!("/api/events/{event}"), olga.token(), json!({ "description": "A evening." }))
        .await
        .expect(200);
    assert!(world.new_mails().await.is_empty());

    // Cem cancels: the place is free at once, his calendar too.
    let booking = cems["id"].as_str().unwrap();
    world.post(&format!("/api/bookings/{booking}/cancel"), cem.token(), json!({})).await.expect(200);
    let mails = world.new_mails().await;
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, cem.email.as_str()));
    assert!(mails[0].calendar.as_deref().unwrap().contains("METHOD:CANCEL"));
    assert_eq!(world.get(&format!("/api/events/{event}"), None).await.json["places_left"], 1);

    // The day before and the hour before, Ben is reminded once each.
    world.advance_to("2026-11-27T18:59:00Z");
    world.tick().await;
    assert!(world.new_mails().await.is_empty(), "not yet");
    world.advance_to("2026-11-27T19:00:00Z");
    world.tick().await;
    world.tick().await;
    let mails = world.new_mails().await;
    assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [ben.email.as_str()]);
    assert!(mails[0].raw.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"));
    world.advance_to("2026-11-28T18:00:30Z");
    world.tick().await;
    assert_eq!(world.new_mails().await.len(), 1);

    // The door: a pass, a scan, the same ticket again, and the list.
    let olga = world.sign_in(&olga.email).await;
    let path = format!("/api/events/{event}/door-passes");
    let pass = world.post(&path, olga.token(), json!({ "door": "North" })).await.expect(201);
    let door = pass.str("/token");
    let ben = world.sign_in(&ben.email).await;
    let tickets = world.get("/api/me/tickets", ben.token()).await.expect(200);
    let token = tickets.str("/items/0/token");
    let path = format!("/api/events/{event}/check-ins");
    let scan = json!({ "scan": "scan-00000001", "token": token });
    let first = world.post(&path, Some(&door), scan.clone()).await.expect(200);
    assert_eq!(first.str("/outcome"), "admitted");
    assert_eq!(world.post(&path, Some(&door), scan).await.expect(200).json, first.json, "the same scan, sent again");
    let again = world.post(&path, Some(&door), json!({ "scan": "scan-00000002", "token": token })).await.expect(200);
    assert_eq!(again.str("/outcome"), "already_in");
    assert_eq!(again.json["admission"], first.json["admission"], "says when and where the first was");
    assert_eq!(again.str("/admission/door"), "North");
    let listed = tickets.str("/items/1/id");
    let by_name = json!({ "scan": "scan-00000003", "ticket": listed, "door": "South" });
    assert_eq!(world.post(&path, Some(&door), by_name).await.expect(200).str("/outcome"), "admitted");
    let attendance = world.get(&format!("/api/events/{event}/attendance"), Some(&door)).await.expect(200);
    assert_eq!((&attendance.json["booked"], &attendance.json["admitted"]), (&json!(2), &json!(2)));
    let undone = world.post(&format!("{path}/scan-00000003/undo"), Some(&door), json!({})).await.expect(200);
    assert!(undone.json["undone_at"].is_string());
    let attendance = world.get(&format!("/api/events/{event}/attendance"), Some(&door)).await.expect(200);
    assert_eq!(attendance.json["admitted"], 1);
}

#[tokio::test]
async fn a_cancelled_event_tells_everybody_once_and_admits_nobody() {
    let world = World::new().await;
    let olga = world.person("Olga").await;
    let ben = world.person("Ben").await;
    let event = world.event(&olga, json!({})).await;
    let booking = world.book(&ben, &event, 1).await;
    let token = world.get("/api/me/tickets", ben.token()).await.expect(200).str("/items/0/token");
    world.new_mails().await;

    let path = format!("/api/events/{event}/cancel");
    let body = json!({ "message": "The band is ill. We are sorry." });
    world.post(&path, olga.token(), body.clone()).await.expect(200);
    world.post(&path, olga.token(), body).await.expect(200);
    let mails = world.new_mails().await;
    assert_eq!((mails.len(), mails[0].to.as_str()), (1, ben.email.as_str()));
    assert!(mails[0].text.contains("The band is ill."));
    assert!(mails[0].calendar.as_deref().unwrap().contains("METHOD:CANCEL"));

    let path = format!("/api/bookings/{}", booking["id"].as_str().unwrap());
    assert_eq!(world.get(&path, ben.token()).await.expect(200).str("/state"), "cancelled");
    let path = format!("/api/events/{event}/bookings");
    assert_eq!(world.post(&path, ben.token(), json!({})).await.problem(409), "event_cancelled");
    let path = format!("/api/events/{event}/check-ins");
    let scan = world.post(&path, olga.token(), json!({ "scan": "scan-00000001", "token": token })).await.expect(200);
    assert_eq!((scan.str("/outcome"), scan.str("/reason")), ("refused".to_owned(), "event_cancelled".to_owned()));
    // No reminder for it either.
    world.advance(SignedDuration::from_hours(8 * 24));
    world.tick().await;
    assert!(world.new_mails().await.is_empty());
}

#[tokio::test]
async fn two_things_at_one_time_need_a_yes() {
    let world = World::new().await;
    let olga = world.person("Olga").await;
    let ben = world.person("Ben").await;
    let jazz = world.event(&olga, json!({})).await;
    let film =
        json!({ "name": "Solaris", "kind": "film_night", "starts": "2026-11-28T22:00", "ends": "2026-11-29T01:00" });
    let draft = world.draft(&olga, film.clone()).await;
    let publish = format!("/api/events/{draft}/publish");
    assert_eq!(world.post(&publish, olga.token(), json!({})).await.problem(409), "schedule_conflict");
    world.post(&publish, olga.token(), json!({ "allow_overlap": true })).await.expect(200);

    world.book(&ben, &jazz, 1).await;
    let path = format!("/api/events/{draft}/bookings");
    let clash = world.post(&path, ben.token(), json!({})).await.expect(409);
    assert_eq!((clash.str("/code").as_str(), clash.str("/event").as_str()), ("schedule_conflict", jazz.as_str()));
    world.post(&path, ben.token(), json!({ "allow_overlap": true })).await.expect(201);

    // A duplicate of one's own event, and capacities below what is confirmed, are refused.
    let twin = world.post("/api/events", olga.token(), testbed::stage::event(&film)).await.expect(409);
    assert_eq!((twin.str("/code").as_str(), twin.str("/event").as_str()), ("duplicate_event", draft.as_str()));
    world.book(&world.person("Cem").await, &jazz, 4).await;
    let cut = world.patch(&format!("/api/events/{jazz}"), olga.token(), json!({ "capacity": 4 })).await.expect(409);
    assert_eq!((cut.str("/code").as_str(), &cut.json["confirmed"]), ("capacity_below_confirmed", &json!(5)));
    world.patch(&format!("/api/events/{jazz}"), olga.token(), json!({ "capacity": 5 })).await.expect(200);
    let path = format!("/api/events/{jazz}/bookings");
    assert_eq!(world.post(&path, world.person("Dora").await.token(), json!({})).await.problem(409), "sold_out");
}

#[tokio::test]
async fn bad_input_is_refused_at_the_edge_with_every_field() {
    let world = World::new().await;
    let olga = world.person("Olga").await;
    let bad = json!({ "name": "", "zone": "Mars/Olympus", "capacity": "many", "starts": "tomorrow" });
    let refused = world.post("/api/events", olga.token(), testbed::stage::event(&bad)).await.expect(422);
    let pointers: Vec<&str> =
        refused.json["errors"].as_array().unwrap().iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers.len(), 4, "{pointers:?}");
    let cases = [
        (json!({ "ends": "2026-11-28T19:00" }), "/ends"),
        (json!({ "starts": "2026-11-19T19:00", "ends": "2026-11-19T20:00" }), "/starts"),
        (json!({ "starts": "2027-03-28T02:30", "ends": "2027-03-28T05:00" }), "/starts"),
        (json!({ "capacity": 0 }), "/capacity"),
        (json!({ "place": null }), "/place"),
        (json!({ "online_link": "javascript:alert(1)" }), "/online_link"),
    ];
    for (with, pointer) in cases {
        let refused = world.post("/api/events", olga.token(), testbed::stage::event(&with)).await.expect(422);
        assert_eq!(refused.str("/errors/0/pointer"), pointer, "{}", refused.text());
    }
    let own = world.draft(&olga, json!({ "name": "Solaris" })).await;
    let refused = world.patch(&format!("/api/events/{own}"), olga.token(), json!({ "name": null })).await.expect(422);
    assert_eq!(refused.str("/errors/0/pointer"), "/name", "a name can't be taken out");
    world.patch(&format!("/api/events/{own}"), olga.token(), json!({ "capacity": null })).await.expect(200);
    let newcomer = world.newcomer("Nora").await;
    let draft = world.draft(&newcomer, json!({})).await;
    let path = format!("/api/events/{draft}/publish");
    assert_eq!(world.post(&path, newcomer.token(), json!({})).await.problem(403), "email_unverified");
}

#[tokio::test]
async fn a_lost_update_is_refused() {
    let world = World::new().await;
    let olga = world.person("Olga").await;
    let event = world.event(&olga, json!({})).await;
    let path = format!("/api/events/{event}");
    let etag = world.get(&path, None).await.expect(200).header("etag").to_owned();
    let seen = [("if-match", etag.as_str())];
    let send = |name: &str| world.call_with("PATCH", &path, olga.token(), &seen, json!({ "name": name }));
    send("Jazz in the Hall").await.expect(200);
    assert_eq!(send("Jazz in the Cellar").await.problem(412), "changed_meanwhile");
    assert_eq!(world.get(&path, None).await.str("/name"), "Jazz in the Hall");
}

#[tokio::test]
async fn the_link_to_join_is_for_those_who_have_a_place() {
    let world = World::new().await;
    let olga = world.person("Olga").await;
    let ben = world.person("Ben").await;
    let link = "https://meet.example.org/room";
    let event = world.event(&olga, json!({ "place": null, "online_link": link })).await;
    let path = format!("/api/events/{event}");
    for reader in [None, ben.token()] {
        let view = world.get(&path, reader).await.expect(200);
        assert!(view.json["online"] == true && view.json.get("online_link").is_none());
    }
    let slug = world.get(&path, None).await.str("/slug");
    assert!(!world.get(&format!("/e/{slug}"), None).await.expect(200).text().contains(link));
    assert_eq!(world.get(&path, olga.token()).await.str("/online_link"), link);
    world.book(&ben, &event, 1).await;
    assert_eq!(world.get(&path, ben.token()).await.str("/online_link"), link);
}

#[tokio::test]
async fn a_form_of_another_site_signs_nobody_in() {
    let world = World::new().await;
    let olga = world.person("Olga").await;
    const FORM: &str = "application/x-www-form-urlencoded";
    let form = |media: &str, headers: &[(&str, &str)]| {
        let mut request = http::Request::post("/api/tokens").header("content-type", media);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = format!("email={}&password=a+long+enough+password&cookie=true", olga.email);
        request.body(bytes::Bytes::from(body)).unwrap()
    };
    for foreign in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site"), ("origin", "null")] {
        // However it is written: what is read as a form is a form.
        for media in [FORM, "Application/X-WWW-Form-Urlencoded", " application/x-www-form-urlencoded ; charset=utf-8"] {
            let refused = world.send(form(media, &[foreign])).await;
            assert!(refused.header("set-cookie").is_empty());
            assert_eq!(refused.problem(403), "foreign_form");
        }
    }
    world.send(form(FORM, &[("origin", world::BASE)])).await.expect(200);
}
