//! What the tests of the pages share: something to show, and what must hold for every page.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::html::Html;
use super::policy::{app_policy, page_policy, source_hash};
use domain::bookings::{Booking, State, Ticket};
use domain::checkins::Admission;
use domain::events::Event;
use jiff::Timestamp;
use serde_json::json;

/// A week before the event.
pub fn now() -> Timestamp {
    "2026-11-14T12:00:00Z".parse().unwrap()
}

/// A film night in Kathmandu.
pub fn event() -> Event {
    let moment = |wall: &str, instant: &str| json!({ "wall": wall, "zone": "Asia/Kathmandu", "instant": instant });
    let event = json!({
        "id": "evt_0000000000000000000000002A",
        "version": 3,
        "organizer": "usr_00000000000000000000000001",
        "organizer_name": "Ada Lovelace",
        "slug": "silent-film-night",
        "code": "7k2m9qx",
        "name": "Silent film night",
        "kind": "film_night",
        "description": "Three films from 1926, with *live* piano.\n\n## Bring\n\n- a cushion\n- [a friend](https://friends.example)",
        "starts": "2026-11-21T19:30",
        "ends": "2026-11-21T22:00",
        "zone": "Asia/Kathmandu",
        "place": { "name": "Kino Rodina", "address": "Durbar Marg 12, Kathmandu", "latitude": 27.7, "longitude": 85.3 },
        "online_link": null,
        "capacity": 15,
        "price": { "amount": 1250, "currency": "EUR" },
        "picture": null,
        "language": "en",
        "visibility": "public",
        "status": "published",
        "terms": 2,
        "moved_terms": 1,
        "sequence": 0,
        "pools": 1,
        "starts_at": moment("2026-11-21T19:30", "2026-11-21T13:45:00Z"),
        "ends_at": moment("2026-11-21T22:00", "2026-11-21T16:15:00Z"),
        "created_at": "2026-11-01T00:00:00Z",
        "published_at": "2026-11-01T00:00:00Z",
        "cancelled_at": null,
        "cancel_message": null,
    });
    serde_json::from_value(event).unwrap()
}

/// Three places at it.
pub fn booking() -> Booking {
    let ticket = |index: u8| Ticket { index, issue: 1, token: format!("TOKEN{index}"), admission: None };
    Booking {
        id: "bkg_00000000000000000000000007".parse().unwrap(),
        version: 1,
        event: event().id,
        user: "usr_00000000000000000000000002".parse().unwrap(),
        name: "Anna <b> Petrova".parse().unwrap(),
        state: State::Confirmed,
        since: now(),
        party_size: 3.try_into().unwrap(),
        places: vec![(0, 3)],
        terms: 2,
        starts: event().starts.instant,
        booked_at: now(),
        cancelled_by: None,
        tickets: (1..=3).map(ticket).collect(),
        resends: 0,
    }
}

/// The booking once one of its party came in, at 19:41 on the wall there.
pub fn admitted(mut booking: Booking, index: usize) -> Booking {
    booking.state = State::Attended;
    booking.tickets[index - 1].admission = Some(Admission {
        scan: "scan-0001".parse().unwrap(),
        at: "2026-11-21T13:56:00Z".parse().unwrap(),
        door: Some("Main door".parse().unwrap()),
    });
    booking
}

/// The opening tags of a page.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or(rest))
}

/// What is between the tags of every inline element that begins so.
fn inline<'a>(page: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    page.split(start).skip(1).map(|rest| rest.split(end).next().unwrap()).collect()
}

/// What a page may load, by how the tag begins: all of it is ours.
const LOADS: &[&str] = &[
    "img src=\"&#x2f;covers&#x2f;",
    "img src=\"&#x2f;pictures&#x2f;",
    "link rel=\"icon\" href=\"data:",
    "link rel=\"canonical\"",
    "link rel=\"preload\" href=\"/assets/fonts/",
    "link rel=\"manifest\" href=\"/manifest.webmanifest\"",
    "link rel=\"modulepreload\" href=\"/assets/event.js\"",
    "link rel=\"modulepreload\" href=\"/assets/words-",
    "link rel=\"stylesheet\" href=\"/assets/app.css\"",
    "script type=\"module\" src=\"/assets/app.js\"",
    "script type=\"application/json\" id=\"page-data\"",
    "script type=\"application/ld+json\"",
];

/// Holds for every page: its policy lets through exactly the style and script that are on it; nothing is loaded from
/// elsewhere; every field has a label and every language a name; no placeholder was left.
pub fn assert_sound(html: &Html) {
    let Html { page, policy, .. } = html;
    let styles = inline(page, "<style>", "</style>");
    assert_eq!(styles.len(), 1);
    let style = source_hash(styles[0]);
    let scripts = inline(page, "<script>", "</script>");
    if page.contains("<div id=\"app\">") {
        assert_eq!(*policy, app_policy("", &style));
        assert!(scripts.is_empty() && !page.contains("<form"));
    } else {
        assert!(!page.contains("/assets/app."), "the app runs on a page that isn't its own");
        match scripts.as_slice() {
            [] => assert_eq!(*policy, page_policy(&style, None)),
            [script] => assert_eq!(*policy, page_policy(&style, Some(&source_hash(script)))),
            more => panic!("{} scripts", more.len()),
        }
        assert_eq!(page.contains("<form"), !scripts.is_empty());
    }
    // The style and script are ours and hold `<` and `>` of their own.
    let mut body = page.replace(styles[0], "");
    for script in scripts {
        body = body.replace(script, "");
    }
    for tag in tags(&body) {
        // Outside of quotes there are only attributes.
        let attributes: String = tag.split('"').step_by(2).collect();
        assert!(![" style=", " on", "{"].iter().any(|no| attributes.contains(no)), "<{tag}>");
        assert!(!tag.contains("=\"javascript:"), "<{tag}>");
        let name = tag.split(' ').next().unwrap();
        let loads = ["img", "iframe", "link", "audio", "video", "object"].contains(&name) || tag.starts_with("script ");
        assert!(!loads || LOADS.iter().any(|start| tag.starts_with(start)), "<{tag}> loads something");
    }
    let named: Vec<&str> = inline(page, "<html lang=\"", "\"");
    assert!(named == ["en"] || named == ["ru"]);
    let inputs = tags(&body).filter(|tag| tag.starts_with("input") && !tag.contains("type=\"hidden\"")).count();
    assert_eq!(inputs, tags(&body).filter(|tag| tag.starts_with("label")).count(), "a label for every field");
    assert_eq!(body.matches("<h1").count(), 1);
    assert_eq!(body.matches("<main id=\"main\"").count(), 1);
    for placeholder in ["{{ words", "{%", "{#", "undefined", "TODO", ">None<", ">none<", "\"\" content"] {
        assert!(!body.contains(placeholder), "{placeholder} was left in {body}");
    }
}
