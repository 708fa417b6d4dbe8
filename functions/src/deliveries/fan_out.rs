//! From a fact to one delivery per person.

use domain::bookings::{Booking, Calendar};
use domain::events::Event;
use domain::facts::{Delivery, Fact, To, What, direct_deliveries, is_told};
use domain::ids::{BookingId, EventId, UserId};
use domain::{Change, Record};
use kit::{Consumer, Cx, Error, FACTS, Grant, MAILS, NoContent, Result, Source, Table, read, send, write};
use serde::{Deserialize, Serialize};
use std::task::Poll;
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
/// How often a calendar is tried that its user writes at the same time.
const FOLLOW_TRIES: u32 = 8;

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
            let told: Vec<&Booking> = page.items.iter().filter(|booking| concerns(&self.fact.what, booking)).collect();
            if matches!(self.fact.what, What::EventMoved { .. }) {
                follow(cx, event.id, &told).await?;
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

/// Whether a booking is told of what happened. Who booked after a move knows the new time and place, and needs no mail.
fn concerns(what: &What, booking: &Booking) -> bool {
    is_told(booking.state, what) && !matches!(what, What::EventMoved { terms, .. } if booking.terms >= *terms)
}

/// Lets the calendars and bookings of those who are booked follow an event that was moved.
async fn follow(cx: &Cx, event: EventId, bookings: &[&Booking]) -> Result<()> {
    for some in bookings.chunks(SIDE_BY_SIDE) {
        let mut behind: Vec<(UserId, BookingId)> = some.iter().map(|booking| (booking.user, booking.id)).collect();
        for attempt in 1..=FOLLOW_TRIES {
            let read = join_all(behind.iter().map(|(user, booking)| async {
                Ok(tokio::try_join!(cx.store().calendar(*user), cx.store().booking(*booking))?)
            }));
            let read = read.await?;
            // Read after the calendars, so that nobody writes an older time over a newer one: if a later move has reached
            // a calendar before it was read here, then that move is seen here too.
            let Some(event) = cx.store().event(event).await? else { return Ok(()) };
            let event = &event;
            let written =
                join_all(read.into_iter().map(|(calendar, booking)| follow_one(cx, event, calendar, booking)));
            behind = written.await?.into_iter().flatten().collect();
            if behind.is_empty() {
                break;
            }
            if attempt == FOLLOW_TRIES {
                return Err(store::Error::Overtaken.into());
            }
            tokio::time::sleep(store::jitter(attempt)).await;
        }
    }
    Ok(())
}

/// Writes what follows for one booking; gives it back where its user changed their calendar meanwhile.
async fn follow_one(
    cx: &Cx,
    event: &Event,
    calendar: Calendar,
    booking: Option<Booking>,
) -> Result<Option<(UserId, BookingId)>> {
    let Some(booking) = booking else { return Ok(None) };
    let calendar = calendar.followed(event, booking.id, cx.now()).map(Record::Calendar);
    let followed = booking.followed(event).map(Record::Booking);
    let changes: Vec<Change> = calendar.into_iter().chain(followed).map(Change::Replace).collect();
    match cx.commit(changes, NoContent).await {
        Ok(NoContent) => Ok(None),
        Err(Error::Store(store::Error::Overtaken)) => Ok(Some((booking.user, booking.id))),
        Err(error) => Err(error),
    }
}

/// Runs futures side by side in this task, so that their cost is counted with it. Gives their results in no order.
async fn join_all<T, F: Future<Output = Result<T>>>(futures: impl Iterator<Item = F>) -> Result<Vec<T>> {
    let mut running: Vec<_> = futures.map(Box::pin).collect();
    let mut results = Vec::with_capacity(running.len());
    std::future::poll_fn(|context| {
        let mut failed = None;
        running.retain_mut(|future| match future.as_mut().poll(context) {
            Poll::Pending => true,
            Poll::Ready(Ok(result)) => {
                results.push(result);
                false
            }
            Poll::Ready(Err(error)) => {
                failed = failed.take().or(Some(error));
                false
            }
        });
        match failed {
            Some(error) => Poll::Ready(Err(error)),
            None if running.is_empty() => Poll::Ready(Ok(())),
            None => Poll::Pending,
        }
    })
    .await?;
    Ok(results)
}
