//! What must never get into a mail, whoever writes it.

use super::*;
use mail::{Change, ComposeError, PlaceLine};
use mail_parser::MessageParser;

/// A name is chosen by whoever signs up, with any address: such a mail must not carry their words to a stranger.
#[test]
fn mails_to_unproven_addresses_repeat_no_name() {
    for name in ["verify_email", "reset_password", "already_registered"] {
        for language in Language::ALL {
            let stranger = Recipient { name: "Win a prize at spam.example".into(), ..reader(*language) };
            let mail = compose(&sample(name), &stranger, &delivery()).unwrap();
            let mime = String::from_utf8(mail.to_mime(&from())).unwrap();
            for text in [&mail.subject, &mail.text, &mail.html, &mime] {
                assert!(!text.contains("prize"), "{name}: {text}");
            }
        }
    }
}

const HOSTILE: &str = "<script>alert(1)</script>\r\nBcc: victim@example.org\u{202E}\"'&{{ 7*7 }}";

/// Every string that a user can choose, chosen badly.
fn hostile() -> Vec<Content> {
    let event = EventCard {
        name: HOSTILE.into(),
        place: Some(PlaceLine {
            name: HOSTILE.into(),
            address: HOSTILE.into(),
            map_link: Some("javascript:alert(1)".into()),
            coordinates: None,
        }),
        online_link: Some("javascript:alert('x')\r\nX-Injected: 1".into()),
        organizer_name: HOSTILE.into(),
        ..event()
    };
    let booking_link = "https://guestlist.example/b".to_owned();
    vec![
        Content::Ticket {
            event: event.clone(),
            tickets: vec![stub(HOSTILE)],
            booking_link: booking_link.clone(),
            calendar: slot(),
        },
        Content::BookingCancelled { event: event.clone(), by_organizer: true, calendar: slot() },
        Content::EventChanged {
            changes: vec![
                Change::Name { before: HOSTILE.into() },
                Change::Place { before: event.place.clone() },
                Change::OnlineLink,
            ],
            event: event.clone(),
            booking_link: booking_link.clone(),
            calendar: slot(),
        },
        Content::EventCancelled { event: event.clone(), message: Some(HOSTILE.into()), calendar: slot() },
        Content::ReminderDayBefore {
            event: event.clone(),
            tickets: vec![stub(HOSTILE)],
            booking_link: booking_link.clone(),
        },
        Content::ReminderHourBefore { event: event.clone(), tickets: vec![stub(HOSTILE)], booking_link },
        Content::Announcement { event: event.clone(), title: HOSTILE.into(), body: HOSTILE.into() },
        Content::NewBooking {
            event,
            guests_link: "https://guestlist.example/g".into(),
            guest_name: HOSTILE.into(),
            party_size: 1,
            places_taken: 1,
            capacity: None,
        },
    ]
}

#[test]
fn what_users_write_injects_nothing() {
    for language in Language::ALL {
        for content in hostile() {
            let recipient = Recipient { name: HOSTILE.into(), ..reader(*language) };
            let mail = compose(&content, &recipient, &delivery()).unwrap();
            let name = content.name();
            assert!(!mail.html.contains("<script"), "{name}: {}", mail.html);
            assert!(!mail.html.contains("href=\"javascript"), "{name}: {}", mail.html);
            assert!(!mail.subject.contains(['\r', '\n']), "{name}: {:?}", mail.subject);
            for text in [&mail.subject, &mail.text, &mail.html] {
                assert!(!text.contains('\u{202E}'), "{name}: {text}");
                assert!(!text.contains("49"), "{name}: a template was evaluated: {text}");
            }
            let mime = mail.to_mime(&from());
            let message = MessageParser::new().parse(&mime).unwrap();
            let headers: Vec<&str> = message.headers().iter().map(|header| header.name()).collect();
            assert!(!headers.iter().any(|header| ["Bcc", "X-Injected"].contains(header)), "{name}: {headers:?}");
            assert!(message.bcc().is_none(), "{name}");
            if let Some(invitation) = &mail.calendar {
                assert!(!invitation.ics.contains("\r\nBcc"), "{name}: {}", invitation.ics);
            }
        }
    }
}

#[test]
fn what_cannot_be_sent_is_an_error() {
    let bad = Recipient { email: "anna@example.org\r\nBcc: x@example.org".into(), ..reader(Language::En) };
    assert!(matches!(compose(&sample("ticket"), &bad, &delivery()), Err(ComposeError::Address(_))));
    let empty =
        Content::Ticket { event: event(), tickets: vec![], booking_link: "https://a.example".into(), calendar: slot() };
    assert!(matches!(compose(&empty, &reader(Language::En), &delivery()), Err(ComposeError::Nothing("ticket"))));
    let unlinked = Content::ResetPassword { link: "javascript:1".into(), minutes: 5 };
    assert!(matches!(compose(&unlinked, &reader(Language::En), &delivery()), Err(ComposeError::Link(_))));
    let long = TicketStub { token: "x".repeat(4_000), ..stub("Anna") };
    let too_long = Content::Ticket {
        event: event(),
        tickets: vec![long],
        booking_link: "https://a.example".into(),
        calendar: slot(),
    };
    assert!(matches!(compose(&too_long, &reader(Language::En), &delivery()), Err(ComposeError::Qr(_))));
}

/// Who can read the token can walk in, and mails get forwarded and indexed as text.
#[test]
fn the_token_is_in_the_picture_only() {
    let content = Content::Ticket {
        event: event(),
        tickets: vec![stub("Anna")],
        booking_link: "https://guestlist.example/b".into(),
        calendar: slot(),
    };
    let mail = written(&content, Language::En);
    assert!(!mail.text.contains("SECRET-TOKEN") && !mail.html.contains("SECRET-TOKEN"));
    assert_eq!(mail.inline[0].png, mail::qr::png("SECRET-TOKEN").unwrap());
}
