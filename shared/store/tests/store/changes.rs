//! Every change's condition: it happens where it holds, and nothing happens where it doesn't.

use crate::sample::*;
use domain::accounts::{EmailClaim, User};
use domain::bookings::Calendar;
use domain::reminders::{Reminder, ReminderKind, ReminderState};
use domain::{Change, Record};

fn versioned(version: u64, name: &str) -> User {
    User { version, name: text(name), ..user(7) }
}

fn name_of(user: Option<User>) -> Option<(u64, String)> {
    user.map(|user| (user.version, user.name.to_string()))
}

#[tokio::test]
async fn nothing_is_no_change() {
    Desk::new().await.store.commit(&[], None).await.unwrap();
}

#[tokio::test]
async fn an_insert_finds_its_key_free() {
    let desk = Desk::new().await;
    let claim = |user| {
        Record::EmailClaim(EmailClaim { email: "ada@example.org".to_owned(), user: user_id(user), contested: false })
    };
    desk.done(Change::Insert(claim(1))).await;
    desk.overtaken(Change::Insert(claim(2))).await;
    assert_eq!(desk.store.email_claim("ada@example.org").await.unwrap().unwrap().user, user_id(1));
}

#[tokio::test]
async fn a_replacement_knows_the_version_before_it() {
    let desk = Desk::new().await;
    let replace = |version, name| Change::Replace(Record::User(versioned(version, name)));
    desk.overtaken(replace(2, "Nobody")).await;
    desk.done(replace(1, "First")).await;
    desk.overtaken(replace(1, "Late")).await;
    desk.overtaken(replace(3, "Early")).await;
    desk.done(replace(2, "Second")).await;
    desk.overtaken(replace(2, "Late")).await;
    let stored = desk.store.user(user_id(7)).await.unwrap();
    assert_eq!(name_of(stored), Some((2, "Second".to_owned())));
}

#[tokio::test]
async fn a_calendar_begins_at_version_one() {
    let desk = Desk::new().await;
    let calendar = |version| Record::Calendar(Calendar { version, ..Calendar::empty(user_id(1)) });
    assert_eq!(desk.store.calendar(user_id(1)).await.unwrap().version, 0, "empty where there is none");
    desk.done(Change::Replace(calendar(1))).await;
    desk.overtaken(Change::Replace(calendar(1))).await;
    desk.done(Change::Replace(calendar(2))).await;
    assert_eq!(desk.store.calendar(user_id(1)).await.unwrap().version, 2);
}

#[tokio::test]
async fn a_put_asks_for_nothing() {
    let desk = Desk::new().await;
    for name in ["First", "Second"] {
        desk.done(Change::Put(Record::User(versioned(9, name)))).await;
    }
    assert_eq!(name_of(desk.store.user(user_id(7)).await.unwrap()), Some((9, "Second".to_owned())));
}

#[tokio::test]
async fn a_removal_may_ask_for_the_version_that_was_seen() {
    let desk = Desk::new().await;
    let gone = || Record::User(user(7));
    desk.done(Change::Remove(gone())).await;
    desk.overtaken(Change::RemoveSeen { record: gone(), seen: 1 }).await;
    desk.done(Change::Put(Record::User(versioned(2, "Ada")))).await;
    desk.overtaken(Change::RemoveSeen { record: gone(), seen: 1 }).await;
    assert!(desk.store.user(user_id(7)).await.unwrap().is_some());
    desk.done(Change::RemoveSeen { record: gone(), seen: 2 }).await;
    assert_eq!(desk.store.user(user_id(7)).await.unwrap(), None);
    desk.done(Change::Put(Record::User(versioned(2, "Ada")))).await;
    desk.done(Change::Remove(gone())).await;
    assert_eq!(desk.store.user(user_id(7)).await.unwrap(), None);
}

#[tokio::test]
async fn a_reminder_ticks_once_and_for_its_start_only() {
    let desk = Desk::new().await;
    let (kind, due, starts) = (ReminderKind::HourBefore, at("2026-11-21T18:00:00Z"), at("2026-11-21T19:00:00Z"));
    let reminder = |state, starts| Reminder { event: event_id(1), kind, due, starts, state };
    desk.overtaken(Change::Tick(reminder(ReminderState::Fired, starts))).await;
    desk.done(Change::Put(Record::Reminder(reminder(ReminderState::Planned, starts)))).await;
    desk.overtaken(Change::Tick(reminder(ReminderState::Fired, starts + hours(1)))).await;
    assert_eq!(desk.store.due_reminders(kind, due, 0).await.unwrap().len(), 1);
    desk.done(Change::Tick(reminder(ReminderState::Fired, starts))).await;
    desk.overtaken(Change::Tick(reminder(ReminderState::Fired, starts))).await;
    desk.overtaken(Change::Tick(reminder(ReminderState::Dropped, starts))).await;
    assert_eq!(desk.store.due_reminders(kind, due, 0).await.unwrap(), [], "what has fired isn't due any more");
    desk.done(Change::Put(Record::Reminder(reminder(ReminderState::Dropped, starts)))).await;
    desk.overtaken(Change::Tick(reminder(ReminderState::Fired, starts))).await;
}

#[tokio::test]
async fn an_address_is_verified_of_somebody_who_is_there() {
    let desk = Desk::new().await;
    desk.overtaken(Change::VerifyAddress { user: user_id(7), at: now() }).await;
    assert_eq!(desk.store.user(user_id(7)).await.unwrap(), None, "an update makes nobody");
    desk.put([Record::User(user(7))]).await;
    desk.done(Change::VerifyAddress { user: user_id(7), at: now() }).await;
    let stored = desk.store.user(user_id(7)).await.unwrap().unwrap();
    assert_eq!((stored.email_verified_at, stored.version), (Some(now()), 2));
}

#[tokio::test]
async fn a_password_is_reset_of_somebody_who_is_there_ends_their_log_ins_and_verifies_them() {
    let desk = Desk::new().await;
    let later = now() + hours(1);
    let change = || Change::ResetPassword { user: user_id(7), hash: "other".to_owned(), at: later };
    desk.overtaken(change()).await;
    assert_eq!(desk.store.user(user_id(7)).await.unwrap(), None);
    desk.put([Record::User(user(7))]).await;
    desk.done(change()).await;
    let stored = desk.store.user(user_id(7)).await.unwrap().unwrap();
    assert_eq!((stored.password_hash.as_str(), stored.login_epoch, stored.version), ("other", 2, 2));
    assert_eq!(stored.email_verified_at, Some(later), "who has the link reads the mail");
}

#[tokio::test]
async fn one_condition_that_fails_stops_them_all() {
    let desk = Desk::new().await;
    desk.put([Record::Pool(pool(event_id(1), 0, 1)), Record::Pool(pool(event_id(1), 1, 0))]).await;
    let take = |pool| Change::TakePlaces { event: event_id(1), pool, terms: 3, places: 1, bookings: 1 };
    let result = desk.store.commit(&[take(0), Change::Insert(Record::User(user(7))), take(1)], None).await;
    assert!(matches!(result, Err(store::Error::Overtaken)), "{result:?}");
    let left: Vec<i64> = desk.store.pools(event_id(1), 2).await.unwrap().iter().map(|pool| pool.left).collect();
    assert_eq!((left, desk.store.user(user_id(7)).await.unwrap()), (vec![1, 0], None));
}
