//! From a fact to one delivery per person.

use domain::bookings::Booking;
use domain::events::Event;
use domain::facts::{Delivery, Fact, To, What, direct_deliveries, is_told};
use domain::{Change, Record};
use kit::{Consumer, Cx, Error, FACTS, Grant, MAILS, NoContent, Result, Source, Table, read, send, write};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// How many bookings are read at once.
const PAGE: i32 = 200;
/// When so little time is left, the rest goes into a message of its own.
const ENOUGH: Duration = Duration::from_secs(10);
/// How many messages one fact may take: at 200 bookings each and more, far beyond the largest event. A chain that is longer
/// is a fault of ours, and becomes a dead letter instead of running for ever.
const MOST_MESSAGES: u32 = 10_000;
/// How many people's calendars follow a move side by side.
const SIDE_BY_SIDE: usize = 16;

/// Turn a fact into one delivery per person. A fact that concerns everybody at an event is worked off page by page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FanOut {
    fact: Fact,
    /// Where the message before stopped.
    cursor: Option<String>,
    /// How many messages of this fact went before.
    messages: u32,
}

impl FanOut {
    /// A fact that nobody was told of yet.
    pub fn new(fact: Fact) -> Self {
        FanOut { fact, cursor: None, messages: 0 }
    }
}

impl Consumer for FanOut {
    const SOURCE: Source = Source::Queue(FACTS);
    const GRANTS: &[Grant] =
        &[read(Table::Events), read(Table::Bookings), write(Table::Bookings), send(MAILS), send(FACTS)];
    const TIMEOUT: Duration = Duration::from_secs(60);

    async fn run(self, cx: &Cx) -> Result<()> {
        let Some(event) = self.fact.what.event_of_all() else {
            return cx.send(MAILS, &direct_deliveries(&self.fact), 0).await;
        };
        let Some(event) = cx.store().event(event).await? else { return Ok(()) };
        // A later move, say, will tell of itself; this one is overtaken.
        if !self.fact.what.still_holds(&event, cx.now()) {
            return Ok(());
        }
        let mut cursor = self.cursor.clone();
        loop {
            let page = cx.store().bookings_at(event.id, event.pools, None, None, PAGE, cursor.as_deref()).await?;
            let told: Vec<&Booking> =
                page.items.iter().filter(|booking| is_told(booking.state, &self.fact.what)).collect();
            if matches!(self.fact.what, What::EventMoved { .. }) {
                follow(cx, &event, &told).await?;
            }
            let deliveries: Vec<Delivery> =
                told.iter().map(|booking| Delivery { fact: self.fact.clone(), to: To::Guest(booking.id) }).collect();
            cx.send(MAILS, &deliveries, 0).await?;
            cursor = page.cursor;
            if cursor.is_none() {
                return Ok(());
            }
            if cx.time_left() < ENOUGH {
                break;
            }
        }
        if self.messages >= MOST_MESSAGES {
            return Err(Error::internal("a fact took more messages than any event has people"));
        }
        let rest = FanOut { fact: self.fact, cursor, messages: self.messages + 1 };
        cx.send(FACTS, &[rest], 0).await
    }
}

/// Lets the calendars and bookings of those who are booked follow an event that was moved.
async fn follow(cx: &Cx, event: &Event, bookings: &[&Booking]) -> Result<()> {
    for some in bookings.chunks(SIDE_BY_SIDE) {
        let mut running = Vec::with_capacity(some.len());
        for booking in some {
            running.push(follow_one(cx, event, booking));
        }
        join_all(running).await?;
    }
    Ok(())
}

/// Runs futures side by side in this task, so that their cost is counted with it.
async fn join_all<F: Future<Output = Result<()>>>(futures: Vec<F>) -> Result<()> {
    let mut running: Vec<_> = futures.into_iter().map(Box::pin).collect();
    std::future::poll_fn(|context| {
        let mut failed = None;
        running.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Pending => true,
            std::task::Poll::Ready(result) => {
                failed = failed.take().or(result.err());
                false
            }
        });
        match failed {
            Some(error) => std::task::Poll::Ready(Err(error)),
            None if running.is_empty() => std::task::Poll::Ready(Ok(())),
            None => std::task::Poll::Pending,
        }
    })
    .await
}

async fn follow_one(cx: &Cx, event: &Event, booking: &Booking) -> Result<()> {
    let (calendar, stored) = tokio::try_join!(cx.store().calendar(booking.user), cx.store().booking(booking.id))?;
    let mut changes = Vec::new();
    if let Some(calendar) = calendar.followed(event, booking.id, cx.now()) {
        changes.push(Change::Replace(Record::Calendar(calendar)));
    }
    if let Some(followed) = stored.and_then(|stored| stored.followed(event)) {
        changes.push(Change::Replace(Record::Booking(followed)));
    }
    if changes.is_empty() {
        return Ok(());
    }
    cx.commit(changes, NoContent).await.map(|NoContent| ())
}
