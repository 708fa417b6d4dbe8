//! The messages as bytes, read back by an independent parser.

use super::*;
use mail::calendar::Method;
use mail_parser::{Message, MessageParser, MimeHeaders};

fn kinds(message: &Message<'_>) -> Vec<String> {
    let kind = |part: &mail_parser::MessagePart<'_>| {
        part.content_type().map(|kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()))
    };
    message.parts.iter().filter_map(kind).collect()
}

#[test]
fn a_ticket_reads_back_with_its_pictures_and_its_calendar_entry() {
    let content = samples(&starts()).into_iter().filter(|content| content.name() == "ticket").nth(1).unwrap();
    let mail = written(&content, Language::Ru);
    let mime = mail.to_mime(&from());
    assert_eq!(mime, written(&content, Language::Ru).to_mime(&from()), "the same input, other bytes");
    let message = MessageParser::new().parse(&mime).unwrap();
    assert_eq!(
        kinds(&message),
        [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
            "image/png",
            "image/png",
            "image/png",
            "text/calendar",
            "application/ics"
        ]
    );
    assert_eq!(message.subject(), Some(mail.subject.as_str()));
    assert_eq!(message.message_id(), Some("fct_01K9Z=2fbkg_01K9Z=3aemail@guestlist.example"));
    assert_eq!(message.date().unwrap().to_timestamp(), delivery().now.as_second());
    assert_eq!(message.to().unwrap().first().unwrap().name(), Some("Анна"));
    assert_eq!(message.reply_to().unwrap().first().unwrap().address(), Some("club@vertov.example"));
    assert_eq!(message.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
    assert_eq!(message.body_html(0).unwrap().replace("\r\n", "\n"), mail.html.replace("\r\n", "\n"));

    let pictures: Vec<_> = message.parts.iter().filter(|part| part.content_id().is_some()).collect();
    assert_eq!(pictures.len(), 3);
    for (picture, inline) in pictures.iter().zip(&mail.inline) {
        assert_eq!(picture.content_id(), Some(inline.cid.as_str()));
        assert_eq!(picture.contents(), inline.png);
        assert!(mail.html.contains(&format!("src=\"cid:{}\"", inline.cid)), "{}", inline.cid);
    }

    let ics = &mail.calendar.as_ref().unwrap().ics;
    let part = &message.parts[8];
    assert_eq!(part.content_type().unwrap().attribute("method"), Some("REQUEST"));
    assert_eq!(std::str::from_utf8(part.contents()).unwrap().replace("\r\n", "\n"), ics.replace("\r\n", "\n"));
    assert_eq!(message.parts[9].contents(), ics.as_bytes());
    assert_eq!(message.parts[9].attachment_name(), Some("invite.ics"));
}

#[test]
fn calendars_are_asked_the_right_thing() {
    let asked = |name: &str| written(&sample(name), Language::En).calendar.map(|invitation| invitation.method);
    for name in Content::NAMES {
        let expected = match *name {
            "ticket" | "event_changed" => Some(Method::Request),
            "booking_cancelled" | "event_cancelled" => Some(Method::Cancel),
            _ => None,
        };
        assert_eq!(asked(name), expected, "{name}");
    }
    let entry = written(&sample("event_changed"), Language::En).calendar.unwrap().ics;
    assert!(
        entry.contains("\r\nSEQUENCE:2\r\n") && entry.contains("\r\nUID:bkg_01K9ZQ4D8N3V6T2M7XB5HSCRWE@"),
        "{entry}"
    );
}

#[test]
fn only_what_can_be_turned_off_offers_it() {
    for content in samples(&starts()) {
        let name = content.name();
        let mail = written(&content, Language::En);
        let mime = mail.to_mime(&from());
        let message = MessageParser::new().parse(&mime).unwrap();
        let can = ["reminder_day_before", "reminder_hour_before", "announcement"].contains(&name);
        assert_eq!(content.can_be_turned_off(), can, "{name}");
        assert_eq!(mail.html.contains("unsubscribe?token"), can, "{name}");
        assert_eq!(mail.text.contains("unsubscribe?token"), can, "{name}");
        let header = |name: &'static str| message.header_raw(name).map(str::trim);
        let link = "<https://guestlist.example/api/unsubscribe?token=x8Kq>";
        assert_eq!(header("List-Unsubscribe"), can.then_some(link), "{name}");
        assert_eq!(header("List-Unsubscribe-Post"), can.then_some("List-Unsubscribe=One-Click"), "{name}");
    }
}

#[test]
fn a_boundary_is_never_in_the_text() {
    let mut mail = written(&sample("announcement"), Language::En);
    let plain = String::from_utf8(mail.to_mime(&from())).unwrap();
    let boundary = plain.split("boundary=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    mail.text = format!("Hello\n--{boundary}--\nforged\n");
    let mime = mail.to_mime(&from());
    let message = MessageParser::new().parse(&mime).unwrap();
    assert!(message.body_text(0).unwrap().contains("forged"));
    assert_eq!(kinds(&message), ["multipart/alternative", "text/plain", "text/html"]);
}
