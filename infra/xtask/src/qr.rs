//! QR codes in pictures, read as a scanner does.

use crate::Result;
use std::fmt::Display;
use std::io::Cursor;

/// What the QR code in this PNG says.
///
/// # Errors
/// It is no PNG, or there is no code in it.
pub fn read(picture: &[u8]) -> Result<String> {
    let unread = |why: &dyn Display| format!("the QR code can't be read: {why}");
    let mut decoder = png::Decoder::new(Cursor::new(picture));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(|why| unread(&why))?;
    let size = reader.output_buffer_size().ok_or_else(|| unread(&"too large"))?;
    let mut pixels = vec![0; size];
    let info = reader.next_frame(&mut pixels).map_err(|why| unread(&why))?;
    let (width, height) = (info.width as usize, info.height as usize);
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * info.line_size + x]);
    let grids = image.detect_grids();
    let grid = grids.first().ok_or_else(|| unread(&"there is none"))?;
    Ok(grid.decode().map_err(|why| unread(&why))?.1)
}
