//! A ticket's QR code as a picture.

use super::{TicketView, held_ticket};
use bytes::Bytes;
use domain::ids::TicketId;
use domain::refusal::Refusal;
use kit::{Answer, Caller, Cx, Error, Grant, Media, Reply, Result, Route, Table, read};
use mail::qr;
use schemars::JsonSchema;
use serde::Deserialize;

/// The form of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PictureFormat {
    /// Pixels.
    #[default]
    Png,
    /// Shapes.
    Svg,
}

/// Draw a ticket's QR code. A ticket that isn't valid has none.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenderTicketQr {
    /// Of which ticket.
    ticket: TicketId,
    /// PNG or SVG.
    #[serde(default)]
    format: PictureFormat,
    /// What its QR code says, instead of signing in.
    #[serde(default)]
    key: Option<String>,
}

/// A QR code.
#[derive(Debug)]
pub struct QrPicture {
    media: &'static str,
    body: Bytes,
}

impl Reply for QrPicture {
    const STATUS: u16 = 200;
    const MEDIA: &[Media] = &[Media::of("image/png"), Media::of("image/svg+xml")];
    fn answer(&self) -> Result<Answer> {
        Ok(Answer::new(Self::STATUS)
            .header("cache-control", "private, no-store")
            .header("x-content-type-options", "nosniff")
            .body(self.media, self.body.clone()))
    }
}

impl Route for RenderTicketQr {
    const ROUTE: &str = "GET /api/tickets/{ticket}/qr";
    const CALLER: Caller = Caller::HolderOf("ticket");
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings)];
    type Reply = QrPicture;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let (booking, ticket, event) = held_ticket(cx, self.ticket, self.key.as_deref()).await?;
        let view = TicketView::new(&booking, &ticket, &event, cx.base_url(), cx.now());
        let token = view.token.ok_or_else(|| {
            Refusal::conflict("wrong_state", "This ticket isn't valid any more, so it has no QR code.")
        })?;
        Ok(match self.format {
            PictureFormat::Png => {
                QrPicture { media: "image/png", body: qr::png(&token).map_err(Error::internal)?.into() }
            }
            PictureFormat::Svg => {
                QrPicture { media: "image/svg+xml", body: qr::svg(&token).map_err(Error::internal)?.into() }
            }
        })
    }
}
