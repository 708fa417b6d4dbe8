//! A ticket as a calendar entry.

use super::{TicketView, held_ticket};
use crate::deliveries::cards;
use domain::ids::TicketId;
use domain::refusal::Refusal;
use kit::{Answer, Caller, Cx, Error, Grant, Media, Reply, Result, Route, Table, read};
use mail::Address;
use mail::calendar::{self, Method};
use schemars::JsonSchema;
use serde::Deserialize;

/// Get a ticket as a calendar entry (RFC 5545). It has the same UID as the one in the mails, so that calendars know them for
/// one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenderTicketCalendar {
    /// Of which ticket.
    ticket: TicketId,
    /// What its QR code says, instead of signing in.
    #[serde(default)]
    key: Option<String>,
}

/// A calendar entry.
#[derive(Debug)]
pub struct CalendarFile(String);

impl Reply for CalendarFile {
    const STATUS: u16 = 200;
    const MEDIA: &[Media] = &[Media::of("text/calendar")];
    fn answer(&self) -> Result<Answer> {
        Ok(Answer::new(Self::STATUS)
            .header("cache-control", "private, no-store")
            .header("content-disposition", "attachment; filename=\"event.ics\"")
            .body("text/calendar; charset=utf-8", self.0.clone()))
    }
}

impl Route for RenderTicketCalendar {
    const ROUTE: &str = "GET /api/tickets/{ticket}/calendar.ics";
    const CALLER: Caller = Caller::HolderOf("ticket");
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings)];
    type Reply = CalendarFile;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let (booking, ticket, event) = held_ticket(cx, self.ticket, self.key.as_deref()).await?;
        let view = TicketView::new(&booking, &ticket, &event, cx.base_url(), cx.now());
        let link = view.url.ok_or_else(|| {
            Refusal::conflict(
                "wrong_state",
                "This ticket isn't valid any more, so there is nothing to put in a calendar.",
            )
        })?;
        let card = cards::event_card(&event, cx.base_url(), true);
        let slot = cards::calendar_slot(&booking, &event, cx.base_url(), cx.sender());
        // A published entry has no guest list; nobody's address is written into it.
        let nobody = Address { name: booking.name.to_string(), email: cx.sender().to_owned() };
        let entry = card.calendar_entry(&slot, Method::Publish, &nobody, &link, cx.now()).map_err(Error::internal)?;
        Ok(CalendarFile(calendar::render(&entry)))
    }
}
