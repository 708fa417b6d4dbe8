//! Covers that organizers upload, and the pictures that messengers show for a link.

mod bucket;
mod card;
pub mod create_cover_upload;
mod form;
mod hue;
mod picture;
pub mod remove_cover;
pub mod render_event_card;
pub mod set_cover;
mod text;

pub use form::signature;

use kit::{Function, route};
use std::sync::LazyLock;

static ALL: LazyLock<Vec<Function>> = LazyLock::new(|| {
    vec![
        route::<create_cover_upload::CreateCoverUpload>(),
        route::<set_cover::SetCover>(),
        route::<remove_cover::RemoveCover>(),
        route::<render_event_card::RenderEventCard>(),
    ]
});

static EVERY: LazyLock<Vec<Function>> = LazyLock::new(|| functions::all().iter().chain(all()).cloned().collect());

/// The functions that are in this binary, one line each.
pub fn all() -> &'static [Function] {
    &ALL
}

/// Every function of Guestlist, wherever it lies. What is made or checked for all of them starts from here.
pub fn every() -> &'static [Function] {
    &EVERY
}
