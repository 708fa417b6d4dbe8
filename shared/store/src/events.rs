//! Reading events, their pools, announcements, reminders and door passes.

use crate::Store;
use crate::cursor::{Page, Position};
use crate::error::{Error, Result};
use crate::item::{Key, due_hour, listed_month, sortable, text};
use crate::read::{Filter, Query};
use crate::tables::{BY_ORGANIZER, DUE, LISTED, Table};
use domain::Record;
use domain::announcements::Announcement;
use domain::bookings::Calendar;
use domain::checkins::DoorPass;
use domain::events::{Event, EventClaim, ShortCode, ShortLink, Status};
use domain::ids::{DoorPassId, EventId, UserId};
use domain::pools::Pool;
use domain::reminders::{Reminder, ReminderKind};
use futures_util::future::try_join_all;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use std::collections::HashMap;

/// The most queries that filling one page of a filtered list may cost.
const QUERIES_PER_PAGE: usize = 5;
/// How far ahead the public list looks.
const LISTED_DAYS: i64 = 366;

fn unexpected(record: &Record) -> Error {
    Error::item("events", &format!("holds another record than its key says: {record:?}"))
}

fn as_event(record: Record) -> Result<Event> {
    match record {
        Record::Event(event) => Ok(event),
        other => Err(unexpected(&other)),
    }
}

/// Which of the listed events are wanted.
#[derive(Clone, Debug, Default)]
pub struct ListedFilter {
    /// Free (`false`) or with a price (`true`).
    pub priced: Option<bool>,
    /// Online or at a place.
    pub online: Option<bool>,
}

impl Store {
    /// An event.
    pub async fn event(&self, id: EventId) -> Result<Option<Event>> {
        let event = self.record(Key::event(id)).await?.map(as_event).transpose()?;
        if let Some(event) = &event {
            self.remember_pool_count(id, event.pools);
        }
        Ok(event)
    }

    /// Events by their ids, in no order.
    pub async fn events(&self, ids: &[EventId]) -> Result<Vec<Event>> {
        let mut keys: Vec<Key> = ids.iter().map(|id| Key::event(*id)).collect();
        keys.sort_by(|a, b| a.pk.cmp(&b.pk));
        keys.dedup();
        self.records(&keys, false).await?.into_iter().map(as_event).collect()
    }

    /// The id of the event with this slug.
    pub async fn event_by_slug(&self, slug: &str) -> Result<Option<EventId>> {
        match self.record(Key::slug(slug)).await? {
            Some(Record::SlugClaim(claim)) => Ok(Some(claim.event)),
            None => Ok(None),
            Some(other) => Err(unexpected(&other)),
        }
    }

    /// The short link of this code.
    pub async fn short_link(&self, code: &ShortCode) -> Result<Option<ShortLink>> {
        match self.record(Key::short_link(code)).await? {
            Some(Record::ShortLink(link)) => Ok(Some(link)),
            None => Ok(None),
            Some(other) => Err(unexpected(&other)),
        }
    }

    /// Which event holds the claim that another one wants.
    pub async fn event_twin(&self, wanted: &EventClaim) -> Result<Option<EventId>> {
        match self.record(Key::of(&Record::EventClaim(wanted.clone()))).await? {
            Some(Record::EventClaim(claim)) => Ok(Some(claim.event)),
            None => Ok(None),
            Some(other) => Err(unexpected(&other)),
        }
    }

    /// An event with all its pools. One trip where the number of pools is known, two where it isn't yet.
    pub async fn event_and_pools(&self, id: EventId) -> Result<Option<(Event, Vec<Pool>)>> {
        let known = self.pool_count(id);
        let (event, mut pools) = tokio::try_join!(self.event(id), self.pools(id, known))?;
        let Some(event) = event else { return Ok(None) };
        if event.pools > known && event.status != Status::Draft {
            pools = self.pools(id, event.pools).await?;
        }
        Ok(Some((event, pools)))
    }

    /// An event and a user's calendar, in one trip.
    pub async fn event_and_calendar(&self, event: EventId, user: UserId) -> Result<(Option<Event>, Calendar)> {
        tokio::try_join!(self.event(event), self.calendar(user))
    }

    /// All pools of an event, read consistently in one trip.
    pub async fn pools(&self, event: EventId, count: u8) -> Result<Vec<Pool>> {
        let keys: Vec<Key> = (0..count).map(|pool| Key::pool(event, pool)).collect();
        let mut pools = self
            .records(&keys, true)
            .await?
            .into_iter()
            .map(|record| match record {
                Record::Pool(pool) => Ok(pool),
                other => Err(unexpected(&other)),
            })
            .collect::<Result<Vec<_>>>()?;
        pools.sort_by_key(|pool| pool.index);
        Ok(pools)
    }

    /// All pools of some events, by event: of each, so many. As they were a moment ago; a trip for every hundred pools.
    pub async fn pools_of(&self, events: impl Iterator<Item = (EventId, u8)>) -> Result<HashMap<EventId, Vec<Pool>>> {
        let keys: Vec<Key> =
            events.flat_map(|(event, count)| (0..count).map(move |pool| Key::pool(event, pool))).collect();
        let mut pools: HashMap<EventId, Vec<Pool>> = HashMap::new();
        for record in self.records(&keys, false).await? {
            match record {
                Record::Pool(pool) => pools.entry(pool.event).or_default().push(pool),
                other => return Err(unexpected(&other)),
            }
        }
        Ok(pools)
    }

    /// An event with all its pools and its organizer's calendar: what a change of it is decided on. Two trips where the
    /// number of pools isn't known yet, one where it is.
    pub async fn event_desk(&self, id: EventId, organizer: UserId) -> Result<Option<(Event, Vec<Pool>, Calendar)>> {
        let (event, calendar) = tokio::try_join!(self.event_and_pools(id), self.calendar(organizer))?;
        Ok(event.map(|(event, pools)| (event, pools, calendar)))
    }

    /// Published public events that start within `from..to`, by start. Each query looks at one UTC month; a page costs
    /// five queries at most and may be short though more follow.
    pub async fn listed_events(
        &self,
        from: Timestamp,
        to: Option<Timestamp>,
        filter: &ListedFilter,
        limit: i32,
        cursor: Option<&str>,
    ) -> Result<Page<Event>> {
        let last = to.unwrap_or_else(|| {
            let year = SignedDuration::from_hours(24 * LISTED_DAYS);
            from.checked_add(year).unwrap_or(Timestamp::MAX)
        });
        if last < from {
            return Ok(Page { items: Vec::new(), cursor: None });
        }
        let first_month = listed_month(from);
        let mut position = match cursor {
            Some(cursor) => Position::decode(cursor)?,
            None => Position::start(first_month.clone()),
        };
        if first_day(&position.partition).is_none() || position.partition > listed_month(last) {
            return Err(Error::Cursor);
        }
        // Who turns the pages slowly asks from a later time than that at which the page before ended.
        let reached = position.after.as_ref().and_then(|key| key.get(LISTED.sort));
        if position.partition < first_month || reached.is_some_and(|reached| *reached < sortable(from)) {
            position = Position::start(first_month);
        }
        let mut events = Vec::new();
        for _ in 0..QUERIES_PER_PAGE {
            let room = limit - i32::try_from(events.len()).unwrap_or(limit);
            let mut query = Query::new(Table::Events, Some(LISTED), &position.partition);
            query.between = Some((sortable(from), sortable(last)));
            query.after = position.key();
            query.filter = listed_filter(filter);
            query.limit = room;
            let (records, more) = self.query(query).await?;
            events.extend(records.into_iter().map(as_event).collect::<Result<Vec<_>>>()?);
            position = match more {
                Some(key) => Position::after(position.partition, &key),
                None => match month_after(&position.partition).filter(|month| *month <= listed_month(last)) {
                    Some(month) => Position::start(month),
                    None => return Ok(Page { items: events, cursor: None }),
                },
            };
            if i32::try_from(events.len()).unwrap_or(limit) >= limit {
                break;
            }
        }
        Ok(Page { items: events, cursor: Some(position.encode()?) })
    }

    /// A user's own events that start within `from..to`, by start; of one status, if asked.
    pub async fn own_events(
        &self,
        organizer: UserId,
        from: Option<Timestamp>,
        to: Option<Timestamp>,
        status: Option<Status>,
        limit: i32,
        cursor: Option<&str>,
    ) -> Result<Page<Event>> {
        let partition = organizer.to_string();
        let mut query = Query::new(Table::Events, Some(BY_ORGANIZER), &partition);
        query.between =
            Some((from.map_or_else(|| "0".to_owned(), sortable), to.map_or_else(|| "~".to_owned(), sortable)));
        query.limit = limit;
        if let Some(status) = status {
            let word = match status {
                Status::Draft => "draft",
                Status::Published => "published",
                Status::Cancelled => "cancelled",
            };
            query.filter = Some(("#status = :status", vec![("#status", "status")], vec![(":status", text(word))]));
        }
        let page = self.page(query, cursor).await?;
        let items = page.items.into_iter().map(as_event).collect::<Result<Vec<_>>>()?;
        Ok(Page { items, cursor: page.cursor })
    }

    /// An event's announcements, newest first.
    pub async fn announcements(&self, event: EventId, limit: i32, cursor: Option<&str>) -> Result<Page<Announcement>> {
        let partition = event.to_string();
        let mut query = Query::new(Table::Events, None, &partition);
        query.begins_with = Some("announcement#".to_owned());
        query.newest_first = true;
        query.limit = limit;
        let page = self.page(query, cursor).await?;
        let items = page.items.into_iter().map(as_announcement).collect::<Result<Vec<_>>>()?;
        Ok(Page { items, cursor: page.cursor })
    }

    /// One announcement.
    pub async fn announcement(&self, event: EventId, id: domain::ids::AnnouncementId) -> Result<Option<Announcement>> {
        let key = Key::new(Table::Events, event, format!("announcement#{id}"));
        self.record(key).await?.map(as_announcement).transpose()
    }

    /// A door pass.
    pub async fn door_pass(&self, event: EventId, id: DoorPassId) -> Result<Option<DoorPass>> {
        match self.record(Key::door_pass(event, id)).await? {
            Some(Record::DoorPass(pass)) => Ok(Some(pass)),
            None => Ok(None),
            Some(other) => Err(unexpected(&other)),
        }
    }

    /// An event's door passes, newest first, those that were revoked among them.
    pub async fn door_passes(&self, event: EventId, limit: i32, cursor: Option<&str>) -> Result<Page<DoorPass>> {
        let partition = event.to_string();
        let mut query = Query::new(Table::Events, None, &partition);
        query.begins_with = Some("door_pass#".to_owned());
        query.newest_first = true;
        query.limit = limit;
        let page = self.page(query, cursor).await?;
        let passes = page.items.into_iter().map(|record| match record {
            Record::DoorPass(pass) => Ok(pass),
            other => Err(unexpected(&other)),
        });
        Ok(Page { items: passes.collect::<Result<Vec<_>>>()?, cursor: page.cursor })
    }

    /// Reminders of one kind that are planned and due by `now`, the oldest hour first: those of this hour and of the
    /// `hours_back` before it, to catch up after an outage. The hours are read side by side.
    pub async fn due_reminders(&self, kind: ReminderKind, now: Timestamp, hours_back: i64) -> Result<Vec<Reminder>> {
        let hours = (0..=hours_back).rev().map(|back| now - SignedDuration::from_hours(back));
        let due = try_join_all(hours.map(|hour| self.due_in_hour(kind, hour, now))).await?;
        Ok(due.into_iter().flatten().collect())
    }

    async fn due_in_hour(&self, kind: ReminderKind, hour: Timestamp, now: Timestamp) -> Result<Vec<Reminder>> {
        let partition = due_hour(kind, hour);
        let (mut due, mut after) = (Vec::new(), None);
        loop {
            let mut query = Query::new(Table::Events, Some(DUE), &partition);
            query.between = Some(("0".to_owned(), format!("{}~", sortable(now))));
            query.after = after;
            let (records, more) = self.query(query).await?;
            for record in records {
                match record {
                    Record::Reminder(reminder) => due.push(reminder),
                    other => return Err(unexpected(&other)),
                }
            }
            after = more;
            if after.is_none() {
                return Ok(due);
            }
        }
    }
}

fn as_announcement(record: Record) -> Result<Announcement> {
    match record {
        Record::Announcement(announcement) => Ok(announcement),
        other => Err(unexpected(&other)),
    }
}

fn listed_filter(filter: &ListedFilter) -> Option<Filter<'static>> {
    let null = || (":null", text("NULL"));
    let (price, place) = (("#price", "price"), ("#place", "place"));
    match (filter.priced, filter.online) {
        (None, None) => None,
        (Some(true), None) => Some(("NOT attribute_type(#price, :null)", vec![price], vec![null()])),
        (Some(false), None) => Some(("attribute_type(#price, :null)", vec![price], vec![null()])),
        (None, Some(true)) => Some(("attribute_type(#place, :null)", vec![place], vec![null()])),
        (None, Some(false)) => Some(("NOT attribute_type(#place, :null)", vec![place], vec![null()])),
        (Some(priced), Some(online)) => Some((
            match (priced, online) {
                (true, true) => "NOT attribute_type(#price, :null) AND attribute_type(#place, :null)",
                (true, false) => "NOT attribute_type(#price, :null) AND NOT attribute_type(#place, :null)",
                (false, true) => "attribute_type(#price, :null) AND attribute_type(#place, :null)",
                (false, false) => "attribute_type(#price, :null) AND NOT attribute_type(#place, :null)",
            },
            vec![price, place],
            vec![null()],
        )),
    }
}

fn month_after(month: &str) -> Option<String> {
    Some(first_day(month)?.last_of_month().tomorrow().ok()?.strftime("%Y-%m").to_string())
}

/// The first day of a month, in the one way to write it: `2026-1` and `202612` would be partitions that don't exist.
fn first_day(month: &str) -> Option<Date> {
    let first: Date = format!("{month}-01").parse().ok()?;
    (first.strftime("%Y-%m").to_string() == month).then_some(first)
}
