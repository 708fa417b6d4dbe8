//! QR codes (ISO/IEC 18004) as pictures: black on white whatever the theme, since scanners want it so.

use qrcode::{Color, EcLevel, QrCode, render::svg};

/// The white margin that the standard asks for, in modules on each side (ISO/IEC 18004, section 5.3.8).
const QUIET_ZONE: usize = 4;

/// How many pixels a module is wide in a PNG: sharp on a phone's screen at half the size.
const SCALE: usize = 8;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum QrError {
    /// The payload is too long for any code.
    #[error("the payload of {0} bytes does not fit a QR code")]
    TooLong(usize),
    /// The picture could not be written.
    #[error("the picture of the QR code could not be written: {0}")]
    Picture(#[from] png::EncodingError),
}

/// The code with error correction level M, which survives 15 % of damage (a fold, a reflection).
fn code(payload: &str) -> Result<QrCode, QrError> {
    QrCode::with_error_correction_level(payload, EcLevel::M).map_err(|_| QrError::TooLong(payload.len()))
}

/// A PNG with one bit per pixel, 8 pixels per module, and the quiet zone.
pub fn png(payload: &str) -> Result<Vec<u8>, QrError> {
    let code = code(payload)?;
    let (modules, colors) = (code.width(), code.to_colors());
    let side = (modules + 2 * QUIET_ZONE) * SCALE;
    let bytes_per_row = side.div_ceil(8);
    let mut pixels = vec![0xFF_u8; bytes_per_row * side];
    for (at, _) in colors.iter().enumerate().filter(|(_, color)| **color == Color::Dark) {
        let (left, top) = ((at % modules + QUIET_ZONE) * SCALE, (at / modules + QUIET_ZONE) * SCALE);
        for y in top..top + SCALE {
            for x in left..left + SCALE {
                pixels[y * bytes_per_row + x / 8] &= !(0x80 >> (x % 8));
            }
        }
    }
    let mut file = Vec::new();
    // A side is at most (177 + 8) * 8 pixels: it fits.
    let mut encoder = png::Encoder::new(&mut file, side as u32, side as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&pixels)?;
    writer.finish()?;
    Ok(file)
}

/// An SVG of the same code, for screens.
pub fn svg(payload: &str) -> Result<String, QrError> {
    let code = code(payload)?;
    Ok(code.render::<svg::Color<'_>>().quiet_zone(true).module_dimensions(SCALE as u32, SCALE as u32).build())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// As long as a real token: version, key id, ticket, event, issue and a signature of 64 bytes, in base64url.
    const TOKEN: &str = "g1.k2.AZqXH0bYd3mJf8nR5tVwLw.AZqXH0bYd3mJf8nR5tVwLw.1.\
        MEUCIQDx5u3bHn8v9YwK2lZs7Q4pTtXo6RrJmC0NfGgEaBhVdAIgS1kP3yUeWqLzOiX8cM7vTnRjFbHsDxKwYpZuAmQ";

    fn decoded(file: &[u8]) -> Vec<String> {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        let (width, height) = (info.width as usize, info.height as usize);
        let mut picture =
            rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * info.line_size + x]);
        picture.detect_grids().iter().map(|grid| grid.decode().unwrap().1).collect()
    }

    #[test]
    fn a_scanner_reads_what_was_written() {
        for payload in [TOKEN, "x", "https://example.org/?q=кино"] {
            assert_eq!(decoded(&png(payload).unwrap()), [payload]);
        }
    }

    #[test]
    fn the_margin_is_four_modules_of_white() {
        let file = png(TOKEN).unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(&file)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.bit_depth, info.color_type), (png::BitDepth::One, png::ColorType::Grayscale));
        assert!(pixels[..info.line_size * QUIET_ZONE * SCALE].iter().all(|byte| *byte == 0xFF));
        assert!(pixels.chunks(info.line_size).all(|row| row[..QUIET_ZONE].iter().all(|byte| *byte == 0xFF)));
        // The first dark pixel is the corner of the finder pattern.
        assert_eq!(pixels[info.line_size * QUIET_ZONE * SCALE + QUIET_ZONE], 0);
    }

    #[test]
    fn the_svg_has_the_same_size() {
        let side = (code(TOKEN).unwrap().width() + 2 * QUIET_ZONE) * SCALE;
        let drawing = svg(TOKEN).unwrap();
        assert!(drawing.contains(&format!("width=\"{side}\"")), "{}", &drawing[..200]);
        assert!(!drawing.contains(TOKEN));
    }

    #[test]
    fn a_payload_that_fits_no_code_is_an_error() {
        assert!(matches!(png(&"x".repeat(3_000)), Err(QrError::TooLong(3_000))));
    }
}
