//! `cargo xtask new` on a copy of the tree.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod tree;

use tree::Tree;
use xtask::new;

#[test]
fn a_new_function_is_in_every_place_that_one_must_be_in() {
    let tree = Tree::copy();
    let next = new::function(tree.path(), "bookings/approve_booking", None).unwrap();
    assert!(next.iter().any(|line| line.contains("docs/ADDING_A_FUNCTION.md")), "{next:?}");

    let source = tree.read("functions/src/bookings/approve_booking.rs");
    assert!(source.contains("pub struct ApproveBooking {}") && source.contains("#[test]"), "{source}");
    let registry = tree.read("functions/src/lib.rs");
    let line = "        route::<bookings::approve_booking::ApproveBooking>(),\n";
    let at = registry.find(line).expect("a line in the registry");
    assert!(registry[..at].trim_end().lines().next_back().unwrap().contains("route::<bookings::"), "{registry}");
    let modules = tree.read("functions/src/bookings/mod.rs");
    assert!(modules.contains("pub mod approve_booking;\npub mod book_place;\n"), "{modules}");
    let sample: serde_json::Value = serde_json::from_str(&tree.read("events/bookings/approve_booking.json")).unwrap();
    assert_eq!(sample["routeKey"], "POST /api/bookings/approve-booking");
}

#[test]
fn a_route_that_is_said_is_in_source_and_sample() {
    let tree = Tree::copy();
    let route = "POST /api/events/{event}/bookings/{booking}/approve";
    new::function(tree.path(), "bookings/approve_booking", Some(route)).unwrap();
    let source = tree.read("functions/src/bookings/approve_booking.rs");
    assert!(source.contains(&format!("ROUTE: &str = \"{route}\";")), "{source}");
    assert!(source.contains("    /// Which event.\n    event: domain::ids::EventId,\n"), "{source}");
    let sample: serde_json::Value = serde_json::from_str(&tree.read("events/bookings/approve_booking.json")).unwrap();
    let path = "/api/events/{{event}}/bookings/{{booking}}/approve";
    assert_eq!(
        [&sample["routeKey"], &sample["rawPath"], &sample["requestContext"]["http"]["path"]],
        [route, path, path]
    );
    assert_eq!(sample["pathParameters"], serde_json::json!({ "event": "{{event}}", "booking": "{{booking}}" }));
    for bad in ["approve", "LOOK /api/events", "GET api/events"] {
        assert!(new::function(tree.path(), "bookings/reject_booking", Some(bad)).is_err(), "{bad}");
    }
}

#[test]
fn a_new_noun_gets_its_folder_and_its_place_in_the_registry() {
    let tree = Tree::copy();
    new::function(tree.path(), "films/list_films", None).unwrap();
    assert_eq!(tree.read("functions/src/films/mod.rs"), "//! Films.\n\npub mod list_films;\n");
    let registry = tree.read("functions/src/lib.rs");
    assert!(registry.contains("pub mod events;\npub mod films;\n"), "{registry}");
    assert!(
        registry.contains("        // films\n        route::<films::list_films::ListFilms>(),\n    ]\n"),
        "{registry}"
    );
    let sample: serde_json::Value = serde_json::from_str(&tree.read("events/films/list_films.json")).unwrap();
    assert_eq!((&sample["routeKey"], sample.get("body")), (&"GET /api/films/list-films".into(), None));
}

#[test]
fn a_schedule_ticks_as_often_as_it_is_told() {
    let tree = Tree::copy();
    new::function(tree.path(), "bookings/expire_offers", Some("every 5 minutes")).unwrap();
    let source = tree.read("functions/src/bookings/expire_offers.rs");
    assert!(source.contains("impl Schedule for ExpireOffers") && source.contains("from_secs(5 * 60);"), "{source}");
    let registry = tree.read("functions/src/lib.rs");
    assert!(registry.contains("        schedule::<bookings::expire_offers::ExpireOffers>(),\n"), "{registry}");
    let sample: serde_json::Value = serde_json::from_str(&tree.read("events/bookings/expire_offers.json")).unwrap();
    assert_eq!(sample["detail-type"], "Scheduled Event");
    assert!(new::function(tree.path(), "bookings/expire_other", Some("every 90 seconds")).is_err());
}

#[test]
fn a_consumer_gets_its_queue() {
    let tree = Tree::copy();
    let next = new::function(tree.path(), "deliveries/send_sms", Some("from text-messages")).unwrap();
    assert!(next.last().unwrap().contains("send(TEXT_MESSAGES)"), "{next:?}");
    let source = tree.read("functions/src/deliveries/send_sms.rs");
    assert!(source.contains("Source::Queue(TEXT_MESSAGES)"), "{source}");
    let registry = tree.read("functions/src/lib.rs");
    assert!(registry.contains("        consumer::<deliveries::send_sms::SendSms>(),\n"), "{registry}");
    let queues = tree.read("shared/kit/src/queues.rs");
    let line = "/// Text messages.\npub const TEXT_MESSAGES: Queue = Queue { name: \"text-messages\", ";
    assert!(queues.contains(line) && queues.contains("pub const UNPUBLISHED: Queue"), "{queues}");
    let kit = tree.read("shared/kit/src/lib.rs");
    assert!(kit.contains("pub use queues::{BOUNCES, FACTS, MAILS, Queue, TEXT_MESSAGES, UNPUBLISHED};"), "{kit}");
    let sample: serde_json::Value = serde_json::from_str(&tree.read("events/deliveries/send_sms.json")).unwrap();
    assert_eq!(sample["Records"][0]["eventSource"], "aws:sqs");
    // A queue has one consumer: two would take each other's messages.
    let why = new::function(tree.path(), "deliveries/send_post", Some("from mails")).unwrap_err();
    assert!(why.contains("send_email takes from mails already"), "{why}");
}

#[test]
fn what_exists_is_never_overwritten() {
    let tree = Tree::copy();
    let before = tree.read("functions/src/lib.rs");
    assert!(new::function(tree.path(), "bookings/book_place", None).unwrap_err().contains("already"));
    assert!(new::function(tree.path(), "bookings/../x_y", None).is_err());
    assert_eq!(tree.read("functions/src/lib.rs"), before);
}
