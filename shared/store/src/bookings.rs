//! Reading bookings, calendars and scans.

use crate::Store;
use crate::cursor::{Page, Position};
use crate::error::{Error, Result};
use crate::item::{Key, key_in, pool_name, text};
use crate::read::Query;
use crate::tables::{BY_EVENT, BY_USER, Table};
use domain::Record;
use domain::accounts::User;
use domain::bookings::{Booking, Calendar, State};
use domain::checkins::{DoorPass, Scan};
use domain::events::Event;
use domain::ids::{BookingId, DoorPassId, EventId, ScanId, UserId};
use domain::pools::Pool;
use std::hash::{BuildHasher, RandomState};

/// The most queries that filling one page of a filtered list may cost.
const QUERIES_PER_PAGE: usize = 5;

/// What a booking is decided on.
#[derive(Clone, Debug)]
pub struct BookingDesk {
    /// The event.
    pub event: Option<Event>,
    /// One of its pools, taken at random from as many as are known of.
    pub pools: Vec<Pool>,
    /// The user's calendar.
    pub calendar: Calendar,
    /// The user's account.
    pub account: Option<User>,
}

/// What a scan is decided on.
#[derive(Clone, Debug)]
pub struct DoorDesk {
    /// The event.
    pub event: Option<Event>,
    /// The door pass, where one was shown.
    pub pass: Option<DoorPass>,
    /// The booking that the shown ticket leads to.
    pub booking: Option<Booking>,
    /// What became of a scan of this id before.
    pub scan: Option<Scan>,
}

fn unexpected(record: &Record) -> Error {
    Error::item("bookings", &format!("holds another record than its key says: {record:?}"))
}

fn as_booking(record: Record) -> Result<Booking> {
    match record {
        Record::Booking(booking) => Ok(booking),
        other => Err(unexpected(&other)),
    }
}

impl Store {
    /// A booking.
    pub async fn booking(&self, id: BookingId) -> Result<Option<Booking>> {
        self.record(Key::booking(id)).await?.map(as_booking).transpose()
    }

    /// A user's calendar; empty where there is none.
    pub async fn calendar(&self, user: UserId) -> Result<Calendar> {
        match self.record(Key::calendar(user)).await? {
            Some(Record::Calendar(calendar)) => Ok(calendar),
            None => Ok(Calendar::empty(user)),
            Some(other) => Err(unexpected(&other)),
        }
    }

    /// What a booking is decided on, in one trip.
    pub async fn booking_desk(&self, event: EventId, user: UserId) -> Result<BookingDesk> {
        let known = u64::from(self.pool_count(event).max(1));
        let chosen = u8::try_from(RandomState::new().hash_one(known) % known).unwrap_or(0);
        let (event, pool, calendar, account) = tokio::try_join!(
            self.event(event),
            self.record(Key::pool(event, chosen)),
            self.calendar(user),
            self.user(user)
        )?;
        let pools = match pool {
            Some(Record::Pool(pool)) => vec![pool],
            None => vec![],
            Some(other) => return Err(unexpected(&other)),
        };
        Ok(BookingDesk { event, pools, calendar, account })
    }

    /// What a scan is decided on, in one trip.
    pub async fn door_desk(
        &self,
        event: EventId,
        pass: Option<DoorPassId>,
        booking: Option<BookingId>,
        scan: &ScanId,
    ) -> Result<DoorDesk> {
        let pass = async {
            match pass {
                Some(pass) => self.door_pass(event, pass).await,
                None => Ok(None),
            }
        };
        let booking = async {
            match booking {
                Some(booking) => self.booking(booking).await,
                None => Ok(None),
            }
        };
        let (event, pass, booking, scan) = tokio::try_join!(self.event(event), pass, booking, self.scan(event, scan))?;
        Ok(DoorDesk { event, pass, booking, scan })
    }

    /// A scan.
    pub async fn scan(&self, event: EventId, id: &ScanId) -> Result<Option<Scan>> {
        match self.record(Key::scan(event, id)).await? {
            Some(Record::Scan(scan)) => Ok(Some(scan)),
            None => Ok(None),
            Some(other) => Err(unexpected(&other)),
        }
    }

    /// A user's bookings by the start of their events, newest first.
    pub async fn bookings_of(&self, user: UserId, limit: i32, cursor: Option<&str>) -> Result<Page<Booking>> {
        let partition = user.to_string();
        let mut query = Query::new(Table::Bookings, Some(BY_USER), &partition);
        query.newest_first = true;
        query.limit = limit;
        let page = self.page(query, cursor).await?;
        let items = page.items.into_iter().map(as_booking).collect::<Result<Vec<_>>>()?;
        Ok(Page { items, cursor: page.cursor })
    }

    /// An event's bookings, pool by pool, within a pool by state and time; of one state, and with names that begin with
    /// `name` (folded), if asked. A page costs five queries at most and may be short though more follow.
    pub async fn bookings_at(
        &self,
        event: EventId,
        pools: u8,
        state: Option<State>,
        name: Option<&str>,
        limit: i32,
        cursor: Option<&str>,
    ) -> Result<Page<Booking>> {
        let mut position = match cursor {
            Some(cursor) => Position::decode(cursor)?,
            None => Position::start("0"),
        };
        let mut bookings = Vec::new();
        for _ in 0..QUERIES_PER_PAGE {
            let pool: u8 = position.partition.parse().ok().filter(|pool| *pool < pools).ok_or(Error::Cursor)?;
            let partition = pool_name(event, pool);
            let mut query = Query::new(Table::Bookings, Some(BY_EVENT), &partition);
            query.begins_with = state.map(|state| format!("{}#", state.word()));
            query.after = position.key();
            query.limit = limit - i32::try_from(bookings.len()).unwrap_or(limit);
            if let Some(name) = name {
                query.limit = 1_000;
                query.filter =
                    Some(("begins_with(#name, :name)", vec![("#name", "folded_name")], vec![(":name", text(name))]));
            }
            let (records, more) = self.query(query).await?;
            bookings.extend(records.into_iter().map(as_booking).collect::<Result<Vec<_>>>()?);
            let most = usize::try_from(limit).unwrap_or(0);
            if bookings.len() > most {
                // A filter looked at more than fits the page: it ends at the last that does.
                bookings.truncate(most);
                let last = bookings.last().cloned().map(Record::Booking).ok_or(Error::Cursor)?;
                position = Position::after(pool.to_string(), &key_in(&last, BY_EVENT)?);
                break;
            }
            position = match more {
                Some(key) => Position::after(pool.to_string(), &key),
                None if pool + 1 < pools => Position::start((pool + 1).to_string()),
                None => return Ok(Page { items: bookings, cursor: None }),
            };
            if bookings.len() >= most {
                break;
            }
        }
        Ok(Page { items: bookings, cursor: Some(position.encode()?) })
    }

    /// An event's scans, newest first.
    pub async fn scans(&self, event: EventId, limit: i32, cursor: Option<&str>) -> Result<Page<Scan>> {
        let partition = format!("{event}#scans");
        let mut query = Query::new(Table::Bookings, Some(BY_EVENT), &partition);
        query.newest_first = true;
        query.limit = limit;
        let page = self.page(query, cursor).await?;
        let items = page
            .items
            .into_iter()
            .map(|record| match record {
                Record::Scan(scan) => Ok(scan),
                other => Err(unexpected(&other)),
            })
            .collect::<Result<Vec<_>>>()?;
        Ok(Page { items, cursor: page.cursor })
    }
}
