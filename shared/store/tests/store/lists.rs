//! Lists: what is on them, in which order, and that paging gives each once.

use crate::sample::*;
use domain::Record;
use domain::announcements::Announcement;
use domain::bookings::{Booking, State};
use domain::checkins::{Outcome, Scan};
use domain::events::{Event, Status, Visibility};
use domain::ids::{AnnouncementId, EventId, Identifier};
use domain::reminders::{Reminder, ReminderKind, ReminderState};
use domain::text::fold;
use std::collections::BTreeSet;
use store::{ListedFilter, Page};

/// Turns the pages of a list to its end: what is on them, and the cursors in between.
pub async fn all<T, F: Future<Output = store::Result<Page<T>>>>(
    mut page: impl FnMut(Option<String>) -> F,
) -> (Vec<T>, Vec<String>) {
    let (mut items, mut cursors) = (Vec::new(), Vec::new());
    loop {
        let turned = page(cursors.last().cloned()).await.unwrap();
        items.extend(turned.items);
        match turned.cursor {
            Some(cursor) => cursors.push(cursor),
            None => return (items, cursors),
        }
        assert!(cursors.len() < 500, "the list doesn't end");
    }
}

/// 250 bookings in three pools, of three states.
pub async fn full_house(desk: &Desk) -> (Event, Vec<Booking>) {
    let event = Event { pools: 3, ..event(1, "2026-12-24T19:30") };
    let states = [State::Confirmed, State::Attended, State::Cancelled];
    let bookings: Vec<Booking> = (0..250)
        .map(|number| Booking {
            state: states[usize::try_from(number % 5).unwrap().min(2)],
            places: vec![(u8::try_from(number % 3).unwrap(), 1)],
            ..booking(number, &event, if number % 10 == 0 { "Ångström Ödön" } else { "Ada Lovelace" })
        })
        .collect();
    desk.put([Record::Event(event.clone())]).await;
    desk.put(bookings.iter().cloned().map(Record::Booking)).await;
    (event, bookings)
}

fn ids(bookings: &[Booking]) -> BTreeSet<String> {
    bookings.iter().map(|booking| booking.id.to_string()).collect()
}

#[tokio::test]
async fn an_event_s_bookings_come_each_once_pool_by_pool() {
    let desk = Desk::new().await;
    let (event, bookings) = full_house(&desk).await;
    for limit in [1_000, 100, 17] {
        let (found, _) = all(|cursor| {
            let desk = &desk;
            async move { desk.store.bookings_at(event_id(1), 3, None, None, limit, cursor.as_deref()).await }
        })
        .await;
        assert_eq!((found.len(), ids(&found)), (250, ids(&bookings)));
        let order: Vec<_> = found.iter().map(|b| (b.home_pool(), b.state.word(), b.since)).collect();
        assert!(order.is_sorted(), "pool by pool, by state and time");
    }
    assert_eq!(event.pools, 3);
}

#[tokio::test]
async fn an_event_s_bookings_of_one_state_or_of_a_name() {
    let desk = Desk::new().await;
    let (_, bookings) = full_house(&desk).await;
    let store = &desk.store;
    for (state, name) in [
        (Some(State::Confirmed), None),
        (None, Some(fold("ångström"))),
        (None, Some(fold("ANGSTROM O"))),
        (Some(State::Attended), Some(fold("ada"))),
        (Some(State::NoShow), None),
        (None, Some(fold("lovelace"))),
    ] {
        let wanted: Vec<Booking> = bookings
            .iter()
            .filter(|b| state.is_none_or(|state| b.state == state))
            .filter(|b| name.as_ref().is_none_or(|name| b.name.folded().starts_with(name)))
            .cloned()
            .collect();
        for limit in [1_000, 7] {
            let (found, _) = all(|cursor| {
                let name = name.clone();
                async move {
                    let page =
                        store.bookings_at(event_id(1), 3, state, name.as_deref(), limit, cursor.as_deref()).await?;
                    assert!(page.items.len() <= usize::try_from(limit).unwrap(), "no more than fit the page");
                    Ok(page)
                }
            })
            .await;
            assert_eq!((found.len(), ids(&found)), (wanted.len(), ids(&wanted)), "{state:?} {name:?} by {limit}");
        }
    }
}

#[tokio::test]
async fn empty_pools_cost_a_short_page_and_not_the_rest() {
    let desk = Desk::new().await;
    let event = Event { pools: 64, ..event(1, "2026-12-24T19:30") };
    let last = Booking { places: vec![(63, 1)], ..booking(1, &event, "Ada") };
    desk.put([Record::Booking(last.clone())]).await;
    let (found, cursors) = all(|cursor| {
        let desk = &desk;
        async move { desk.store.bookings_at(event_id(1), 64, None, None, 50, cursor.as_deref()).await }
    })
    .await;
    assert_eq!((found, cursors.len()), (vec![last], 12), "five queries a page");
}

#[tokio::test]
async fn one_s_own_bookings_come_by_start_the_latest_first() {
    let desk = Desk::new().await;
    let event = event(1, "2026-12-24T19:30");
    let mine = (0..250).map(|number| Booking {
        user: user_id(5),
        // Some at the same time.
        starts: now() + hours(i64::try_from(number / 2).unwrap()),
        ..booking(number, &event, "Ada")
    });
    desk.put(mine.map(Record::Booking)).await;
    desk.put([Record::Booking(booking(900, &event, "Somebody else"))]).await;
    let (found, _) = all(|cursor| {
        let desk = &desk;
        async move { desk.store.bookings_of(user_id(5), 17, cursor.as_deref()).await }
    })
    .await;
    assert_eq!((found.len(), ids(&found).len()), (250, 250));
    assert!(found.iter().all(|booking| booking.user == user_id(5)));
    assert!(found.is_sorted_by_key(|booking| std::cmp::Reverse(booking.starts)));
}

#[tokio::test]
async fn scans_and_announcements_come_newest_first() {
    let desk = Desk::new().await;
    let scan = |number: i64, event: EventId| Scan {
        id: format!("scan-{number:08}").parse().unwrap(),
        event,
        ticket: None,
        name: None,
        party_size: None,
        at: now() + hours(number / 2),
        received_at: now(),
        door: None,
        outcome: Outcome::Refused,
        shown_offline: None,
        reason: None,
        admission: None,
        undone_at: None,
        version: 1,
    };
    let told = |number: i64, event: EventId| Announcement {
        id: AnnouncementId::from_ulid(u128::try_from(number).unwrap()),
        event,
        subject: text("News"),
        body: text("New."),
        announced_at: now(),
    };
    desk.put((0..250).map(|number| Record::Scan(scan(number, event_id(1))))).await;
    desk.put((0..250).map(|number| Record::Announcement(told(number, event_id(1))))).await;
    // What stands under the same event but is no announcement, and other events.
    let starts = event(1, "2026-12-24T19:30").starts.instant;
    let (kind, state) = (ReminderKind::HourBefore, ReminderState::Planned);
    desk.put([
        Record::Event(event(1, "2026-12-24T19:30")),
        Record::Reminder(Reminder { event: event_id(1), kind, due: starts, starts, state }),
        Record::Scan(scan(1, event_id(2))),
        Record::Announcement(told(1, event_id(2))),
    ])
    .await;
    let (scans, _) = all(|cursor| {
        let desk = &desk;
        async move { desk.store.scans(event_id(1), 17, cursor.as_deref()).await }
    })
    .await;
    let unique: BTreeSet<String> = scans.iter().map(|scan| scan.id.to_string()).collect();
    assert_eq!((scans.len(), unique.len()), (250, 250));
    assert!(scans.is_sorted_by_key(|scan| std::cmp::Reverse(scan.at)));
    let (news, _) = all(|cursor| {
        let desk = &desk;
        async move { desk.store.announcements(event_id(1), 17, cursor.as_deref()).await }
    })
    .await;
    assert_eq!(news.len(), 250);
    assert!(news.is_sorted_by(|a, b| a.id > b.id));
}

#[tokio::test]
async fn one_s_own_events_by_start_time_and_status() {
    let desk = Desk::new().await;
    let store = &desk.store;
    let statuses = [Status::Draft, Status::Published, Status::Cancelled];
    let events: Vec<Event> = (0..250u128)
        .map(|number| Event {
            status: statuses[usize::try_from(number % 3).unwrap()],
            ..event(number, &format!("2026-12-{:02}T{:02}:00", 1 + number / 24, number % 24))
        })
        .collect();
    desk.put(events.iter().cloned().map(Record::Event)).await;
    desk.put([Record::Event(Event { organizer: user_id(2), ..event(900, "2026-12-02T00:00") })]).await;
    let (from, to) = (at("2026-12-03T05:00:00Z"), at("2026-12-08T05:00:00Z"));
    for (from, to, status) in [
        (None, None, None),
        (Some(from), None, None),
        (None, Some(to), Some(Status::Draft)),
        (Some(from), Some(to), Some(Status::Published)),
        (None, None, Some(Status::Cancelled)),
    ] {
        let wanted: Vec<EventId> = events
            .iter()
            .filter(|event| from.is_none_or(|from| event.starts.instant >= from))
            .filter(|event| to.is_none_or(|to| event.starts.instant < to))
            .filter(|event| status.is_none_or(|status| event.status == status))
            .map(|event| event.id)
            .collect();
        let (found, _) =
            all(|cursor| async move { store.own_events(user_id(1), from, to, status, 17, cursor.as_deref()).await })
                .await;
        assert_eq!(found.iter().map(|event| event.id).collect::<Vec<_>>(), wanted, "{from:?} {to:?} {status:?}");
    }
}

#[tokio::test]
async fn listed_events_run_across_days_and_through_filters() {
    let desk = Desk::new().await;
    let store = &desk.store;
    let events: Vec<Event> = (0..250u128)
        .map(|number| {
            let mut event = event(number, &format!("2026-12-{:02}T{:02}:00", 1 + number / 12, (number * 7) % 24));
            event.details.price =
                (number % 2 == 0).then(|| serde_json::from_str(r#"{"amount": 1250, "currency": "EUR"}"#).unwrap());
            if number % 3 == 0 {
                event.details.place = None;
                event.details.online_link = Some(text("https://meet.example.org/x"));
            }
            match number % 7 {
                0 => event.status = Status::Draft,
                1 => event.status = Status::Cancelled,
                2 => event.details.visibility = Visibility::Unlisted,
                _ => {}
            }
            event
        })
        .collect();
    desk.put(events.iter().cloned().map(Record::Event)).await;
    let (first, last) = (at("2026-11-20T12:00:00Z"), at("2026-12-30T00:00:00Z"));
    let (noon, other_noon) = (at("2026-12-04T12:00:00Z"), at("2026-12-09T12:00:00Z"));
    for (from, to, priced, online) in [
        (first, Some(last), None, None),
        (first, None, None, None),
        (noon, Some(other_noon), None, None),
        (noon, Some(last), Some(true), None),
        (first, Some(last), Some(false), None),
        (first, Some(last), None, Some(true)),
        (first, Some(last), None, Some(false)),
        (first, Some(last), Some(true), Some(true)),
        (first, Some(last), Some(true), Some(false)),
        (first, Some(last), Some(false), Some(true)),
        (first, Some(last), Some(false), Some(false)),
    ] {
        let filter = ListedFilter { priced, online };
        let mut wanted: Vec<&Event> = events
            .iter()
            .filter(|event| event.is_listed())
            .filter(|event| from <= event.starts.instant && to.is_none_or(|to| event.starts.instant < to))
            .filter(|event| priced.is_none_or(|priced| priced == event.details.price.is_some()))
            .filter(|event| online.is_none_or(|online| online == event.details.place.is_none()))
            .collect();
        wanted.sort_by_key(|event| (event.starts.instant, event.id));
        let (found, _) = all(|cursor| {
            let filter = &filter;
            async move { store.listed_events(from, to, filter, 17, cursor.as_deref()).await }
        })
        .await;
        assert_eq!(
            found.iter().map(|event| event.id).collect::<Vec<_>>(),
            wanted.iter().map(|event| event.id).collect::<Vec<_>>(),
            "{from} {to:?} {filter:?}"
        );
    }
}

/// `from` is the present unless somebody says otherwise, so it is later on the second page than it was on the first.
#[tokio::test]
async fn the_present_may_pass_a_cursor() {
    let desk = Desk::new().await;
    desk.put(
        (0..48).map(|number| {
            Record::Event(event(number, &format!("2026-12-{:02}T{:02}:00", 1 + number / 24, number % 24)))
        }),
    )
    .await;
    let filter = ListedFilter::default();
    let list = async |from: &str, cursor: Option<&str>| {
        let page = desk.store.listed_events(at(from), Some(at("2026-12-05T00:00:00Z")), &filter, 10, cursor).await;
        let page = page.unwrap();
        (page.items.iter().map(|event| event.id.ulid()).collect::<Vec<_>>(), page.cursor)
    };
    let (first, cursor) = list("2026-12-01T00:00:00Z", None).await;
    assert_eq!(first, (0..10).collect::<Vec<u128>>());
    assert_eq!(list("2026-12-01T09:00:00Z", cursor.as_deref()).await.0, (10..20).collect::<Vec<u128>>());
    // Two more have begun since: the list goes on with what is still ahead.
    assert_eq!(list("2026-12-01T11:30:00Z", cursor.as_deref()).await.0, (12..22).collect::<Vec<u128>>());
    // A day has passed since.
    assert_eq!(list("2026-12-02T01:30:00Z", cursor.as_deref()).await.0, (26..36).collect::<Vec<u128>>());
}

#[tokio::test]
async fn reminders_are_due_by_kind_and_hour() {
    let desk = Desk::new().await;
    let kind = ReminderKind::DayBefore;
    let reminder = |number: u128, due: &str| Reminder {
        event: event_id(number),
        kind,
        due: at(due),
        starts: at(due) + hours(24),
        state: ReminderState::Planned,
    };
    let planned = [
        reminder(1, "2026-11-20T04:59:59.999Z"),
        reminder(2, "2026-11-20T05:00:00Z"),
        reminder(3, "2026-11-20T11:59:59Z"),
        reminder(4, "2026-11-20T12:00:00Z"),
        reminder(5, "2026-11-20T12:00:00.001Z"),
        reminder(6, "2026-11-20T12:59:00Z"),
    ];
    desk.put(planned.clone().map(Record::Reminder)).await;
    let other = Reminder { kind: ReminderKind::HourBefore, ..reminder(7, "2026-11-20T12:00:00Z") };
    let fired = Reminder { state: ReminderState::Fired, ..reminder(8, "2026-11-20T12:00:00Z") };
    let dropped = Reminder { state: ReminderState::Dropped, ..reminder(9, "2026-11-20T12:00:00Z") };
    desk.put([other.clone(), fired, dropped].map(Record::Reminder)).await;
    let due = async |kind, hours_back| {
        let due = desk.store.due_reminders(kind, now(), hours_back).await.unwrap();
        due.iter().map(|reminder| reminder.event.ulid()).collect::<Vec<_>>()
    };
    assert_eq!(due(kind, 0).await, [4]);
    assert_eq!(due(kind, 1).await, [3, 4]);
    assert_eq!(due(kind, 7).await, [2, 3, 4], "seven hours back, and no further than the hour's beginning");
    assert_eq!(due(ReminderKind::HourBefore, 2).await, [7]);
    // One hour with more of them than a page holds.
    desk.put((100..350).map(|number| Record::Reminder(reminder(number, "2026-11-20T12:00:00Z")))).await;
    assert_eq!(due(kind, 0).await.len(), 251);
}

#[tokio::test]
async fn a_batch_gives_what_is_there() {
    let desk = Desk::new().await;
    desk.put((0..250).map(|number| Record::Event(event(number, "2026-12-24T19:30")))).await;
    // More than one call takes, some of them twice, some that aren't there.
    let wanted: Vec<EventId> = (100..300).chain(100..110).map(event_id).collect();
    let found = desk.store.events(&wanted).await.unwrap();
    let unique: BTreeSet<EventId> = found.iter().map(|event| event.id).collect();
    assert_eq!((found.len(), unique), (150, (100..250).map(event_id).collect()));
    assert_eq!(desk.store.events(&[]).await.unwrap(), []);
}
