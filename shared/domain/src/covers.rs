//! Covers: an event without a picture gets a drawn one. The same event always has the same: it is drawn from its id and
//! kind.

use crate::events::EventKind;
use crate::ids::EventId;
use std::fmt::Write;

/// One of the colours that an event may have: accent, tint and what lies between, as `#rrggbb`. Of equal lightness in
/// OKLCH, so that text in the accent can be read on paper and card alike; a test holds that to WCAG's AA.
#[derive(Debug)]
pub struct Hue {
    /// On light paper.
    pub light: [&'static str; 3],
    /// On dark paper.
    pub dark: [&'static str; 3],
}

/// Every colour that an event may have. The first is our own.
pub const HUES: &[Hue] = &[
    Hue { light: ["#a12721", "#fed2cb", "#f68678"], dark: ["#fe9c8f", "#4a231f", "#a34a40"] },
    Hue { light: ["#854a00", "#f9d7b9", "#e99541"], dark: ["#f6a65d", "#46290b", "#985704"] },
    Hue { light: ["#5f5f01", "#e0e2b8", "#b1b239"], dark: ["#c0c257", "#323308", "#6d6e04"] },
    Hue { light: ["#046e30", "#c5e9cb", "#62c37a"], dark: ["#79d28d", "#17391f", "#287c42"] },
    Hue { light: ["#016869", "#b4eae9", "#03c3c3"], dark: ["#23d4d4", "#023838", "#047879"] },
    Hue { light: ["#015ba6", "#c7e1fe", "#66afff"], dark: ["#87bffe", "#18324e", "#2d6bab"] },
    Hue { light: ["#6441a9", "#e0d8fe", "#b298f9"], dark: ["#c0abfe", "#332a4b", "#6f59a6"] },
    Hue { light: ["#972767", "#fcd0e3", "#ec84b7"], dark: ["#f997c6", "#472335", "#9a4873"] },
];

/// How wide a cover is: as the cards which messengers show for a link.
pub const WIDTH: i64 = 1200;
/// How high it is.
pub const HEIGHT: i64 = 630;

/// The classes of the shapes, by which the style colours them.
const GROUND: &str = "k0";
const MID: &str = "k1";
const ACCENT: &str = "k2";
const PAPER: &str = "k3";
const INK: &str = "k4";

/// Paper and ink in the light theme and in the dark one.
const PAPER_AND_INK: [[&str; 2]; 2] = [["#fcf9f3", "#261d16"], ["#17130e", "#ebe7df"]];

/// In whose colours a cover is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// The light ones, for what everybody sees alike.
    Light,
    /// The dark ones.
    Dark,
    /// Those that the reader's screen asks for.
    Readers,
}

/// The colour of an event: which of [`HUES`].
pub fn hue(id: EventId) -> u8 {
    u8::try_from(Chance::of(id).next() % HUES.len() as u64).unwrap_or(0)
}

/// Where an event's drawn cover is, on our own origin.
pub fn path(id: EventId, kind: EventKind) -> String {
    format!("/covers/{}/{id}.svg", kind.word())
}

/// What colours the shapes of an event's cover: the only style in [`svg`].
pub fn style(id: EventId, theme: Theme) -> String {
    let hue = &HUES[usize::from(hue(id))];
    let rules = |dark: bool| {
        let [accent, tint, mid] = if dark { hue.dark } else { hue.light };
        let [paper, ink] = PAPER_AND_INK[usize::from(dark)];
        [(GROUND, tint), (MID, mid), (ACCENT, accent), (PAPER, paper), (INK, ink)]
            .map(|(class, colour)| format!(".{class}{{fill:{colour}}}"))
            .concat()
    };
    match theme {
        Theme::Light => rules(false),
        Theme::Dark => rules(true),
        // Paper is light: only screens go dark.
        Theme::Readers => {
            format!("{}@media screen and (prefers-color-scheme:dark){{{}}}", rules(false), rules(true))
        }
    }
}

/// An event's drawn cover, as an SVG file that needs nothing else.
pub fn svg(id: EventId, kind: EventKind, theme: Theme) -> String {
    let mut chance = Chance::of(id);
    // The first number is the hue's.
    chance.next();
    let mut sheet = Drawing { shapes: String::new(), chance };
    sheet.rect(GROUND, 0, 0, (WIDTH, HEIGHT), 0, 0);
    match kind {
        EventKind::Party => sheet.party(),
        EventKind::Gathering => sheet.gathering(),
        EventKind::FilmNight => sheet.film_night(),
        EventKind::Concert => sheet.concert(),
        EventKind::Talk => sheet.talk(),
        EventKind::Workshop => sheet.workshop(),
        EventKind::Conference => sheet.conference(),
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\">\
         <style>{}</style>{}</svg>",
        style(id, theme),
        sheet.shapes
    )
}

/// Numbers that look like chance and are always the same for the same event (SplitMix64: Steele, Lea and Flood, "Fast
/// splittable pseudorandom number generators", 2014).
struct Chance(u64);

impl Chance {
    fn of(id: EventId) -> Self {
        let bits = id.ulid();
        // Both halves count: the ids of one minute differ in the lower one, made-up ids often in the upper.
        #[expect(clippy::cast_possible_truncation, reason = "the two halves of 128 bits")]
        let (high, low) = ((bits >> 64) as u64, bits as u64);
        Chance(high.rotate_left(32) ^ low)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `least` to `most`, both included.
    fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = u64::try_from(most - least + 1).unwrap_or(1);
        least + i64::try_from(self.next() % span).unwrap_or(0)
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[usize::try_from(self.next() % choices.len() as u64).unwrap_or(0)]
    }
}

struct Drawing {
    shapes: String,
    chance: Chance,
}

// Writing to a String can't fail, so its results are let go.
impl Drawing {
    fn circle(&mut self, class: &str, x: i64, y: i64, r: i64) {
        let _ = write!(self.shapes, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\"/>");
    }

    fn rect(&mut self, class: &str, x: i64, y: i64, (width, height): (i64, i64), round: i64, turn: i64) {
        let (cx, cy) = (x + width / 2, y + height / 2);
        let turned = if turn == 0 { String::new() } else { format!(" transform=\"rotate({turn} {cx} {cy})\"") };
        let _ = write!(
            self.shapes,
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{round}\"{turned}/>"
        );
    }

    fn path(&mut self, class: &str, path: &str) {
        let _ = write!(self.shapes, "<path class=\"{class}\" d=\"{path}\"/>");
    }

    /// Confetti around a large disc.
    fn party(&mut self) {
        let (x, y) = (self.chance.between(380, 820), self.chance.between(250, 380));
        self.circle(MID, x, y, 230);
        for column in 0..9 {
            for row in 0..5 {
                let x = column * 140 + self.chance.between(-40, 60);
                let y = row * 140 + self.chance.between(-50, 50);
                let class = self.chance.one_of(&[ACCENT, ACCENT, PAPER, INK]);
                match self.chance.between(0, 3) {
                    0 => self.circle(class, x, y, 22),
                    1 => {
                        let turn = self.chance.between(0, 90);
                        self.rect(class, x, y, (64, 20), 10, turn);
                    }
                    2 => {
                        let turn = self.chance.between(0, 90);
                        self.rect(class, x, y, (36, 36), 0, turn);
                    }
                    _ => {}
                }
            }
        }
    }

    /// Discs that overlap: people around a table.
    fn gathering(&mut self) {
        let first = self.chance.between(0, 3);
        for place in 0..5 {
            let class = [MID, ACCENT, PAPER, INK][usize::try_from((place + first) % 4).unwrap_or(0)];
            let (y, r) = (self.chance.between(240, 390), self.chance.between(120, 190));
            let x = 130 + place * 235;
            let _ = write!(
                self.shapes,
                "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill-opacity=\"0.85\"/>"
            );
        }
    }

    /// A projector's beam over a strip of film.
    fn film_night(&mut self) {
        let (top, bottom) = (self.chance.between(30, 120), self.chance.between(430, 500));
        self.path(MID, &format!("M250 270L1200 {top}V{bottom}L250 300Z"));
        self.circle(ACCENT, 210, 285, 150);
        let turn = self.chance.between(0, 60);
        for spoke in 0..5 {
            let angle = f64::from(i32::try_from(turn + spoke * 72).unwrap_or(0)).to_radians();
            #[expect(clippy::cast_possible_truncation, reason = "a hundred pixels at most")]
            let (dx, dy) = ((angle.cos() * 85.0).round() as i64, (angle.sin() * 85.0).round() as i64);
            self.circle(PAPER, 210 + dx, 285 + dy, 32);
        }
        self.circle(INK, 210, 285, 22);
        let (x, y) = (self.chance.between(620, 900), self.chance.between(250, 320));
        self.circle(PAPER, x, y, 90);
        self.rect(INK, 0, 530, (WIDTH, 100), 0, 0);
        for hole in 0..20 {
            self.rect(PAPER, hole * 62 + 14, 564, (34, 32), 6, 0);
        }
    }

    /// Sound: rings from a corner, and the bars of a level meter.
    fn concert(&mut self) {
        let x = self.chance.one_of(&[0, WIDTH]);
        for ring in (1..=5).rev() {
            let class = if ring % 2 == 0 { PAPER } else { MID };
            self.circle(class, x, 0, ring * 120);
        }
        for bar in 0..14 {
            let height = self.chance.between(60, 420);
            let class = if bar % 4 == 3 { INK } else { ACCENT };
            self.rect(class, 34 + bar * 82, HEIGHT - height, (50, height + 30), 25, 0);
        }
    }

    /// Somebody speaks, somebody answers.
    fn talk(&mut self) {
        let (shift, lift) = (self.chance.between(-60, 60), self.chance.between(-30, 40));
        let (x, y) = (120 + shift, 90 + lift);
        self.rect(ACCENT, x, y, (560, 300), 90, 0);
        self.path(ACCENT, &format!("M{} {}h150l-150 130Z", x + 90, y + 260));
        let (x, y) = (600 - shift, 270 - lift);
        self.rect(MID, x, y, (470, 230), 80, 0);
        self.path(MID, &format!("M{} {}h-130l130 110Z", x + 400, y + 190));
        for dot in 0..3 {
            self.circle(PAPER, x + 135 + dot * 100, y + 115, 26);
        }
    }

    /// Tiles of simple shapes, laid by hand.
    fn workshop(&mut self) {
        const TILE: i64 = 210;
        for column in 0..6 {
            for row in 0..3 {
                let (x, y) = (column * TILE - 30, row * TILE);
                let class = self.chance.one_of(&[MID, ACCENT, MID, INK, ACCENT]);
                match self.chance.between(0, 5) {
                    0 => self.circle(class, x + TILE / 2, y + TILE / 2, TILE / 2),
                    1 => self.path(class, &format!("M{x} {y}h{TILE}v{TILE}Z")),
                    2 => self.path(class, &format!("M{x} {y}v{TILE}h{TILE}Z")),
                    3 => self.path(class, &format!("M{x} {y}h{TILE}a{TILE} {TILE} 0 0 1 -{TILE} {TILE}Z")),
                    4 => self.path(class, &format!("M{x} {}v-{TILE}a{TILE} {TILE} 0 0 1 {TILE} {TILE}Z", y + TILE)),
                    _ => {}
                }
            }
        }
    }

    /// Rows of seats before a rising sun.
    fn conference(&mut self) {
        let (x, r) = (self.chance.between(350, 850), self.chance.between(210, 270));
        self.circle(MID, x, 330, r);
        let taken = self.chance.between(2, 6);
        for row in 0..4 {
            for seat in 0..14 {
                let class = if self.chance.between(0, 9) < taken { ACCENT } else { PAPER };
                let x = seat * 92 + if row % 2 == 0 { 0 } else { 46 };
                self.circle(class, x, 375 + row * 82, 34);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::ids::Identifier;

    const KINDS: [EventKind; 7] = [
        EventKind::Party,
        EventKind::Gathering,
        EventKind::FilmNight,
        EventKind::Concert,
        EventKind::Talk,
        EventKind::Workshop,
        EventKind::Conference,
    ];

    const TOKENS: &str = include_str!("../../../web/shared/styles/tokens.css");

    /// The values of a custom property in the shared style: light, then dark.
    fn values(property: &str) -> [&'static str; 2] {
        let name = format!("{property}: ");
        let mut found = TOKENS.split(&name).skip(1).map(|rest| rest.split(';').next().unwrap_or(rest));
        [found.next().expect("a light value"), found.next().expect("a dark value")]
    }

    #[test]
    fn an_event_keeps_its_cover_and_others_have_theirs() {
        let drawn = |ulid: u128, kind| svg(EventId::from_ulid(ulid), kind, Theme::Readers);
        for kind in KINDS {
            assert_eq!(drawn(7, kind), drawn(7, kind));
            assert_ne!(drawn(7, kind), drawn(8, kind));
            // A policy that names the style by its hash lets no other through.
            assert!(!drawn(7, kind).contains("style=") && drawn(7, kind).matches("<style>").count() == 1);
        }
    }

    #[test]
    fn a_theme_changes_nothing_but_colours() {
        let id = EventId::from_ulid(7);
        let [light, dark, readers] =
            [Theme::Light, Theme::Dark, Theme::Readers].map(|theme| svg(id, EventKind::Talk, theme));
        let shapes = |drawn: &str| drawn.split("</style>").nth(1).unwrap().to_owned();
        assert!(shapes(&light) == shapes(&dark) && shapes(&dark) == shapes(&readers));
        assert!(light != dark && readers.contains(&style(id, Theme::Light)));
        assert!(readers.contains(&format!("dark){{{}}}", style(id, Theme::Dark))));
    }

    #[test]
    fn a_cover_lies_where_its_kind_is_called_in_json() {
        for kind in KINDS {
            let word = serde_json::to_value(kind).unwrap();
            let path = path(EventId::from_ulid(7), kind);
            assert_eq!(path, format!("/covers/{}/evt_00000000000000000000000007.svg", word.as_str().unwrap()));
        }
    }

    #[test]
    fn colours_are_spread() {
        let seen: std::collections::BTreeSet<u8> = (0..60).map(|ulid| hue(EventId::from_ulid(ulid))).collect();
        assert_eq!(seen.len(), HUES.len());
    }

    #[test]
    fn the_shared_style_has_the_same_colours() {
        for (index, hue) in HUES.iter().enumerate() {
            let rule = |[accent, tint, mid]: [&str; 3]| {
                format!(".hue{index} {{ --accent: {accent}; --tint: {tint}; --mid: {mid}; }}")
            };
            for rule in [rule(hue.light), rule(hue.dark)] {
                assert!(TOKENS.contains(&rule), "{rule}");
            }
        }
        let ([paper, paper_dark], [ink, ink_dark]) = (values("--paper"), values("--ink"));
        assert_eq!(PAPER_AND_INK, [[paper, ink], [paper_dark, ink_dark]]);
    }

    /// Relative luminance of `#rrggbb` (WCAG 2.2).
    fn luminance(colour: &str) -> f64 {
        let part = |from: usize| {
            let value = f64::from(u8::from_str_radix(&colour[from..from + 2], 16).unwrap()) / 255.0;
            if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
    }

    fn contrast(one: &str, other: &str) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_can_be_read_in_both_themes() {
        let [paper, card] = [values("--paper"), values("--card")];
        for theme in [0, 1] {
            for ground in [paper[theme], card[theme]] {
                for text in ["--ink", "--soft", "--good", "--bad", "--warn"] {
                    let text = values(text)[theme];
                    assert!(contrast(text, ground) >= 4.5, "{text} on {ground}");
                }
                for hue in HUES {
                    let accent = [hue.light, hue.dark][theme][0];
                    assert!(contrast(accent, ground) >= 4.5, "{accent} on {ground}");
                }
            }
            for hue in HUES {
                let (accent, on) = ([hue.light, hue.dark][theme][0], values("--on-accent")[theme]);
                assert!(contrast(on, accent) >= 4.5, "{on} on {accent}");
            }
        }
    }
}
