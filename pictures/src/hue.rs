//! The colour of an event, from its picture.

use domain::covers::HUES;

/// Below this chroma (OKLCH) a pixel is grey to the eye.
const GREY: f64 = 0.04;
/// What is darker or lighter has no colour that anybody would name.
const DARK_TO_LIGHT: std::ops::Range<f64> = 0.2..0.97;
/// Which share of a picture must be coloured for the picture to have a colour.
const COLOURED: f64 = 0.02;

/// The one of [`HUES`] that is nearest to most of what is coloured in a picture, given as red, green and blue in turn; `None`
/// where it is grey.
pub(crate) fn hue(pixels: &[u8]) -> Option<u8> {
    let hues: Vec<f64> = HUES.iter().map(|hue| oklch(hex(hue.light[2])).2).collect();
    let mut weights = vec![0.0; hues.len()];
    let (mut coloured, mut all) = (0.0, 0.0);
    for pixel in pixels.as_chunks::<3>().0 {
        all += 1.0;
        let (lightness, chroma, angle) = oklch(*pixel);
        if chroma < GREY || !DARK_TO_LIGHT.contains(&lightness) {
            continue;
        }
        coloured += 1.0;
        let nearest = hues.iter().enumerate().min_by(|(_, a), (_, b)| apart(**a, angle).total_cmp(&apart(**b, angle)));
        if let Some((nearest, _)) = nearest {
            // What glows counts for more than what is barely tinted.
            weights[nearest] += chroma;
        }
    }
    if coloured < all * COLOURED || all == 0.0 {
        return None;
    }
    let (strongest, _) = weights.iter().enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    u8::try_from(strongest).ok()
}

/// How far two angles are apart, the short way round.
fn apart(a: f64, b: f64) -> f64 {
    let turn = (a - b).abs() % std::f64::consts::TAU;
    turn.min(std::f64::consts::TAU - turn)
}

fn hex(colour: &str) -> [u8; 3] {
    let digits = u32::from_str_radix(colour.trim_start_matches('#'), 16).unwrap_or_default();
    let [_, red, green, blue] = digits.to_be_bytes();
    [red, green, blue]
}

/// Lightness, chroma and hue in OKLCH (<https://bottosson.github.io/posts/oklab/>).
fn oklch([red, green, blue]: [u8; 3]) -> (f64, f64, f64) {
    let linear = |value: u8| {
        let value = f64::from(value) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    let (r, g, b) = (linear(red), linear(green), linear(blue));
    let long = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
    let middle = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
    let short = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
    let lightness = 0.210_454_255_3 * long + 0.793_617_785_0 * middle - 0.004_072_046_8 * short;
    let a = 1.977_998_495_1 * long - 2.428_592_205_0 * middle + 0.450_593_709_9 * short;
    let b = 0.025_904_037_1 * long + 0.782_771_766_2 * middle - 0.808_675_766_0 * short;
    (lightness, a.hypot(b), b.atan2(a))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn plain(colour: [u8; 3]) -> Vec<u8> {
        colour.repeat(100)
    }

    #[test]
    fn each_of_our_colours_is_nearest_to_itself() {
        for (index, known) in HUES.iter().enumerate() {
            for colour in [known.light[0], known.light[2], known.dark[0], known.dark[2]] {
                assert_eq!(hue(&plain(hex(colour))), Some(u8::try_from(index).unwrap()), "{colour}");
            }
        }
    }

    #[test]
    fn the_sky_is_blue_and_grass_is_green() {
        let of = |colour| usize::from(hue(&plain(colour)).unwrap());
        assert_eq!((of([40, 110, 220]), of([50, 140, 60]), of([220, 40, 30])), (5, 3, 0));
    }

    #[test]
    fn what_is_most_and_strongest_counts() {
        let mut picture = plain([128, 128, 130]).repeat(5);
        picture.extend(plain([220, 40, 30]));
        assert_eq!(hue(&picture), Some(0), "grey around a red thing");
        picture.extend(plain([40, 110, 220]).repeat(3));
        assert_eq!(hue(&picture), Some(5));
    }

    #[test]
    fn what_is_grey_has_no_colour() {
        for grey in [[0, 0, 0], [255, 255, 255], [128, 128, 128], [126, 128, 130], [8, 0, 12]] {
            assert_eq!(hue(&plain(grey)), None, "{grey:?}");
        }
        assert_eq!(hue(&[]), None);
        let mut speck = plain([128, 128, 128]);
        speck.extend([220, 40, 30]);
        assert_eq!(hue(&speck), None, "a speck colours nothing");
    }
}
