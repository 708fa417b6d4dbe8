//! Pictures as covers of events.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use domain::bookings::Calendar;
use domain::covers;
use domain::events::Event;
use domain::ids::{Identifier, PictureId, UploadId};
use domain::pictures::{Picture, PictureType, WIDTHS};
use domain::record::{Change, Record};

fn picture(number: u128, hue: u8) -> Picture {
    Picture { id: PictureId::from_ulid(number), hue }
}

#[test]
fn a_file_is_what_its_first_bytes_say() {
    let cases: [(&[u8], Option<PictureType>); 9] = [
        (b"\xFF\xD8\xFF\xE0\0\x10JFIF", Some(PictureType::Jpeg)),
        (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", Some(PictureType::Png)),
        (b"RIFF\x24\0\0\0WEBPVP8 ", Some(PictureType::Webp)),
        (b"RIFF\x24\0\0\0WAVEfmt ", None),
        (b"GIF89a", None),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\">", None),
        (b"\x89PNG\r\n\x1A", None),
        (b"RIFF", None),
        (b"", None),
    ];
    for (file, expected) in cases {
        assert_eq!(PictureType::of(file), expected, "{file:?}");
    }
    for known in [PictureType::Jpeg, PictureType::Png, PictureType::Webp] {
        assert_eq!(serde_json::to_value(known).unwrap(), known.media());
    }
}

#[test]
fn an_event_is_known_by_its_picture_else_by_its_drawing() {
    let (event, _) = published();
    assert_eq!(event.hue(), covers::hue(event.id));
    assert_eq!(event.cover_url(), covers::path(event.id, event.details.kind));
    let other = (event.hue() + 1) % 8;
    let (covered, changes) = event.with_picture(picture(7, other), now()).unwrap();
    assert_eq!(covered.hue(), other);
    assert_eq!(covered.cover_url(), "/pictures/pic_00000000000000000000000007-960.jpg");
    assert!(WIDTHS.contains(&960), "what views name is kept");
    assert_eq!(changes, [Change::Replace(Record::Event(covered.clone()))], "one write, on the version that was seen");
    assert_eq!(covered, Event { version: event.version + 1, picture: Some(picture(7, other)), ..event.clone() });

    let (bare, changes) = covered.without_picture();
    assert_eq!(changes.len(), 1);
    assert_eq!(bare, Event { version: event.version + 2, ..event });
}

/// Nothing that a guest agreed to changes, and their calendar's entry doesn't either.
#[test]
fn a_cover_changes_no_terms() {
    let (event, _) = published();
    let (covered, _) = event.with_picture(picture(7, 1), now()).unwrap();
    assert_eq!((covered.terms, covered.sequence), (event.terms, event.sequence));
    let renamed = domain::events::Details { name: text("Jazz"), ..covered.details.clone() };
    let empty = Calendar::empty(organizer().id);
    let (renamed, _) = covered.changed(renamed, &[], &empty, false, now()).unwrap();
    assert_eq!(renamed.picture, covered.picture, "a change of words keeps the picture");
}

#[test]
fn what_is_so_already_is_not_written() {
    let (event, _) = published();
    assert_eq!(event.without_picture(), (event.clone(), vec![]));
    let (covered, _) = event.with_picture(picture(7, 1), now()).unwrap();
    assert_eq!(covered.with_picture(picture(7, 1), now()).unwrap(), (covered.clone(), vec![]));
    assert_eq!(covered.with_picture(picture(8, 1), now()).unwrap().1.len(), 1);
}

#[test]
fn what_is_over_gets_no_new_cover_but_may_lose_one() {
    let (event, _) = published();
    let (covered, _) = event.with_picture(picture(7, 1), now()).unwrap();
    let empty = Calendar::empty(organizer().id);
    let (cancelled, _) = covered.cancelled(&empty, None, now()).unwrap();
    let refusal = |event: &Event, at| event.with_picture(picture(8, 1), at).unwrap_err().code;
    assert_eq!(refusal(&cancelled, now()), "event_cancelled");
    assert_eq!(refusal(&covered, covered.ends.instant), "event_ended");
    assert_eq!(cancelled.without_picture().0.picture, None);
    // A draft whose time has passed is still being written.
    let draft = draft_of(1, details());
    assert!(draft.with_picture(picture(8, 1), draft.ends.instant).is_ok());
}

#[test]
fn an_upload_becomes_always_the_same_picture() {
    let upload = UploadId::from_ulid(42);
    assert_eq!(upload.picture(), upload.picture());
    assert_eq!(upload.picture().file(480), "pic_0000000000000000000000001A-480.jpg");
}
