//! Every mail in every language: what it says, and what it must never say.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod injection;
mod mime;
mod times;
mod words;

use domain::Language;
use jiff::{SignedDuration, Zoned, civil::date};
use mail::{
    Address, CalendarSlot, Composed, Content, Delivery, EventCard, Recipient, TicketStub, compose, samples::samples,
};

fn starts() -> Zoned {
    date(2026, 11, 21).at(19, 30, 0, 0).in_tz("Asia/Kathmandu").unwrap()
}

fn reader(language: Language) -> Recipient {
    let name = if language == Language::Ru { "Анна" } else { "Anna" };
    Recipient { name: name.into(), email: "anna@example.org".into(), language, zone: None }
}

fn delivery() -> Delivery {
    Delivery {
        key: "fct_01K9Z/bkg_01K9Z:email".into(),
        now: starts().timestamp() - SignedDuration::from_hours(24),
        unsubscribe: Some(mail::Unsubscribe {
            one_click: "https://guestlist.example/api/unsubscribe?token=x8Kq".into(),
            page: "https://guestlist.example/account/unsubscribe?token=x8Kq".into(),
        }),
    }
}

fn written(content: &Content, language: Language) -> Composed {
    compose(content, &reader(language), &delivery()).unwrap()
}

fn from() -> Address {
    Address { name: "Guestlist".into(), email: "hello@guestlist.example".into() }
}

/// The first sample of a kind.
fn sample(name: &str) -> Content {
    samples(&starts()).into_iter().find(|content| content.name() == name).unwrap()
}

fn event() -> EventCard {
    match sample("ticket") {
        Content::Ticket { event, .. } => event,
        _ => unreachable!(),
    }
}

fn slot() -> CalendarSlot {
    CalendarSlot { uid: "bkg_1@guestlist.example".into(), sequence: 3, organizer_email: "club@example.org".into() }
}

fn stub(holder: &str) -> TicketStub {
    TicketStub {
        number: 1,
        holder: holder.into(),
        page_link: "https://guestlist.example/e/x/tickets/tkt_1".into(),
        token: "SECRET-TOKEN".into(),
    }
}
