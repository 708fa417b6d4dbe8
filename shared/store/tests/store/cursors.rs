//! A cursor leads on in the list that gave it, and in no other.

use crate::lists::full_house;
use crate::sample::*;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::Record;
use domain::bookings::{Booking, State};
use serde_json::{Value, json};
use store::{Error, ListedFilter, Page};

#[track_caller]
fn refused<T: std::fmt::Debug>(page: store::Result<Page<T>>, what: &str) {
    assert!(matches!(page, Err(Error::Cursor)), "{what}: {page:?}");
}

fn opened(cursor: &str) -> Value {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap()
}

fn closed(position: &Value) -> String {
    URL_SAFE_NO_PAD.encode(position.to_string())
}

#[tokio::test]
async fn what_was_tampered_with_is_refused() {
    let desk = Desk::new().await;
    full_house(&desk).await;
    let list = async |cursor: &str| desk.store.bookings_at(event_id(1), 3, None, None, 10, Some(cursor)).await;
    let first = desk.store.bookings_at(event_id(1), 3, None, None, 10, None).await.unwrap();
    let good = first.cursor.unwrap();
    assert!(list(&good).await.is_ok());
    for bad in ["", "x", "AAAA", "not a cursor", &good[1..], &good[..good.len() - 4]] {
        refused(list(bad).await, bad);
    }
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut position = opened(&good);
        change(&mut position);
        closed(&position)
    };
    type Tamper<'a> = &'a dyn Fn(&mut Value);
    let cases: [(&str, Tamper<'_>); 8] = [
        ("a pool that isn't there", &|p| p["p"] = json!("3")),
        ("no pool at all", &|p| p["p"] = json!("first")),
        ("keys of another pool", &|p| p["p"] = json!("1")),
        ("another event's keys", &|p| p["k"]["event_pool"] = json!("evt_00000000000000000000000002#0")),
        ("a key too few", &|p| drop(p["k"].as_object_mut().unwrap().remove("sk"))),
        ("a key too many", &|p| p["k"]["more"] = json!("x")),
        ("an empty key", &|p| p["k"]["pk"] = json!("")),
        ("no text", &|p| p["k"]["pk"] = json!(7)),
    ];
    for (what, change) in cases {
        refused(list(&changed(change)).await, what);
    }
}

#[tokio::test]
async fn the_cursor_of_another_list_is_refused() {
    let desk = Desk::new().await;
    let (_, bookings) = full_house(&desk).await;
    let store = &desk.store;
    // The same person at many events, and many events of one organizer.
    let ada = bookings.iter().cloned().map(|booking| Record::Booking(Booking { user: user_id(5), ..booking }));
    desk.put(ada).await;
    desk.put((10..40).map(|number| Record::Event(event(number, "2026-12-24T19:30")))).await;
    let filter = ListedFilter::default();
    let (from, to) = (now(), Some(at("2026-12-31T00:00:00Z")));
    let of_event = async |cursor: Option<&str>| store.bookings_at(event_id(1), 3, None, None, 5, cursor).await;
    let of_state =
        async |cursor: Option<&str>| store.bookings_at(event_id(1), 3, Some(State::Confirmed), None, 5, cursor).await;
    let of_user = async |cursor: Option<&str>| store.bookings_of(user_id(5), 5, cursor).await;
    let listed = async |cursor: Option<&str>| store.listed_events(from, to, &filter, 5, cursor).await;
    let own = async |cursor: Option<&str>| store.own_events(user_id(1), None, None, None, 5, cursor).await;
    let event_cursor = of_event(None).await.unwrap().cursor.unwrap();
    let user_cursor = of_user(None).await.unwrap().cursor.unwrap();
    let mut listed_cursor = None;
    while listed_cursor.as_ref().is_none_or(|cursor: &String| opened(cursor)["k"].is_null()) {
        listed_cursor = listed(listed_cursor.as_deref()).await.unwrap().cursor;
    }
    let listed_cursor = listed_cursor.unwrap();
    let own_cursor = own(None).await.unwrap().cursor.unwrap();
    for cursor in [&user_cursor, &listed_cursor, &own_cursor] {
        refused(of_event(Some(cursor)).await, "bookings of an event");
    }
    for cursor in [&event_cursor, &listed_cursor, &own_cursor] {
        refused(of_user(Some(cursor)).await, "bookings of a user");
    }
    for cursor in [&event_cursor, &user_cursor, &own_cursor] {
        refused(listed(Some(cursor)).await, "listed events");
    }
    for cursor in [&event_cursor, &user_cursor, &listed_cursor] {
        refused(own(Some(cursor)).await, "own events");
    }
    refused(store.bookings_of(user_id(6), 5, Some(&user_cursor)).await, "bookings of another user");
    refused(store.own_events(user_id(6), None, None, None, 5, Some(&own_cursor)).await, "another's events");
    refused(store.bookings_at(event_id(2), 3, None, None, 5, Some(&event_cursor)).await, "another event's bookings");
    // Attended come before confirmed: a cursor among them lies outside of the list of those confirmed.
    refused(of_state(Some(&event_cursor)).await, "bookings of one state");
    refused(
        store.listed_events(from, Some(at("2026-12-01T00:00:00Z")), &filter, 5, Some(&listed_cursor)).await,
        "an earlier end",
    );
}
