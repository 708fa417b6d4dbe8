//! Setting text: how wide it is, where it breaks, what can be written at all. The renderer shapes it in the end; to know where
//! lines end, the sum of its letters' widths is near enough.

use resvg::usvg::fontdb::{Database, Source};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};
use std::sync::{Arc, LazyLock};

static DISPLAY: &[u8] = include_bytes!("../fonts/Unbounded-SemiBold.ttf");
static TEXT: &[u8] = include_bytes!("../fonts/Onest-Medium.ttf");

/// A font that is in the binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Font {
    /// For names of events.
    Display,
    /// For everything else.
    Text,
}

impl Font {
    /// What SVG calls it.
    pub fn attributes(self) -> &'static str {
        match self {
            Font::Display => "font-family=\"Unbounded\" font-weight=\"600\"",
            Font::Text => "font-family=\"Onest\" font-weight=\"500\"",
        }
    }

    fn file(self) -> &'static [u8] {
        match self {
            Font::Display => DISPLAY,
            Font::Text => TEXT,
        }
    }

    fn width_of(self, letter: char, size: f32) -> Option<f32> {
        let font = FontRef::new(self.file()).ok()?;
        let glyph = font.charmap().map(letter)?;
        font.glyph_metrics(Size::new(size), LocationRef::default()).advance_width(glyph)
    }

    /// How wide a text is in this size, in pixels. What this font lacks is taken from the other.
    pub fn width(self, text: &str, size: f32) -> f32 {
        let other = if self == Font::Display { Font::Text } else { Font::Display };
        let width = |letter| self.width_of(letter, size).or_else(|| other.width_of(letter, size));
        text.chars().map(|letter| width(letter).unwrap_or_default()).sum()
    }
}

/// The fonts, for the renderer.
pub(crate) fn fonts() -> Arc<Database> {
    static FONTS: LazyLock<Arc<Database>> = LazyLock::new(|| {
        let mut fonts = Database::new();
        for font in [Font::Display, Font::Text] {
            fonts.load_font_source(Source::Binary(Arc::new(font.file())));
        }
        Arc::new(fonts)
    });
    FONTS.clone()
}

/// The text without what neither font can write (emoji, other scripts), which would come out as boxes.
pub(crate) fn writable(text: &str) -> String {
    let known = |letter: &char| {
        letter.is_whitespace() || [Font::Display, Font::Text].iter().any(|font| font.width_of(*letter, 16.0).is_some())
    };
    let kept: String = text.chars().filter(known).collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text in lines, in the largest of some sizes in which it fits.
#[derive(Debug, PartialEq)]
pub(crate) struct Block {
    pub size: f32,
    pub lines: Vec<String>,
}

/// Sets a text in a width: `sizes` are tried from the first on, each with the most lines it may have; in the last of them the rest
/// is left out.
pub(crate) fn set(font: Font, text: &str, width: f32, sizes: &[(f32, usize)]) -> Block {
    let text = &bound(text);
    for (size, most) in sizes {
        let lines = broken(font, text, *size, width);
        if lines.len() <= *most {
            return Block { size: *size, lines: balanced(font, text, *size, width, lines) };
        }
    }
    let (size, most) = sizes.last().copied().unwrap_or((16.0, 1));
    let mut lines = broken(font, text, size, width);
    lines.truncate(most);
    if let Some(last) = lines.last_mut() {
        while !last.is_empty() && font.width(&format!("{last}…"), size) > width {
            last.pop();
        }
        let kept = last.trim_end_matches([' ', ',', ';', ':', '-', '–', '—', '.']).to_owned();
        *last = format!("{kept}…");
    }
    Block { size, lines }
}

/// The text with its short words (a, of; в, на) bound to what they belong to: none stands alone at the end of a line.
fn bound(text: &str) -> String {
    let mut bound = String::new();
    let words = text.split(' ').filter(|word| !word.is_empty());
    for word in words {
        if !bound.is_empty() {
            let before = bound.rsplit([' ', '\u{A0}']).next().unwrap_or_default();
            let short = before.chars().count() <= 2 && before.chars().all(char::is_alphabetic);
            bound.push(if short { '\u{A0}' } else { ' ' });
        }
        bound.push_str(word);
    }
    bound
}

/// Whether a text had to be cut.
pub(crate) fn is_cut(block: &Block) -> bool {
    block.lines.last().is_some_and(|line| line.ends_with('…'))
}

/// Lines as full as they can be. A word that is longer than a line is broken where the line ends.
fn broken(font: Font, text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if font.width(&longer, size) <= width {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            if !line.is_empty() && font.width(&format!("{line}{letter}"), size) > width {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// As many lines, but of like length: no word stands alone under a long line.
fn balanced(font: Font, text: &str, size: f32, width: f32, full: Vec<String>) -> Vec<String> {
    let narrower = (50..100u8).step_by(2).map(|percent| width * f32::from(percent) / 100.0);
    // A word that had to be broken stays as it is.
    let whole = |lines: &[String]| lines.join(" ") == text;
    if full.len() < 2 || !whole(&full) {
        return full;
    }
    narrower
        .map(|width| broken(font, text, size, width))
        .find(|lines| lines.len() == full.len() && whole(lines))
        .unwrap_or(full)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: &[(f32, usize)] = &[(60.0, 1), (40.0, 2), (30.0, 3)];

    fn fits(block: &Block, width: f32) -> bool {
        block.lines.iter().all(|line| Font::Display.width(line, block.size) <= width)
    }

    #[test]
    fn widths_grow_with_the_size_and_know_both_scripts() {
        for text in ["Jazz", "Джаз"] {
            let (small, large) = (Font::Display.width(text, 20.0), Font::Display.width(text, 40.0));
            assert!(small > 30.0 && (large - 2.0 * small).abs() < 0.1, "{text}: {small} {large}");
        }
        assert!(Font::Display.width("Jazz", 20.0) > Font::Text.width("Jazz", 20.0));
    }

    #[test]
    fn what_is_long_breaks_and_shrinks() {
        let short = set(Font::Display, "Jazz in the Park", 900.0, SIZES);
        assert_eq!(short, Block { size: 60.0, lines: vec!["Jazz in\u{A0}the Park".to_owned()] });
        let name = "Белой ночи не будет: прогулка по крышам, которых нет";
        let long = set(Font::Display, name, 900.0, SIZES);
        assert_eq!((long.size, long.lines.len()), (40.0, 2));
        assert!(fits(&long, 900.0) && long.lines.join(" ").replace('\u{A0}', " ") == name);
        let [first, second] = [0, 1].map(|line| Font::Display.width(&long.lines[line], 40.0));
        assert!((first - second).abs() < 300.0, "balanced: {first} {second}");
    }

    #[test]
    fn no_short_word_ends_a_line() {
        let block = set(Font::Display, "прогулка по крышам, которых нет, с чаем и разговорами о городе", 700.0, SIZES);
        assert!(block.lines.len() > 1);
        for line in &block.lines {
            assert!(!line.ends_with(['с', 'и', 'о']), "{:?}", block.lines);
        }
    }

    #[test]
    fn what_is_longer_than_all_lines_ends_in_dots() {
        let endless = set(Font::Display, &"very long indeed, ".repeat(30), 500.0, SIZES);
        assert_eq!((endless.size, endless.lines.len()), (30.0, 3));
        assert!(fits(&endless, 500.0) && endless.lines[2].ends_with('…') && !endless.lines[2].ends_with(",…"));
    }

    #[test]
    fn a_word_without_end_is_broken() {
        let word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
        let block = set(Font::Display, word, 600.0, SIZES);
        assert!(fits(&block, 600.0) && block.lines.concat() == word, "{block:?}");
    }

    #[test]
    fn only_what_can_be_written_is() {
        assert_eq!(writable("Party 🎉 at 20:00 👩‍👩‍👧 — €5"), "Party at 20:00 — €5");
        assert_eq!(writable("Ёлка «Ґанок» № 7"), "Ёлка «Ґанок» № 7");
        assert_eq!(writable("東京 🎌"), "");
    }
}
