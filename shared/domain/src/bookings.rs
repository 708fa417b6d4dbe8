//! Bookings, their states, and the calendar that keeps a user from being in two places at once.

mod calendar;
mod state;

pub use calendar::{Calendar, CalendarEntry};
pub use state::State;

use crate::checkins::Admission;
use crate::events::{Event, Status};
use crate::fault::Fault;
use crate::ids::{BookingId, EventId, TicketId, UserId};
use crate::pools::Pool;
use crate::record::{Change, Record};
use crate::refusal::Refusal;
use crate::text::PersonName;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The largest party that books at once.
pub const LARGEST_PARTY: u8 = 20;
/// How many bookings a user may make in [`BOOKING_WINDOW_MINUTES`]; per user, never per address: a hall shares one.
pub const MOST_BOOKINGS: usize = 30;
/// The window of [`MOST_BOOKINGS`].
pub const BOOKING_WINDOW_MINUTES: i64 = 10;

/// How many people come with a booking, the booker included: 1 to [`LARGEST_PARTY`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u8", into = "u8")]
#[schemars(with = "u8", extend("minimum" = 1, "maximum" = 20))]
pub struct PartySize(u8);

impl Default for PartySize {
    fn default() -> Self {
        Self(1)
    }
}
impl PartySize {
    /// The number of people.
    pub fn get(self) -> u8 {
        self.0
    }
}
impl TryFrom<u8> for PartySize {
    type Error = Fault;
    fn try_from(size: u8) -> Result<Self, Fault> {
        Fault::unless_within(size.into(), &(1..=LARGEST_PARTY.into())).map(|()| Self(size))
    }
}
impl From<PartySize> for u8 {
    fn from(size: PartySize) -> u8 {
        size.0
    }
}

/// Who called a booking off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CancelledBy {
    /// Its own user.
    Guest,
    /// The event's organizer.
    Organizer,
}

/// One ticket of a booking.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its place in the party, from 1.
    pub index: u8,
    /// Rises when the ticket is handed over or revoked; an older copy is refused.
    pub issue: u16,
    /// The signed token in the QR code.
    pub token: String,
    /// When and where its holder came in.
    pub admission: Option<Admission>,
}

/// One user's relation to one event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Booking {
    /// Its id.
    pub id: BookingId,
    /// Rises with each write.
    pub version: u64,
    /// The event.
    pub event: EventId,
    /// Whose.
    pub user: UserId,
    /// Their name when they booked.
    pub name: PersonName,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// How many come.
    pub party_size: PartySize,
    /// The pools that its places were taken from, with how many each.
    pub places: Vec<(u8, u8)>,
    /// The event's terms that were agreed to.
    pub terms: u64,
    /// The event's start, for lists by time; follows when the event is moved.
    pub starts: Timestamp,
    /// When it was made.
    pub booked_at: Timestamp,
    /// Who called it off.
    pub cancelled_by: Option<CancelledBy>,
    /// One for each of the party.
    pub tickets: Vec<Ticket>,
    /// How often its user asked for the tickets to be sent again.
    pub resends: u32,
}

/// Who books, as their access token says.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: PersonName,
}

/// What somebody asks for when booking.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// How many come.
    pub party_size: PartySize,
    /// Whether to book in spite of something else at that time.
    pub allow_overlap: bool,
}

/// A place that was decided on, before its tickets are signed.
#[derive(Clone, Debug)]
pub struct Booked {
    /// The booking, without tickets yet.
    pub booking: Booking,
    calendar: Calendar,
    terms: u64,
}

impl Booked {
    /// The tickets that are to be signed: id and issue.
    pub fn tickets(&self) -> impl Iterator<Item = (TicketId, u16)> + '_ {
        (1..=self.booking.party_size.get()).map(|index| (TicketId { booking: self.booking.id, index }, 1))
    }

    /// The booking with its tickets' tokens, and everything to be written.
    ///
    /// # Panics
    /// Where there isn't one token for each of [`Booked::tickets`].
    pub fn issued(mut self, tokens: Vec<String>) -> (Booking, Vec<Change>) {
        assert_eq!(tokens.len(), usize::from(self.booking.party_size.get()), "a token for each of the party");
        self.booking.tickets =
            (1u8..).zip(tokens).map(|(index, token)| Ticket { index, issue: 1, token, admission: None }).collect();
        let mut changes = vec![
            Change::Insert(Record::Booking(self.booking.clone())),
            Change::Replace(Record::Calendar(self.calendar)),
        ];
        changes.extend(self.booking.places.iter().map(|(pool, places)| Change::TakePlaces {
            event: self.booking.event,
            pool: *pool,
            terms: self.terms,
            places: *places,
            bookings: u8::from(*pool == self.booking.home_pool()),
        }));
        (self.booking, changes)
    }
}

/// Whether a booking may be tried at all: published, not over, not one's own live booking already, not too often.
///
/// # Errors
/// Says which of these fails.
fn may_book(event: &Event, calendar: &Calendar, now: Timestamp) -> Result<(), Refusal> {
    match event.status {
        Status::Draft => return Err(Refusal::not_found("event")),
        Status::Cancelled => return Err(Refusal::conflict("event_cancelled", "The event is cancelled.")),
        Status::Published => {}
    }
    if event.ends.instant <= now {
        return Err(Refusal::conflict("event_ended", "The event has ended."));
    }
    if let Some(booking) = calendar.entry(event.id).and_then(|entry| entry.booking) {
        return Err(Refusal::conflict("already_booked", "You have a booking for this event already.")
            .with("booking", booking.to_string()));
    }
    if calendar.entry(event.id).is_some() {
        return Err(Refusal::conflict("own_event", "It's your own event: you need no booking for it."));
    }
    let window = SignedDuration::from_mins(BOOKING_WINDOW_MINUTES);
    let oldest = calendar.recent.iter().filter(|at| now.duration_since(**at) < window);
    if let (true, Some(first)) = (oldest.clone().count() >= MOST_BOOKINGS, oldest.clone().min()) {
        return Err(Refusal::too_many((window - now.duration_since(*first)).as_secs().max(1)));
    }
    Ok(())
}

/// Books places, decided on what was read. `pools` are those that were looked at; when they don't have enough, the refusal
/// is `sold_out`, which is final only if all of them were looked at.
///
/// # Errors
/// See the codes: `event_cancelled`, `event_ended`, `already_booked`, `own_event`, `schedule_conflict`, `sold_out`,
/// `too_many_requests`.
pub fn book(
    id: BookingId,
    event: &Event,
    pools: &[Pool],
    calendar: &Calendar,
    guest: &Guest,
    wish: Wish,
    now: Timestamp,
) -> Result<Booked, Refusal> {
    may_book(event, calendar, now)?;
    // Pools close when their event is cancelled: it was read a moment before that.
    if pools.iter().any(|pool| !pool.open) {
        return Err(Refusal::conflict("event_cancelled", "The event is cancelled."));
    }
    let entry = CalendarEntry { booking: Some(id), starts: event.starts.instant, ends: event.ends.instant };
    let mut calendar = calendar.with(event.id, entry, wish.allow_overlap, now)?;
    calendar.recent.push(now);
    let places = taken_from(pools, wish.party_size.get()).ok_or_else(|| sold_out(pools))?;
    let booking = Booking {
        id,
        version: 1,
        event: event.id,
        user: guest.id,
        name: guest.name.clone(),
        state: State::Confirmed,
        since: now,
        party_size: wish.party_size,
        places,
        terms: event.terms,
        starts: event.starts.instant,
        booked_at: now,
        cancelled_by: None,
        tickets: Vec::new(),
        resends: 0,
    };
    Ok(Booked { booking, calendar, terms: event.terms })
}

/// The answer where there is no room; says how many places are left for a smaller party.
fn sold_out(pools: &[Pool]) -> Refusal {
    let left: i64 = pools.iter().map(|pool| pool.left).sum();
    let detail = match left {
        0 => "Every place is taken.".to_owned(),
        1 => "There is only 1 place left.".to_owned(),
        _ => format!("There are only {left} places left."),
    };
    Refusal::conflict("sold_out", detail).with("places_left", left)
}

/// Which pools give how many places: the first that has room for all, else several, the fullest-stocked first.
fn taken_from(pools: &[Pool], party: u8) -> Option<Vec<(u8, u8)>> {
    if let Some(pool) = pools.iter().find(|pool| pool.left >= i64::from(party)) {
        return Some(vec![(pool.index, party)]);
    }
    let mut stocked: Vec<&Pool> = pools.iter().filter(|pool| pool.left > 0).collect();
    stocked.sort_by_key(|pool| std::cmp::Reverse(pool.left));
    let mut missing = party;
    let mut places = Vec::new();
    for pool in stocked {
        let given = u8::try_from(pool.left).unwrap_or(u8::MAX).min(missing);
        places.push((pool.index, given));
        missing -= given;
        if missing == 0 {
            return Some(places);
        }
    }
    None
}

impl Booking {
    /// The pool under which it stands in the event's lists.
    pub fn home_pool(&self) -> u8 {
        self.places.first().map_or(0, |(pool, _)| *pool)
    }

    /// The state as people should see it, given the event: what follows from an event's end or cancellation is derived
    /// here and never written over thousands of items.
    pub fn state_in(&self, event: &Event, now: Timestamp) -> State {
        match self.state {
            State::Confirmed | State::Requested | State::Invited | State::Waitlisted | State::Offered
                if event.status == Status::Cancelled =>
            {
                State::Cancelled
            }
            State::Confirmed if event.ends.instant <= now => State::NoShow,
            state => state,
        }
    }

    /// In another state.
    ///
    /// # Errors
    /// The state machine doesn't lead there.
    pub fn moved_to(&self, state: State, now: Timestamp) -> Result<Booking, Refusal> {
        if !self.state.next().contains(&state) {
            let detail = format!("A booking that is {} can't become {}.", self.state.word(), state.word());
            return Err(Refusal::conflict("wrong_state", detail).with("state", self.state.word()));
        }
        Ok(Booking { version: self.version + 1, state, since: now, ..self.clone() })
    }

    /// Called off: the places are free again in the same transaction.
    ///
    /// # Errors
    /// It isn't in a state that can be called off; somebody of the party is in already; the event is over.
    pub fn cancelled(
        &self,
        event: &Event,
        calendar: &Calendar,
        by: CancelledBy,
        now: Timestamp,
    ) -> Result<(Booking, Vec<Change>), Refusal> {
        if self.state == State::Cancelled {
            return Ok((self.clone(), Vec::new()));
        }
        if self.state == State::Attended {
            return Err(Refusal::conflict("already_attended", "Somebody of this booking was let in already."));
        }
        if event.status == Status::Cancelled {
            return Err(Refusal::conflict("event_cancelled", "The event is cancelled, and all its bookings with it."));
        }
        if event.ends.instant <= now {
            return Err(Refusal::conflict("event_ended", "The event has ended; there is nothing to cancel any more."));
        }
        let booking = Booking { cancelled_by: Some(by), ..self.moved_to(State::Cancelled, now)? };
        let mut changes = vec![Change::Replace(Record::Booking(booking.clone()))];
        // The entry may belong to a later booking of the same event.
        if calendar.entry(event.id).is_some_and(|entry| entry.booking == Some(self.id)) {
            changes.push(Change::Replace(Record::Calendar(calendar.without(event.id, now))));
        }
        if self.state.holds_place() {
            changes.extend(self.places.iter().map(|(pool, places)| Change::FreePlaces {
                event: event.id,
                pool: *pool,
                places: *places,
                bookings: u8::from(*pool == self.home_pool()),
            }));
        }
        Ok((booking, changes))
    }

    /// With the event's new start, after it was moved by its organizer; `None` where nothing changes.
    pub fn followed(&self, event: &Event) -> Option<Booking> {
        (self.starts != event.starts.instant).then(|| Booking {
            version: self.version + 1,
            starts: event.starts.instant,
            ..self.clone()
        })
    }

    /// Marks that its user wants the tickets once more.
    ///
    /// # Errors
    /// It isn't confirmed; it was sent too often.
    pub fn resent(&self, event: &Event, now: Timestamp) -> Result<(Booking, Vec<Change>), Refusal> {
        if !matches!(self.state_in(event, now), State::Confirmed | State::Attended) {
            return Err(Refusal::conflict("wrong_state", "This booking has no valid ticket to send."));
        }
        if self.resends >= 10 {
            return Err(Refusal::conflict(
                "resent_often",
                "The tickets were sent ten times already; look into the junk folder.",
            ));
        }
        let booking = Booking { version: self.version + 1, resends: self.resends + 1, ..self.clone() };
        Ok((booking.clone(), vec![Change::Replace(Record::Booking(booking))]))
    }

    /// The ticket at a place of the party.
    ///
    /// # Errors
    /// Not found.
    pub fn ticket(&self, index: u8) -> Result<&Ticket, Refusal> {
        self.tickets.iter().find(|ticket| ticket.index == index).ok_or_else(|| Refusal::not_found("ticket"))
    }
}
