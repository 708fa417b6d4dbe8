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
    /// The event's version. It changes nothing but the address: who links to the card of a changed event by it is shown the new one
    /// at once.
    #[serde(default)]
    #[expect(dead_code, reason = "it tells addresses apart")]
    v: Option<u64>,
}

/// A PNG, or that the caller's copy of it is good.
#[derive(Debug)]
pub struct CardReply {
    etag: String,
    png: Option<Vec<u8>>,
}

impl Reply for CardReply {
    const STATUS: u16 = 200;
    const MEDIA: &[Media] = &[Media::of("image/png")];
    fn answer(&self) -> Result<Answer> {
        let answer = Answer::new(if self.png.is_some() { Self::STATUS } else { 304 })
            .header("etag", self.etag.clone())
            // A link in a busy chat is asked for by many at once: CloudFront keeps it for all of them.
            .header("cache-control", "public, max-age=300, s-maxage=600, stale-while-revalidate=86400")
            .header("x-content-type-options", "nosniff");
        Ok(match &self.png {
            Some(png) => answer.body("image/png", png.clone()),
            None => answer,
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
        let card = Card::of(&event, cx.now());
        let etag = card.etag(&event);
        if cx.is_held(&etag) {
            return Ok(CardReply { etag, png: None });
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
        Ok(CardReply { etag, png: Some(drawn) })
    }
}
