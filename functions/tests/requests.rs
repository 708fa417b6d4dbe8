//! Requests in general: methods that no function declares, fields that are missing, and what is at the ends of what can be sent.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use bytes::Bytes;
use domain::text::Description;
use kit::Kind;
use serde_json::json;
use world::World;
use world::fixtures::again;

/// Messengers ask for the head of a page before they show a card for its link.
#[tokio::test]
async fn a_head_is_a_get_without_its_body() {
    let f = World::fixture().await;
    let paths =
        [format!("/e/{}", f.slug), format!("/s/{}", f.short_code), format!("/api/events/{}", f.event), "/e/x".into()];
    for path in paths {
        let got = f.world.get(&path, None).await;
        let head = http::Request::head(path.as_str()).body(Bytes::new()).unwrap();
        let mut head = f.world.send(head).await;
        assert_eq!((head.status, head.bytes.len()), (got.status, 0), "{path}");
        assert_eq!(head.header("content-length"), got.bytes.len().to_string(), "{path}");
        let mut wanted = got.headers.clone();
        for own in ["content-length", "x-request-id"] {
            drop((head.headers.remove(own), wanted.remove(own)));
        }
        assert_eq!(head.headers, wanted, "{path}");
    }
}

#[tokio::test]
async fn a_method_that_an_address_does_not_take_is_told_those_that_it_does() {
    let f = World::fixture().await;
    let allowed = async |method: &str, path: &str| {
        let request = http::Request::builder().method(method).uri(path).body(Bytes::new()).unwrap();
        let reply = f.world.send(request).await.expect(405);
        reply.header("allow").to_owned()
    };
    assert_eq!(allowed("DELETE", "/api/events").await, "GET, HEAD, POST");
    assert_eq!(allowed("HEAD", "/api/tokens").await, "POST");
    let nowhere = http::Request::head("/api/nowhere").body(Bytes::new()).unwrap();
    assert_eq!(f.world.send(nowhere).await.status, 404);
}

#[tokio::test]
async fn all_fields_that_are_missing_are_named_at_once() {
    let f = World::fixture().await;
    let mut several = 0;
    for function in pictures::every() {
        let Kind::Route { needed, .. } = function.kind else { continue };
        if needed.is_empty() {
            continue;
        }
        several += 1;
        let mut request = again(&f.request(function).await);
        *request.body_mut() = Bytes::from_static(b"{}");
        let refused = f.world.send(request).await.expect(422);
        let pointers: Vec<String> = (0..needed.len()).map(|at| refused.str(&format!("/errors/{at}/pointer"))).collect();
        let mut wanted: Vec<String> = needed.iter().map(|field| format!("/{field}")).collect();
        wanted.sort_by_key(|field| pointers.iter().position(|pointer| pointer == field));
        assert_eq!(pointers, wanted, "{}", function.name);
    }
    assert!(several >= 7, "{several} routes need several fields");
}

#[tokio::test]
async fn lists_of_any_time_are_answered() {
    let f = World::fixture().await;
    let times = [
        "-009999-01-02T01:59:59Z",
        "-000044-03-15T12:00:00Z",
        "0001-01-01T00:00:00Z",
        "2026-11-20T12:00:00Z",
        "9998-12-31T00:00:00Z",
        "9999-07-01T00:00:00Z",
        "9999-12-30T00:00:00Z",
        "9999-12-30T22:00:00.999999999Z",
    ];
    for list in ["/api/events", "/api/me/events"] {
        for (at, from) in times.iter().enumerate() {
            for (until, to) in times.iter().enumerate() {
                let reply = f.world.get(&format!("{list}?from={from}&to={to}"), f.organizer.token()).await.expect(200);
                let found = reply.json["items"].as_array().unwrap().len();
                assert_eq!(found > 0, at <= 3 && until > 3, "{list} from {from} to {to}");
            }
            let mut path = format!("{list}?from={from}");
            // To the last page, where there are several.
            while let Some(cursor) = f.world.get(&path, f.organizer.token()).await.expect(200).json["cursor"].as_str() {
                path = format!("{list}?from={from}&cursor={cursor}");
            }
            f.world.get(&format!("{list}?to={from}"), f.organizer.token()).await.expect(200);
        }
    }
}

/// Some marks become many times as much HTML; with an `Idempotency-Key` that is stored, in an item of 400 KB at most.
#[tokio::test]
async fn the_longest_descriptions_are_taken_and_stay_out_of_lists() {
    let world = World::new().await;
    let olga = world.settle("Olga", true).await;
    let fill = |start: &str, mark: &str| start.chars().chain(mark.chars().cycle()).take(20_000).collect::<String>();
    let definition = format!("[a]: https://example.org/{}\n\n", "&".repeat(900));
    let long = [fill("", ">"), fill("", "Я"), fill("", "&"), fill("", "-\n"), fill(&definition, "[a]")];
    for (at, description) in long.iter().enumerate() {
        let kept: Description = description.parse().unwrap();
        let day = format!("2026-12-{:02}", at + 1);
        let wanted = json!({
            "name": format!("Long {at}"), "description": description, "kind": "concert",
            "starts": format!("{day}T10:00"), "ends": format!("{day}T11:00"), "zone": "Europe/Berlin",
            "place": { "name": "Volkspark" }, "language": "en",
        });
        let key = format!("long-text-{at}");
        let headers = [("idempotency-key", key.as_str())];
        let made = world.call_with("POST", "/api/events", olga.token(), &headers, wanted.clone()).await.expect(201);
        assert_eq!(made.str("/description"), kept.as_str());
        let again = world.call_with("POST", "/api/events", olga.token(), &headers, wanted).await;
        assert_eq!(again.expect(201).json, made.json, "the same is answered again");
        let path = format!("/api/events/{}", made.str("/id"));
        world.post(&format!("{path}/publish"), olga.token(), json!({})).await.expect(200);
        assert_eq!(world.get(&path, None).await.expect(200).str("/description_html"), made.str("/description_html"));
    }
    for list in ["/api/events", "/api/me/events"] {
        let reply = world.get(list, olga.token()).await.expect(200);
        assert_eq!(reply.json["items"].as_array().unwrap().len(), long.len());
        assert!(reply.bytes.len() < 10_000, "{list} is of {} bytes", reply.bytes.len());
    }
}

/// Each is mailed to every guest.
#[tokio::test]
async fn who_announces_without_end_has_to_wait() {
    let f = World::fixture().await;
    let path = format!("/api/events/{}/announcements", f.event);
    let news = json!({ "subject": "Rain", "body": "Bring an umbrella." });
    // Others are refused, and take nothing from the organizer.
    for _ in 0..10 {
        f.world.post(&path, f.guest.token(), news.clone()).await.expect(403);
    }
    let mut told = 0;
    let refused = loop {
        let reply = f.world.post(&path, f.organizer.token(), news.clone()).await;
        if reply.status != 201 {
            break reply;
        }
        told += 1;
        assert!(told <= 10, "it goes on");
    };
    assert_eq!(told, 10);
    let wait: i64 = refused.header("retry-after").parse().unwrap();
    assert_eq!(refused.problem(429), "too_many_requests");
    f.world.advance(jiff::SignedDuration::from_secs(wait));
    let organizer = f.world.sign_in(&f.organizer.email).await;
    f.world.post(&path, organizer.token(), news).await.expect(201);
}
