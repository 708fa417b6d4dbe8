//! A picture out of an uploaded file: checked by its content, turned upright, stripped of everything but its pixels, and in
//! the widths that are kept.

use crate::hue::hue;
use domain::pictures::{MOST_BYTES, PictureType, WIDTHS};
use domain::refusal::Refusal;
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
        return Err(Refusal::field(FIELD, "is larger than 10 MB; a smaller version of it will do"));
    }
    let format = match PictureType::of(file) {
        Some(PictureType::Jpeg) if !is_whole_jpeg(file) => return Err(damaged()),
        Some(PictureType::Jpeg) => ImageFormat::Jpeg,
        Some(PictureType::Png) => ImageFormat::Png,
        Some(PictureType::Webp) => ImageFormat::WebP,
        None => return Err(Refusal::field(FIELD, "is not a JPEG, PNG or WebP file, whatever it is called")),
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
        return Err(Refusal::field(FIELD, least));
    }
    if width > height.saturating_mul(LONGEST) || height > width.saturating_mul(LONGEST) {
        let shape = format!(
            "is {width} x {height} pixels, too long for a cover; cut it so that no side is three times the other"
        );
        return Err(Refusal::field(FIELD, shape));
    }
    Ok(())
}

fn too_many_pixels() -> Refusal {
    Refusal::field(FIELD, "has more than 50 million pixels; a smaller version of it will do")
}

fn damaged() -> Refusal {
    Refusal::field(FIELD, "is damaged or incomplete: it can't be read as a picture")
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
    DynamicImage::ImageRgb8(pixels.clone()).resize_exact(width, height, FilterType::Lanczos3).into_rgb8()
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
