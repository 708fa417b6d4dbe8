//! Looking over all of an event's bookings, pool by pool, some pools side by side.
//!
//! Its cost is that of reading all of them from the index: half a read unit for every 4 KB, so that 5,000 bookings of about
//! 1 KB each come to some 640 units, whatever part of them is asked for.

use crate::Store;
use crate::error::{Error, Result};
use crate::item::{pool_name, text};
use crate::read::{Found, Part, Query};
use crate::tables::{BY_EVENT, Table};
use domain::bookings::State;
use domain::ids::EventId;
use domain::timeline::Coming;
use futures_util::{StreamExt, TryStreamExt, stream};

/// How many pages of one pool are looked at. A page is what DynamoDB looks at in one query: 1 MB, about 1,000 bookings. A
/// pool of an event with a capacity has 250 places in all, up to 16,000 places.
const PAGES_PER_POOL: usize = 5;
/// How many pools are looked at side by side.
const SIDE_BY_SIDE: usize = 16;

/// What a look over all of an event's bookings found.
#[derive(Clone, Debug, PartialEq)]
pub struct Overview<T> {
    /// What there is.
    pub found: T,
    /// Whether that is all; there may be more where a pool has more than five pages.
    pub whole: bool,
}

impl Store {
    /// How many of an event's bookings are in one of these states.
    pub async fn count_bookings(&self, event: EventId, pools: u8, states: &[State]) -> Result<Overview<usize>> {
        let all = self.look_over(event, pools, Part::Count, states, |found| Ok(found.count)).await?;
        Ok(Overview { found: all.found.into_iter().sum(), whole: all.whole })
    }

    /// When each of an event's bookings took its places and its people came, in no order.
    pub async fn comings(&self, event: EventId, pools: u8) -> Result<Overview<Vec<Coming>>> {
        let part = Part::Only(&["booked_at", "state", "since", "places", "tickets"]);
        let read = |found: Found| {
            let items = found.items.into_iter();
            let comings = items.map(|item| {
                serde_dynamo::aws_sdk_dynamodb_1::from_item(item).map_err(|why| Error::item("bookings", &why))
            });
            comings.collect::<Result<Vec<Coming>>>()
        };
        let all = self.look_over(event, pools, part, &[], read).await?;
        Ok(Overview { found: all.found.into_iter().flatten().collect(), whole: all.whole })
    }

    /// Each page of each pool, read by `read`; of bookings in these states, where any are named.
    async fn look_over<T>(
        &self,
        event: EventId,
        pools: u8,
        part: Part,
        states: &[State],
        read: impl Fn(Found) -> Result<T> + Copy,
    ) -> Result<Overview<Vec<T>>> {
        let names: Vec<String> = (0..states.len()).map(|at| format!(":s{at}")).collect();
        let filter = &format!("#state IN ({})", names.join(", "));
        let values = || names.iter().map(String::as_str).zip(states.iter().map(|state| text(state.word())));
        let pool = async |pool: u8| {
            let partition = pool_name(event, pool);
            let (mut pages, mut after) = (Vec::new(), None);
            for _ in 0..PAGES_PER_POOL {
                let mut query = Query::new(Table::Bookings, Some(BY_EVENT), &partition);
                query.part = part;
                // As many as a page of 1 MB holds.
                query.limit = i32::MAX;
                query.after = after;
                if !states.is_empty() {
                    query.filter = Some((filter, vec![("#state", "state")], values().collect()));
                }
                let mut found = self.find(query).await?;
                after = found.more.take();
                pages.push(read(found)?);
                if after.is_none() {
                    break;
                }
            }
            Ok::<_, Error>((pages, after.is_none()))
        };
        let looked: Vec<(Vec<T>, bool)> =
            stream::iter((0..pools).map(pool)).buffered(SIDE_BY_SIDE).try_collect().await?;
        let whole = looked.iter().all(|(_, whole)| *whole);
        Ok(Overview { found: looked.into_iter().flat_map(|(pages, _)| pages).collect(), whole })
    }
}
