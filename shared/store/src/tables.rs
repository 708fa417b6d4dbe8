//! The tables: keys, indexes, streams. The one description that the local runner, the tests and the template are made of.
//!
//! Every table has two string keys, `pk` and `sk`, and every item says in `record` what it holds.

/// A table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// Users, claims on addresses, one-time codes, refresh-token families.
    Accounts,
    /// Events, claims on names and slugs, reminders, announcements, door passes.
    Events,
    /// Seat pools. No stream, no index: nothing slows them down.
    Pools,
    /// Bookings with their tickets, calendars, scans.
    Bookings,
    /// Idempotency records, delivery claims, rate counters.
    Deliveries,
    /// The keys by which tokens and tickets are verified.
    PublicKeys,
}

/// A secondary index over two string attributes, holding the whole item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: &'static str,
    /// The attribute of its partition key. An item without it isn't in the index.
    pub partition: &'static str,
    /// The attribute of its sort key.
    pub sort: &'static str,
}

/// Events by organizer and start.
pub const BY_ORGANIZER: Index = Index { name: "by_organizer", partition: "organizer", sort: "starts_id" };
/// Published public events by UTC start month, then start.
pub const LISTED: Index = Index { name: "listed", partition: "listed_month", sort: "starts_id" };
/// Planned reminders by kind and hour in which they are due.
pub const DUE: Index = Index { name: "due", partition: "due_hour", sort: "due_event" };
/// Bookings by event pool, then state and since when; scans by event and time.
pub const BY_EVENT: Index = Index { name: "by_event", partition: "event_pool", sort: "state_since" };
/// Bookings by user and start of the event.
pub const BY_USER: Index = Index { name: "by_user", partition: "booked_by", sort: "starts_id" };

/// The attribute that holds an item's end in epoch seconds, for DynamoDB to remove it some time later.
pub const TTL: &str = "expires";

impl Table {
    /// Every table.
    pub const ALL: &[Table] =
        &[Table::Accounts, Table::Events, Table::Pools, Table::Bookings, Table::Deliveries, Table::PublicKeys];

    /// Its name, before the deployment's prefix.
    pub fn name(self) -> &'static str {
        match self {
            Table::Accounts => "accounts",
            Table::Events => "events",
            Table::Pools => "pools",
            Table::Bookings => "bookings",
            Table::Deliveries => "deliveries",
            Table::PublicKeys => "public-keys",
        }
    }

    /// The table of this name.
    pub fn named(name: &str) -> Option<Table> {
        Table::ALL.iter().copied().find(|table| table.name() == name)
    }

    /// Its indexes.
    pub fn indexes(self) -> &'static [Index] {
        match self {
            Table::Events => &[BY_ORGANIZER, LISTED, DUE],
            Table::Bookings => &[BY_EVENT, BY_USER],
            _ => &[],
        }
    }

    /// Whether facts come from it, by a stream of old and new images.
    pub fn has_stream(self) -> bool {
        matches!(self, Table::Accounts | Table::Events | Table::Bookings)
    }

    /// Whether its items may end by themselves.
    pub fn has_ttl(self) -> bool {
        matches!(self, Table::Accounts | Table::Deliveries)
    }
}
