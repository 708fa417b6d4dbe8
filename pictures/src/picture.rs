//! A picture out of an uploaded file: checked by its content, turned upright, stripped of everything but its pixels, and in
//! the widths that are kept.

use crate::hue::hue;
use domain::pictures::{MOST_BYTES, PictureType, WIDTHS, too_large};
use domain::{Fault, FaultCode, Refusal};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use std::io::Cursor;

/// The most pixels: what the cameras of telephones make at most. A small file may say that it has billions.
const MOST_PIXELS: u64 = 50_000_000;
/// The most memory that a decoder gets: so many pixels of four bytes, and room for its own work.
const MOST_MEMORY: u64 = 256 * 1024 * 1024;
/// What is smaller would look poor everywhere.
const LEAST_WIDTH: u32 = 480;
const LEAST_HEIGHT: u32 = 240;
/// How many times one side may be as long as the other.
const LONGEST: u32 = 3;
/// Of JPEG, from 1 to 100. From about 85 on files grow much faster than anybody sees.
const QUALITY: u8 = 82;
/// The field that names the file.
const FIELD: &str = "upload";

/// What is kept of a file.
#[derive(Debug)]
pub(crate) struct Made {
    /// A JPEG for each of [`WIDTHS`], with nothing in it but the picture. WebP would be smaller by a quarter, but what writes it
    /// lossy and well is C.
    pub files: [Vec<u8>; 3],
    /// Its colour, if it has any.
    pub hue: Option<u8>,
}

/// Makes the pictures of a file.
///
/// # Errors
/// What is wrong with the file, in words for the person who uploaded it.
pub(crate) fn made(file: &[u8]) -> Result<Made, Refusal> {
    let upright = upright(file)?;
    let large = narrowed(&upright, WIDTHS[2]);
    let (middle, small) = (narrowed(&large, WIDTHS[1]), narrowed(&large, WIDTHS[0]));
    let hue = hue(small.as_raw());
    Ok(Made { files: [jpeg(&small)?, jpeg(&middle)?, jpeg(&large)?], hue })
}

/// The pixels of a file as they are to be seen, in sRGB, and no more of them than are needed.
fn upright(file: &[u8]) -> Result<RgbImage, Refusal> {
    if file.len() as u64 > MOST_BYTES {
        return Err(Refusal::field(FIELD, too_large()));
    }
    let format = match PictureType::of(file) {
        Some(PictureType::Jpeg) if !is_whole_jpeg(file) => return Err(damaged()),
        Some(PictureType::Jpeg) => ImageFormat::Jpeg,
        Some(PictureType::Png) => ImageFormat::Png,
        Some(PictureType::Webp) => ImageFormat::WebP,
        None => return Err(Refusal::field(FIELD, FaultCode::NotAPicture)),
    };
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| damaged())?;
    // A camera that was held upright stores a picture that lies, and says so. What it says is taken out with the rest.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let (width, height) = decoder.dimensions();
    let (width, height) = if orientation.to_exif() < 5 { (width, height) } else { (height, width) };
    check_size(width, height)?;
    let profile = decoder.icc_profile().ok().flatten();
    let pixels = DynamicImage::from_decoder(decoder).map_err(|error| match error {
        ImageError::Limits(_) => too_many_pixels(),
        _ => damaged(),
    })?;
    let mut pixels = DynamicImage::ImageRgb8(opaque(pixels));
    // A quick average brings a large one near to what is kept; turning and resizing it well is then quick too.
    let near = WIDTHS[2] * 2;
    if width > near {
        let (w, h) = (pixels.width(), pixels.height());
        pixels = pixels.thumbnail_exact(scaled(w, near, width), scaled(h, near, width));
    }
    pixels.apply_orientation(orientation);
    let pixels = pixels.into_rgb8();
    let converted = profile.and_then(|profile| in_srgb(&profile, &pixels));
    Ok(converted.unwrap_or(pixels))
}

/// `length` times `part` by `whole`, and never nothing.
fn scaled(length: u32, part: u32, whole: u32) -> u32 {
    let scaled = (u64::from(length) * u64::from(part) + u64::from(whole) / 2) / u64::from(whole.max(1));
    u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
}

fn check_size(width: u32, height: u32) -> Result<(), Refusal> {
    if u64::from(width) * u64::from(height) > MOST_PIXELS {
        return Err(too_many_pixels());
    }
    if width < LEAST_WIDTH || height < LEAST_HEIGHT {
        let least = format!("is {width} x {height} pixels small; it must be at least {LEAST_WIDTH} x {LEAST_HEIGHT}");
        return Err(Refusal::field(FIELD, Fault::saying(FaultCode::PictureTooSmall, least)));
    }
    if width > height.saturating_mul(LONGEST) || height > width.saturating_mul(LONGEST) {
        return Err(Refusal::field(FIELD, Fault::limited(FaultCode::PictureTooNarrow, LONGEST.into())));
    }
    Ok(())
}

fn too_many_pixels() -> Refusal {
    Refusal::field(FIELD, Fault::limited(FaultCode::TooManyPixels, (MOST_PIXELS / 1_000_000) as i64))
}

fn damaged() -> Refusal {
    Refusal::field(FIELD, FaultCode::PictureDamaged)
}

/// Whether a JPEG's scans come to an end (ITU-T T.81, annex B): the decoder makes grey of what is missing.
fn is_whole_jpeg(file: &[u8]) -> bool {
    let mut at = 2;
    while let Some([0xFF, marker, high, low]) = file.get(at..at + 4) {
        match marker {
            // Start of scan: from here on an end-of-image marker is no part of a thumbnail.
            0xDA => return file[at..].windows(2).any(|pair| pair == [0xFF, 0xD9]),
            // Any number of these may stand before a marker.
            0xFF => at += 1,
            _ => at += 2 + usize::from(u16::from_be_bytes([*high, *low])),
        }
    }
    false
}

/// What shines through shows white, which is what stands behind pictures on most pages.
fn opaque(pixels: DynamicImage) -> RgbImage {
    if !pixels.color().has_alpha() {
        return pixels.into_rgb8();
    }
    let seen = pixels.into_rgba8();
    RgbImage::from_fn(seen.width(), seen.height(), |x, y| {
        let [red, green, blue, alpha] = seen.get_pixel(x, y).0;
        let over_white = |value: u8| {
            let alpha = u32::from(alpha);
            u8::try_from((u32::from(value) * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(255)
        };
        Rgb([red, green, blue].map(over_white))
    })
}

/// The same colours in the numbers of sRGB, which is what screens take a picture without a profile for. Telephones store
/// larger ranges (Display P3), which would look washed out. `None` where the profile is of no use.
fn in_srgb(profile: &[u8], pixels: &RgbImage) -> Option<RgbImage> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    if profile.color_space != DataColorSpace::Rgb {
        return None;
    }
    let srgb = ColorProfile::new_srgb();
    let transform = profile.create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, TransformOptions::default()).ok()?;
    let mut converted = RgbImage::new(pixels.width(), pixels.height());
    transform.transform(pixels.as_raw(), converted.as_mut()).ok()?;
    Some(converted)
}

/// The same at this width, if it is wider.
fn narrowed(pixels: &RgbImage, width: u32) -> RgbImage {
    if pixels.width() <= width {
        return pixels.clone();
    }
    let height = scaled(pixels.height(), width, pixels.width());
    DynamicImage::ImageRgb8(pixels.clone()).resize_exact(width, height, FilterType::CatmullRom).into_rgb8()
}

fn jpeg(pixels: &RgbImage) -> Result<Vec<u8>, Refusal> {
    let (Ok(width), Ok(height)) = (u16::try_from(pixels.width()), u16::try_from(pixels.height())) else {
        return Err(too_many_pixels());
    };
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, QUALITY);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    // Shown roughly at first, and finer as it comes in; smaller besides.
    encoder.set_progressive(true);
    encoder.set_optimized_huffman_tables(true);
    encoder.encode(pixels.as_raw(), width, height, ColorType::Rgb).map_err(|_| damaged())?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use image::{GrayImage, ImageBuffer, Luma, Rgba, RgbaImage};

    fn written(pixels: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        pixels.into().write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    /// Red at the top left, green at the top right, blue below.
    fn corners(width: u32, height: u32) -> RgbImage {
        RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
            (true, true) => Rgb([220, 30, 30]),
            (false, true) => Rgb([30, 180, 30]),
            _ => Rgb([30, 30, 220]),
        })
    }

    /// A JPEG that says that it is to be turned so (Exif 2.32, section 4.6.4, tag 0x0112).
    fn turned(pixels: &RgbImage, orientation: u8) -> Vec<u8> {
        let plain = written(pixels.clone(), ImageFormat::Jpeg);
        let tag = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
        let mut exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01".to_vec();
        exif.extend(tag);
        exif.extend([0; 4]);
        let mut file = plain[..2].to_vec();
        file.extend([0xFF, 0xE1]);
        file.extend(u16::try_from(exif.len() + 2).unwrap().to_be_bytes());
        file.extend(exif);
        file.extend(&plain[2..]);
        file
    }

    fn is_near(pixel: &Rgb<u8>, expected: [u8; 3]) -> bool {
        pixel.0.iter().zip(expected).all(|(held, wanted)| held.abs_diff(wanted) < 40)
    }

    #[test]
    fn every_orientation_is_set_upright() {
        const RED: [u8; 3] = [220, 30, 30];
        const GREEN: [u8; 3] = [30, 180, 30];
        const BLUE: [u8; 3] = [30, 30, 220];
        // Where the corners of what is stored are seen: top left, top right, bottom left (Exif, as above).
        let cases = [
            (1, [RED, GREEN, BLUE]),
            (2, [GREEN, RED, BLUE]),
            (3, [BLUE, BLUE, GREEN]),
            (4, [BLUE, BLUE, RED]),
            (5, [RED, BLUE, GREEN]),
            (6, [BLUE, RED, BLUE]),
            (7, [BLUE, GREEN, BLUE]),
            (8, [GREEN, BLUE, RED]),
        ];
        for (orientation, seen) in cases {
            let upright = upright(&turned(&corners(800, 600), orientation)).unwrap();
            let (width, height) = upright.dimensions();
            assert_eq!((width, height), if orientation < 5 { (800, 600) } else { (600, 800) }, "{orientation}");
            for ((x, y), expected) in [(20, 20), (width - 20, 20), (20, height - 20)].into_iter().zip(seen) {
                assert!(is_near(upright.get_pixel(x, y), expected), "{orientation}: {:?}", upright.get_pixel(x, y));
            }
        }
    }

    #[test]
    fn what_shines_through_shows_white() {
        let pixels = RgbaImage::from_fn(600, 400, |x, _| match x / 200 {
            0 => Rgba([200, 0, 0, 255]),
            1 => Rgba([200, 0, 0, 0]),
            _ => Rgba([0, 0, 0, 128]),
        });
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let seen = upright(&written(pixels.clone(), format)).unwrap();
            let at = |x| seen.get_pixel(x, 200).0;
            assert_eq!((at(100), at(300), at(500)), ([200, 0, 0], [255, 255, 255], [127, 127, 127]), "{format:?}");
        }
    }

    #[test]
    fn grey_and_deep_pictures_are_taken_too() {
        let grey = GrayImage::from_fn(600, 400, |x, y| Luma([u8::try_from((x + y) % 256).unwrap()]));
        let deep: ImageBuffer<Rgb<u16>, Vec<u16>> =
            ImageBuffer::from_fn(600, 400, |x, _| Rgb([u16::try_from(x).unwrap() * 100, 0, 65_535]));
        for file in [
            written(grey.clone(), ImageFormat::Png),
            written(grey, ImageFormat::Jpeg),
            written(DynamicImage::ImageRgb16(deep), ImageFormat::Png),
        ] {
            assert_eq!(upright(&file).unwrap().dimensions(), (600, 400));
        }
    }

    #[test]
    fn it_is_kept_in_three_widths_and_never_stretched() {
        let widths = |width, height| {
            let made = made(&written(corners(width, height), ImageFormat::Png)).unwrap();
            made.files.map(|file| image::load_from_memory(&file).unwrap().width())
        };
        assert_eq!(widths(4_000, 2_000), [480, 960, 1_600]);
        assert_eq!(widths(1_000, 700), [480, 960, 1_000]);
        assert_eq!(widths(480, 300), [480, 480, 480]);
    }

    #[test]
    fn large_pictures_keep_their_shape() {
        for (width, height) in [(4_032, 3_024), (1_777, 3_333)] {
            let made = narrowed(&upright(&written(corners(width, height), ImageFormat::Jpeg)).unwrap(), 1_600);
            let expected = f64::from(height) / f64::from(width);
            let held = f64::from(made.height()) / f64::from(made.width());
            assert!((expected - held).abs() < 0.002, "{width} x {height} became {:?}", made.dimensions());
        }
    }

    /// A screen that knows no profiles shows what was meant.
    #[test]
    fn colours_of_larger_spaces_are_converted() {
        let p3 = ColorProfile::new_display_p3().encode().unwrap();
        let pixels = RgbImage::from_pixel(8, 8, Rgb([200, 120, 60]));
        let converted = in_srgb(&p3, &pixels).unwrap();
        let [red, green, blue] = converted.get_pixel(4, 4).0;
        // By the matrices of both spaces: Display P3 (200, 120, 60) is sRGB (211, 117, 44).
        assert!(red.abs_diff(211) < 3 && green.abs_diff(117) < 3 && blue.abs_diff(44) < 3, "{red} {green} {blue}");
        let srgb = ColorProfile::new_srgb().encode().unwrap();
        assert!(
            in_srgb(&srgb, &pixels)
                .unwrap()
                .get_pixel(4, 4)
                .0
                .iter()
                .zip([200, 120, 60])
                .all(|(a, b)| a.abs_diff(b) < 2)
        );
        assert!(in_srgb(b"no profile", &pixels).is_none());
    }

    #[test]
    fn a_thumbnail_s_end_is_not_the_picture_s() {
        let whole = turned(&corners(600, 400), 1);
        assert!(is_whole_jpeg(&whole));
        // The same with an end-of-image marker in its metadata, cut off before its own.
        let mut cut = whole[..2].to_vec();
        cut.extend([0xFF, 0xE1, 0, 6, 0xFF, 0xD9, 0, 0]);
        cut.extend(&whole[2..whole.len() - 2]);
        assert!(!is_whole_jpeg(&cut));
        assert!(upright(&cut).is_err());
        for nothing in [&b"\xFF\xD8"[..], b"\xFF\xD8\xFF\xE0", b"\xFF\xD8\xFF\xE1\xFF\xFF"] {
            assert!(!is_whole_jpeg(nothing));
        }
    }

    /// Whatever bytes come: a refusal, never a panic.
    #[test]
    fn damaged_files_are_refused_and_nothing_else() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let whole = written(corners(500, 300), format);
            for cut in (0..whole.len()).step_by((whole.len() / 40).max(1)) {
                drop(upright(&whole[..cut]));
            }
            for at in (12..whole.len()).step_by((whole.len() / 60).max(1)) {
                let mut bent = whole.clone();
                bent[at] ^= 0xFF;
                drop(upright(&bent));
            }
        }
    }
}
