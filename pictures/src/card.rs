//! The card that messengers and social networks show for a link: the event's cover, and on it a ticket that says what, when
//! and where, in the language of the event.

use crate::text::{Block, Font, fonts, is_cut, set, writable};
use aws_lc_rs::digest::{SHA256, digest};
use domain::Language;
use domain::covers::{self, HEIGHT, HUES, Theme, WIDTH};
use domain::events::{Event, EventKind, Status};
use domain::ids::EventId;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::imageops::FilterType as Resizing;
use image::{DynamicImage, ExtendedColorType, ImageEncoder};
use jiff::Timestamp;
use kit::{Error, Result};
use resvg::tiny_skia::{IntSize, Pixmap, Transform};
use resvg::usvg::{Options, Tree};
use std::fmt::Write;

/// Rises when the same event is drawn otherwise, so that nobody keeps the old drawing.
const DRAWING: &str = "1";

/// The ticket: where it lies on the cover, and how far its text is from its edges.
const MARGIN: f32 = 48.0;
const PADDING: f32 = 52.0;
const ROUND: f32 = 28.0;
const NOTCH: f32 = 17.0;
/// The sizes of the name and of the lines under it, and how many lines each may have.
const NAME_SIZES: &[(f32, usize)] = &[(66.0, 1), (58.0, 1), (50.0, 2), (44.0, 2), (38.0, 3), (33.0, 3), (29.0, 4)];
const LINE_SIZES: &[(f32, usize)] = &[(31.0, 1), (28.0, 1), (25.0, 1)];
const LEADING: f32 = 1.22;

const PAPER: &str = "#fcf9f3";
const INK: &str = "#261d16";
const MUTED: &str = "#6f645a";

/// What a card says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Card {
    event: EventId,
    kind: EventKind,
    hue: u8,
    name: String,
    when: String,
    place: String,
    address: Option<String>,
    /// The word on a badge, where it doesn't take place.
    cancelled: Option<&'static str>,
}

impl Card {
    /// The card of an event, in its own language: who sees it isn't known.
    pub fn of(event: &Event, now: Timestamp) -> Self {
        let details = &event.details;
        let (cancelled, online) = match details.language {
            Language::En => ("Cancelled", "Online"),
            Language::Ru => ("Отменено", "Онлайн"),
        };
        let (when, zone) = mail::when(details.language, &event.starts.zoned(), &event.ends.zoned(), now);
        let place = details.place.as_ref();
        let address = place.and_then(|place| place.address.as_ref()).map(|address| writable(address.as_str()));
        let place = place.map_or_else(|| online.to_owned(), |place| writable(place.name.as_str()));
        let name = writable(details.name.as_str());
        Self {
            event: event.id,
            kind: details.kind,
            hue: event.hue(),
            // A name that can't be written is better left out than full of boxes.
            name: if name.is_empty() { "Guestlist".to_owned() } else { name },
            when: writable(&format!("{when} · {zone}")),
            place,
            address: address.filter(|address| !address.is_empty()),
            cancelled: (event.status == Status::Cancelled).then_some(cancelled),
        }
    }

    /// The entity tag of its drawing (RFC 9110, section 8.8.3), known before it is drawn.
    pub fn etag(&self, event: &Event) -> String {
        let drawn_of = format!("{DRAWING} {self:?} {:?}", event.picture);
        let hash = digest(&SHA256, drawn_of.as_bytes());
        let hex: String = hash.as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
        format!("\"{hex}\"")
    }

    /// Draws it as a PNG, over `photo` (a picture that was made here) or the drawn cover.
    ///
    /// # Errors
    /// Of ours: what is drawn is known to be fine.
    pub fn png(&self, photo: Option<&[u8]>) -> Result<Vec<u8>> {
        let ground = photo.and_then(ground);
        let svg = self.svg(ground.is_none());
        let options = Options { fontdb: fonts(), ..Options::default() };
        let tree = Tree::from_str(&svg, &options).map_err(Error::internal)?;
        let (width, height) = (WIDTH.unsigned_abs() as u32, HEIGHT.unsigned_abs() as u32);
        let canvas = ground.or_else(|| Pixmap::new(width, height));
        let mut canvas = canvas.ok_or_else(|| Error::internal("no memory for a card"))?;
        resvg::render(&tree, Transform::default(), &mut canvas.as_mut());
        // Nothing shines through a card, so three bytes of four say it all.
        let pixels: Vec<u8> = canvas.data().as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
        let mut file = Vec::new();
        PngEncoder::new_with_quality(&mut file, CompressionType::Best, FilterType::Adaptive)
            .write_image(&pixels, width, height, ExtendedColorType::Rgb8)
            .map_err(Error::internal)?;
        Ok(file)
    }

    /// The place with its address, where both fit.
    fn place_line(&self, width: f32, sizes: &[(f32, usize)]) -> Block {
        let name = || set(Font::Text, &self.place, width, sizes);
        let Some(address) = &self.address else { return name() };
        let whole = set(Font::Text, &format!("{}, {address}", self.place), width, sizes);
        if is_cut(&whole) { name() } else { whole }
    }

    fn svg(&self, with_drawing: bool) -> String {
        let (width, height) = (WIDTH as f32, HEIGHT as f32);
        let inner = width - 2.0 * (MARGIN + PADDING);
        let name = set(Font::Display, &self.name, inner, NAME_SIZES);
        // The mark stands at the right, in the height of both lines.
        let mark = Font::Display.width("Guestlist", 22.0) + 36.0;
        let when = set(Font::Text, &self.when, inner - mark, LINE_SIZES);
        let place = self.place_line(inner - mark, LINE_SIZES);
        // Both in the size of the smaller one.
        let size = when.size.min(place.size);
        let when = Block { size, ..when };
        let place = self.place_line(inner - mark, &[(size, 1)]);

        let name_height = name.size * LEADING * lines(&name);
        let (above, stub) = (PADDING - 14.0 + name_height + 22.0, 122.0);
        let top = height - MARGIN - above - stub;
        let perforation = top + above;
        let left = MARGIN + PADDING;
        let accent = HUES.get(usize::from(self.hue)).map_or(INK, |hue| hue.light[0]);

        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\">"
        );
        if with_drawing {
            svg.push_str(&covers::svg(self.event, self.kind, Theme::Light));
        }
        // Writing to a String can't fail.
        let _ = write!(
            svg,
            // The thin edge parts it from what is as light as paper.
            "<path fill=\"{PAPER}\" stroke=\"{INK}\" stroke-opacity=\"0.16\" stroke-width=\"2\" d=\"{}\"/>",
            ticket(top, perforation, width, height)
        );
        let _ = write!(
            svg,
            "<path stroke=\"{MUTED}\" stroke-width=\"2.5\" stroke-linecap=\"round\" stroke-dasharray=\"0.1 11\" opacity=\"0.55\" \
             d=\"M{} {perforation}H{}\"/>",
            MARGIN + NOTCH + 14.0,
            width - MARGIN - NOTCH - 8.0,
        );
        let mut baseline = top + PADDING - 14.0 + name.size * 0.92;
        for line in &name.lines {
            text(&mut svg, Font::Display, name.size, INK, (left, baseline), line);
            baseline += name.size * LEADING;
        }
        for (block, colour, at) in [(&when, INK, perforation + 50.0), (&place, MUTED, perforation + 93.0)] {
            for line in &block.lines {
                text(&mut svg, Font::Text, block.size, colour, (left, at), line);
            }
        }
        let mark_left = width - left - Font::Display.width("Guestlist", 22.0);
        text(&mut svg, Font::Display, 22.0, accent, (mark_left, perforation + 92.0), "Guestlist");
        if let Some(word) = self.cancelled {
            let wide = Font::Display.width(word, 26.0) + 52.0;
            let _ = write!(
                svg,
                "<rect x=\"{MARGIN}\" y=\"{}\" width=\"{wide}\" height=\"56\" rx=\"28\" fill=\"{INK}\"/>",
                MARGIN - 12.0
            );
            text(&mut svg, Font::Display, 26.0, PAPER, (MARGIN + 26.0, MARGIN + 25.0), word);
        }
        svg.push_str("</svg>");
        svg
    }
}

/// How many lines a block has, to reckon with.
fn lines(block: &Block) -> f32 {
    u16::try_from(block.lines.len()).map_or(1.0, f32::from)
}

/// A photo that fills the card.
fn ground(photo: &[u8]) -> Option<Pixmap> {
    let size = IntSize::from_wh(WIDTH.unsigned_abs() as u32, HEIGHT.unsigned_abs() as u32)?;
    let photo: DynamicImage = image::load_from_memory(photo).ok()?;
    let filled = photo.resize_to_fill(size.width(), size.height(), Resizing::Lanczos3).into_rgba8();
    Pixmap::from_vec(filled.into_raw(), size)
}

/// A ticket's outline: round corners, and a notch on either side where its stub is torn off.
fn ticket(top: f32, perforation: f32, width: f32, height: f32) -> String {
    let (left, right, bottom) = (MARGIN, width - MARGIN, height - MARGIN);
    let corner = |x: f32, y: f32| format!("A{ROUND} {ROUND} 0 0 1 {x} {y}");
    let notch = |x: f32, y: f32| format!("A{NOTCH} {NOTCH} 0 0 0 {x} {y}");
    [
        format!("M{} {top}H{}", left + ROUND, right - ROUND),
        corner(right, top + ROUND),
        format!("V{}", perforation - NOTCH),
        notch(right, perforation + NOTCH),
        format!("V{}", bottom - ROUND),
        corner(right - ROUND, bottom),
        format!("H{}", left + ROUND),
        corner(left, bottom - ROUND),
        format!("V{}", perforation + NOTCH),
        notch(left, perforation - NOTCH),
        format!("V{}", top + ROUND),
        corner(left + ROUND, top),
        "Z".to_owned(),
    ]
    .concat()
}

fn text(svg: &mut String, font: Font, size: f32, colour: &str, (x, y): (f32, f32), words: &str) {
    let escaped = words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let _ = write!(
        svg,
        "<text {} font-size=\"{size}\" fill=\"{colour}\" x=\"{x}\" y=\"{y}\">{escaped}</text>",
        font.attributes()
    );
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::{Value, json};

    const NOW: &str = "2026-11-21T12:00:00Z";

    /// An event with these fields otherwise.
    fn event(with: Value) -> Event {
        let moment = |wall: &str, instant: &str| json!({ "wall": wall, "zone": "Europe/Berlin", "instant": instant });
        let mut event = json!({
            "id": "evt_0000000000000000000000002A",
            "version": 3,
            "organizer": "usr_00000000000000000000000001",
            "organizer_name": "Ada Lovelace",
            "slug": "jazz-in-the-park",
            "code": "7g5fav2",
            "name": "Jazz in the Park",
            "kind": "concert",
            "description": "",
            "starts": "2026-11-28T19:30",
            "ends": "2026-11-28T23:00",
            "zone": "Europe/Berlin",
            "place": { "name": "Volkspark", "address": "Am Friedrichshain 1, Berlin" },
            "capacity": 40,
            "language": "en",
            "visibility": "public",
            "status": "published",
            "terms": 2,
            "moved_terms": 1,
            "sequence": 0,
            "pools": 1,
            "starts_at": moment("2026-11-28T19:30", "2026-11-28T18:30:00Z"),
            "ends_at": moment("2026-11-28T23:00", "2026-11-28T22:00:00Z"),
            "created_at": "2026-11-01T00:00:00Z",
            "published_at": "2026-11-01T00:00:00Z",
        });
        for (name, value) in with.as_object().unwrap() {
            event[name] = value.clone();
        }
        serde_json::from_value(event).unwrap()
    }

    fn card(event: &Event) -> Card {
        Card::of(event, NOW.parse().unwrap())
    }

    /// Name, what is said otherwise, and whether over a photo.
    fn cases() -> Vec<(&'static str, Value, bool)> {
        let yard = json!({ "name": "Двор на Покровке", "address": "Покровка 27, Москва" });
        let far = json!({
            "name": "Двор на Покровке",
            "address": "Покровка 27, Москва, вход со стороны Большого Ивановского переулка, через арку и направо",
        });
        let endless = "Rust for People Who Were Told It Is Hard, and Who Then Went and Learned Three Other Languages First, Slowly";
        let long = "Белой ночи не будет: прогулка по крышам, которых нет, с чаем и разговорами о городе";
        let online = json!({ "kind": "talk", "name": "🎉 Party 👩‍👩‍👧 time 🇩🇪 東京 🎌", "place": null, "online_link": "https://meet.example/x" });
        vec![
            ("short", json!({}), false),
            (
                "russian",
                json!({ "kind": "film_night", "language": "ru", "name": "Кино во дворе: «Курьер»", "place": yard }),
                false,
            ),
            ("russian_long", json!({ "kind": "gathering", "language": "ru", "name": long, "place": far }), false),
            ("longest", json!({ "kind": "workshop", "name": endless }), false),
            ("one_word", json!({ "kind": "party", "name": "Ж".repeat(120) }), false),
            ("emoji_online", online, false),
            ("only_emoji", json!({ "kind": "conference", "name": "🎉🎉" }), false),
            ("photo", json!({ "name": "Night of Unfinished Songs & <Others>" }), true),
            ("photo_cancelled", json!({ "language": "ru", "name": long, "status": "cancelled" }), true),
        ]
    }

    /// With `GUESTLIST_CARDS=folder` they are written there, to be looked at.
    #[test]
    fn every_card_is_drawn() {
        let photo = crate::picture::made(include_bytes!("../tests/files/located.jpg")).unwrap().files;
        for (name, with, over_photo) in cases() {
            let png = card(&event(with)).png(over_photo.then_some(photo[2].as_slice())).unwrap();
            if let Some(folder) = std::env::var_os("GUESTLIST_CARDS") {
                std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), &png).unwrap();
            }
            // What more some messengers don't show.
            assert!(png.len() < 600_000, "{name} has {} bytes", png.len());
            let drawn = image::load_from_memory(&png).unwrap().into_rgb8();
            assert_eq!(drawn.dimensions(), (1200, 630), "{name}");
            let paper = [0xFC, 0xF9, 0xF3];
            assert_eq!(drawn.get_pixel(600, 575).0, paper, "{name}: the ticket lies at the bottom");
            assert_ne!(drawn.get_pixel(20, 20).0, paper, "{name}: the cover is seen above it");
            let ink = drawn.enumerate_pixels().filter(|(x, y, pixel)| {
                (100..1100).contains(x) && (480..520).contains(y) && pixel.0.iter().all(|value| *value < 60)
            });
            assert!(ink.count() > 300, "{name}: nothing is written");
        }
    }

    #[test]
    fn it_says_what_when_and_where_in_the_language_of_the_event() {
        let said = card(&event(json!({})));
        assert_eq!((said.name.as_str(), said.place.as_str()), ("Jazz in the Park", "Volkspark"));
        assert_eq!(said.when, "Saturday, 28 November, 19:30–23:00 · Berlin time, UTC+1");
        let russian = card(&event(json!({ "language": "ru", "place": null, "online_link": "https://meet.example/x" })));
        assert_eq!(russian.place, "Онлайн");
        assert!(russian.when.contains("28 ноября") && russian.when.contains("UTC+1"), "{}", russian.when);
        assert!(!format!("{russian:?}").contains("meet.example"), "the link is for guests");
    }

    #[test]
    fn its_tag_changes_with_what_is_seen_and_with_nothing_else() {
        let tag = |with: Value| {
            let event = event(with);
            card(&event).etag(&event)
        };
        let plain = tag(json!({}));
        assert_eq!(plain, tag(json!({ "version": 9, "description": "New.", "capacity": 7 })));
        let picture = json!({ "id": "pic_0000000000000000000000002A", "hue": 1 });
        for seen in [
            json!({ "name": "Jazz" }),
            json!({ "kind": "party" }),
            json!({ "language": "ru" }),
            json!({ "status": "cancelled" }),
            json!({ "place": { "name": "Huxleys" } }),
            json!({ "picture": picture }),
            json!({ "id": "evt_0000000000000000000000002B" }),
        ] {
            assert_ne!(tag(seen.clone()), plain, "{seen}");
        }
        assert!(plain.starts_with('"') && plain.ends_with('"') && plain.len() == 26);
    }
}
