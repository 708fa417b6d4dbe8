//! Who comes.

use super::BookingView;
use super::csv_page::csv;
use crate::checkins::at_door;
use crate::events::{Limit, PageOf};
use domain::accounts::Suppressed;
use domain::bookings::{Booking, State};
use domain::events::Event;
use domain::ids::{EventId, UserId};
use domain::text::fold;
use kit::{Answer, Caller, Cx, Grant, Media, Reply, Result, Route, Table, json_answer, read};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};

/// How many lines a page of CSV holds.
const CSV_PAGE: i32 = 5_000;
/// How many bookings a page of JSON holds at most: with 20 tickets each they come to some 3 MB, half of what Lambda answers
/// with (<https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>).
const JSON_PAGE: i32 = 500;

/// The form of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// JSON.
    #[default]
    Json,
    /// Comma-separated values, in pages of 5,000.
    Csv,
}

/// List an event's bookings with their tickets: for its organizer and its doors. Where an event has several seat pools, pool by
/// pool. For its organizer each says, too, whether mails reach the guest, which costs another read for each. A door that downloads
/// all of it can verify tickets without a line: by their signature, and by the `issue` here.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListEventBookings {
    /// Of which event.
    event: EventId,
    /// Of people whose names begin so; case and accents don't matter.
    #[serde(default)]
    name: Option<String>,
    /// In this state only.
    #[serde(default)]
    state: Option<State>,
    /// JSON or CSV.
    #[serde(default)]
    format: Format,
    /// Where the page before ended; with CSV, from the header `x-next-cursor`.
    #[serde(default)]
    cursor: Option<String>,
    /// How many on a page of JSON.
    #[serde(default)]
    limit: Limit<JSON_PAGE>,
}

/// A page of bookings.
#[derive(Debug)]
pub struct Bookings {
    page: PageOf<BookingView>,
    format: Format,
}

impl Reply for Bookings {
    const STATUS: u16 = 200;
    const MEDIA: &[Media] = &[Media::json::<PageOf<BookingView>>(), Media::of("text/csv")];
    fn answer(&self) -> Result<Answer> {
        if self.format == Format::Json {
            return json_answer(Self::STATUS, &self.page);
        }
        let answer = Answer::new(Self::STATUS)
            .header("cache-control", "no-store")
            .header("content-disposition", "attachment; filename=\"bookings.csv\"")
            .body("text/csv; charset=utf-8", csv(&self.page.items)?);
        Ok(match &self.page.cursor {
            Some(cursor) => answer.header("x-next-cursor", cursor.clone()),
            None => answer,
        })
    }
}

impl Route for ListEventBookings {
    const ROUTE: &str = "GET /api/events/{event}/bookings";
    const CALLER: Caller = Caller::DoorOf("event");
    const GRANTS: &[Grant] = &[read(Table::Accounts), read(Table::Events), read(Table::Bookings)];
    const MEMORY_MB: u32 = 512;
    type Reply = Bookings;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let event = at_door(cx, self.event).await?;
        let name = self.name.as_deref().map(fold).filter(|name| !name.is_empty());
        let limit = if self.format == Format::Csv { CSV_PAGE } else { self.limit.get() };
        let cursor = self.cursor.as_deref();
        let page = cx.store().bookings_at(event.id, event.pools, self.state, name.as_deref(), limit, cursor).await?;
        let suppressed = suppressed(cx, &event, &page.items).await?;
        let view = |booking: Booking| BookingView {
            suppressed: suppressed.get(&booking.user).copied(),
            ..BookingView::new(booking, &event, cx.now())
        };
        let items = page.items.into_iter().map(view).collect();
        Ok(Bookings { page: PageOf { items, cursor: page.cursor }, format: self.format })
    }
}

/// Whom mails don't reach of those who are to come, and why: for the organizer, who may tell them otherwise, as long as there is
/// something to tell. It isn't kept with the bookings: what a guest mends in a moment would have to be written into each of them.
async fn suppressed(cx: &Cx, event: &Event, bookings: &[Booking]) -> Result<HashMap<UserId, Suppressed>> {
    if cx.door_pass().is_some() || cx.now() >= event.ends.instant {
        return Ok(HashMap::new());
    }
    let coming: BTreeSet<UserId> = bookings.iter().filter(|b| b.state.is_live()).map(|booking| booking.user).collect();
    let users = cx.store().users(coming).await?;
    Ok(users.into_iter().filter_map(|user| Some((user.id, user.suppressed()?))).collect())
}
