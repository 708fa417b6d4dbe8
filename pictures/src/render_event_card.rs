//! The picture of a link to an event.

use crate::bucket::{Read, bucket};
use crate::card::Card;
use domain::pictures::WIDTHS;
use domain::refusal::Refusal;
use domain::text::Slug;
use kit::{Answer, Caller, Cx, Error, Folder, Grant, Media, Reply, Result, Route, Table, read, read_objects};
use schemars::JsonSchema;
use serde::Deserialize;

/// Draw the picture that messengers and social networks show for a link to an event: its cover, name, time and place, in the
/// event's language, 1200 x 630 pixels.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenderEventCard {
    /// The readable part of the event's address.
    slug: Slug,
    /// The event's version: who links to the card of a changed event by it is shown the new one at once. Any other leads to the
    /// address with the present one.
    #[serde(default)]
    v: Option<u64>,
}

/// A PNG, or where it is.
#[derive(Debug)]
pub enum CardReply {
    /// The card, with its entity tag.
    Drawn(String, Vec<u8>),
    /// The caller's copy is good.
    Held(String),
    /// The card of the version asked for is no longer, or not yet, that of the event: that is at this address.
    At(String),
}

impl Reply for CardReply {
    const STATUS: u16 = 200;
    const MEDIA: &[Media] = &[Media::of("image/png")];
    fn answer(&self) -> Result<Answer> {
        // A link in a busy chat is asked for by many at once: CloudFront keeps it for all of them.
        let kept = |status, etag: &String| {
            Answer::new(status)
                .header("etag", etag.clone())
                .header("cache-control", "public, max-age=300, s-maxage=600, stale-while-revalidate=86400")
                .header("x-content-type-options", "nosniff")
        };
        Ok(match self {
            CardReply::Drawn(etag, png) => kept(200, etag).body("image/png", png.clone()),
            CardReply::Held(etag) => kept(304, etag),
            // Kept under a version to come, the card of today would be shown then.
            CardReply::At(address) => {
                Answer::new(302).header("location", address.clone()).header("cache-control", "no-store")
            }
        })
    }
}

impl Route for RenderEventCard {
    const ROUTE: &str = "GET /e/{slug}/card.png";
    const CALLER: Caller = Caller::Anyone;
    // A whole CPU: a messenger waits for a few seconds only.
    const MEMORY_MB: u32 = 1_769;
    const GRANTS: &[Grant] = &[read(Table::Events), read_objects(Folder::Pictures)];
    type Reply = CardReply;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let id = cx.store().event_by_slug(self.slug.as_str()).await?.ok_or_else(|| Refusal::not_found("event"))?;
        let event = cx.store().event(id).await?.ok_or_else(|| Refusal::not_found("event"))?.seen_by(None)?;
        if self.v.is_some_and(|version| version != event.version) {
            return Ok(CardReply::At(format!("/e/{}/card.png?v={}", event.slug, event.version)));
        }
        let card = Card::of(&event, cx.now());
        let etag = card.etag(&event);
        if cx.is_held(&etag) {
            return Ok(CardReply::Held(etag));
        }
        let photo = match event.picture {
            Some(picture) => match bucket(cx).picture(cx, picture.id, WIDTHS[2]).await? {
                Read::File(file) => Some(file),
                // Replaced or taken back this very moment: its drawing is as good.
                Read::Absent | Read::TooLarge => None,
            },
            None => None,
        };
        let drawn =
            tokio::task::spawn_blocking(move || card.png(photo.as_deref())).await.map_err(Error::internal)??;
        Ok(CardReply::Drawn(etag, drawn))
    }
}
