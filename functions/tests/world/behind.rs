//! Behind the scenes: what is stored, whole, and whether it agrees with itself; many at once.

use super::people::address;
use super::{PREFIX, Person, World};
use domain::bookings::{Booking, Calendar, State};
use domain::checkins::{Outcome, Scan};
use domain::events::{Event, Status};
use domain::ids::{BookingId, EventId, ScanId, TicketId, UserId};
use domain::pools::Pool;
use domain::reminders::Reminder;
use domain::{Change, Record};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};
use store::Table;
use testbed::Stage;
use testbed::stage::QUEUES;

/// Everything that is stored about events, bookings and who came.
#[derive(Debug, Default)]
pub struct Books {
    pub events: BTreeMap<EventId, Event>,
    pub pools: BTreeMap<EventId, Vec<Pool>>,
    pub bookings: Vec<Booking>,
    pub calendars: BTreeMap<UserId, Calendar>,
    /// By event: each has its own ids.
    pub scans: BTreeMap<(EventId, ScanId), Scan>,
    pub reminders: Vec<Reminder>,
}

impl World {
    /// What is stored, read past everything.
    pub fn books(&self) -> Books {
        let mut books = Books::default();
        for table in [Table::Events, Table::Pools, Table::Bookings] {
            for image in self.images(table) {
                match store::from_stream_image(&image).unwrap() {
                    Record::Event(event) => drop(books.events.insert(event.id, event)),
                    Record::Pool(pool) => books.pools.entry(pool.event).or_default().push(pool),
                    Record::Booking(booking) => books.bookings.push(booking),
                    Record::Calendar(calendar) => drop(books.calendars.insert(calendar.user, calendar)),
                    Record::Scan(scan) => drop(books.scans.insert((scan.event, scan.id.clone()), scan)),
                    Record::Reminder(reminder) => books.reminders.push(reminder),
                    _ => {}
                }
            }
        }
        books.bookings.sort_by_key(|booking| booking.id);
        for pools in books.pools.values_mut() {
            pools.sort_by_key(|pool| pool.index);
        }
        books
    }

    /// Every item of a table, as DynamoDB's JSON.
    pub fn images(&self, table: Table) -> Vec<Value> {
        let mut images = Vec::new();
        let mut request = json!({ "TableName": format!("{PREFIX}{}", table.name()) });
        loop {
            let reply = self.embedded.database().scan(serde_json::from_value(request.clone()).unwrap()).unwrap();
            let mut reply = serde_json::to_value(reply).unwrap();
            images.extend(reply["Items"].as_array().cloned().unwrap_or_default());
            match reply["LastEvaluatedKey"].take() {
                Value::Null => return images,
                key => request["ExclusiveStartKey"] = key,
            }
        }
    }

    /// Fails the test where the books don't agree with themselves.
    #[track_caller]
    pub fn audit(&self) -> Books {
        let books = self.books();
        if let Err(why) = books.agree(self.now()) {
            panic!("{why}");
        }
        books
    }

    /// Puts records into the tables, whatever was there, and lets no stream tell of it. The embedded database looks through
    /// all of a stream at each write, so that a long one makes a test slow.
    pub async fn fill_untold(&self, records: Vec<Record>) {
        let stream = |enabled: bool| {
            let mut stream = json!({ "StreamEnabled": enabled });
            if enabled {
                stream["StreamViewType"] = json!("NEW_AND_OLD_IMAGES");
            }
            for table in Table::ALL.iter().filter(|table| table.has_stream()) {
                let name = format!("{PREFIX}{}", table.name());
                let request = json!({ "TableName": name, "StreamSpecification": stream });
                self.embedded.database().update_table(serde_json::from_value(request).unwrap()).unwrap();
            }
        };
        stream(false);
        self.fill(records).await;
        stream(true);
    }

    /// Puts records into the tables, whatever was there.
    pub async fn fill(&self, records: Vec<Record>) {
        let store = self.store();
        // No transaction takes more than 100 items.
        for some in records.chunks(100) {
            let changes: Vec<Change> = some.iter().cloned().map(Change::Put).collect();
            store.commit(&changes, None).await.unwrap();
        }
    }

    /// People who have tokens and nothing else: enough to book.
    pub async fn guests(&self, count: usize) -> Vec<Person> {
        let store = self.store();
        let mut people = Vec::with_capacity(count);
        for number in 0..count {
            let id: UserId = self.house.chance().id(self.now()).unwrap();
            let name = format!("Guest {number}").parse().unwrap();
            let access = kit::Access { sub: id, name, verified: true, lang: Default::default() };
            let token = kit::access_token_for(&store, access, self.now()).await.unwrap();
            people.push(Person { id: id.to_string(), email: String::new(), token, refresh: String::new() });
        }
        people
    }
}

/// Runs the jobs by so many clients side by side, and gives what each came to, in the order of the jobs.
pub async fn side_by_side<T, F>(clients: usize, jobs: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let waiting: Arc<Mutex<VecDeque<(usize, F)>>> = Arc::new(Mutex::new(jobs.into_iter().enumerate().collect()));
    let running: Vec<_> = (0..clients)
        .map(|_| {
            let waiting = waiting.clone();
            tokio::spawn(async move {
                let mut done = Vec::new();
                loop {
                    let next = waiting.lock().unwrap().pop_front();
                    let Some((number, job)) = next else { return done };
                    done.push((number, job.await));
                }
            })
        })
        .collect();
    let mut results = BTreeMap::new();
    for client in running {
        results.extend(client.await.unwrap());
    }
    results.into_values().collect()
}

fn must(holds: bool, rule: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(rule()) }
}

impl Books {
    /// The bookings that hold places at an event.
    pub fn live(&self, event: EventId) -> impl Iterator<Item = &Booking> {
        self.bookings.iter().filter(move |booking| booking.event == event && booking.state.is_live())
    }

    /// How many people are booked at an event.
    pub fn people(&self, event: EventId) -> i64 {
        self.live(event).map(|booking| i64::from(booking.party_size.get())).sum()
    }

    /// Pairs of things that one user has at the same time.
    pub fn overlaps(&self) -> Vec<(UserId, EventId, EventId)> {
        let published = |id: &EventId| self.events.get(id).filter(|event| event.status == Status::Published);
        let mut agendas: BTreeMap<UserId, BTreeSet<EventId>> = BTreeMap::new();
        for booking in self.bookings.iter().filter(|booking| booking.state.is_live()) {
            agendas.entry(booking.user).or_default().insert(booking.event);
        }
        for event in self.events.values() {
            agendas.entry(event.organizer).or_default().insert(event.id);
        }
        let mut overlaps = Vec::new();
        for (user, agenda) in agendas {
            let events: Vec<&Event> = agenda.iter().filter_map(published).collect();
            for (at, one) in events.iter().enumerate() {
                for other in &events[at + 1..] {
                    if one.starts.instant < other.ends.instant && other.starts.instant < one.ends.instant {
                        overlaps.push((user, one.id, other.id));
                    }
                }
            }
        }
        overlaps
    }

    /// Whether pools, bookings, calendars and scans say the same.
    pub fn agree(&self, now: Timestamp) -> Result<(), String> {
        let mut held: BTreeMap<(UserId, EventId), Vec<BookingId>> = BTreeMap::new();
        for booking in self.bookings.iter().filter(|booking| booking.state.is_live()) {
            held.entry((booking.user, booking.event)).or_default().push(booking.id);
        }
        for event in self.events.values().filter(|event| event.status != Status::Draft) {
            self.pools_agree(event)?;
        }
        for booking in &self.bookings {
            self.booking_agrees(booking, &held, now)?;
        }
        for calendar in self.calendars.values() {
            for (event, entry) in &calendar.entries {
                let id: EventId = event.parse().unwrap();
                let user = calendar.user;
                match entry.booking {
                    Some(booking) => must(self.live(id).any(|held| held.id == booking && held.user == user), || {
                        format!("2: {user} has a calendar entry for {booking}, which isn't live")
                    })?,
                    None => must(
                        self.events
                            .get(&id)
                            .is_some_and(|held| held.organizer == user && held.status == Status::Published),
                        || format!("3: {user} has a calendar entry for {id}, which isn't their event"),
                    )?,
                }
            }
        }
        for scan in self.scans.values().filter(|scan| scan.outcome == Outcome::Admitted && scan.undone_at.is_none()) {
            let ticket = scan.ticket.ok_or_else(|| format!("5: {} let nobody's ticket in", scan.id))?;
            must(self.admission(ticket).as_ref() == Some(&scan.id), || {
                format!("5: {} let {ticket} in, but it isn't", scan.id)
            })?;
        }
        Ok(())
    }

    fn admission(&self, ticket: TicketId) -> Option<ScanId> {
        let booking = self.bookings.iter().find(|booking| booking.id == ticket.booking)?;
        Some(booking.ticket(ticket.index).ok()?.admission.as_ref()?.scan.clone())
    }

    fn pools_agree(&self, event: &Event) -> Result<(), String> {
        let id = event.id;
        let none = Vec::new();
        let pools = self.pools.get(&id).unwrap_or(&none);
        must(pools.len() == usize::from(event.pools), || {
            format!("{id} has {} pools and not {}", pools.len(), event.pools)
        })?;
        for pool in pools {
            let which = || format!("pool {} of {id}", pool.index);
            must(pool.terms == event.terms, || {
                format!("7: {} has terms {} and not {}", which(), pool.terms, event.terms)
            })?;
            let open = event.status == Status::Published;
            must(pool.open == open, || format!("7: {} is open against its event", which()))?;
            must(pool.left >= 0, || format!("1: {} has {} left", which(), pool.left))?;
            let taken: i64 = self
                .live(id)
                .flat_map(|booking| &booking.places)
                .filter(|(index, _)| *index == pool.index)
                .map(|(_, places)| i64::from(*places))
                .sum();
            must(pool.taken == taken, || format!("6: {} has {} taken by {taken} people", which(), pool.taken))?;
            let inside = self
                .live(id)
                .filter(|booking| booking.home_pool() == pool.index)
                .flat_map(|booking| &booking.tickets)
                .filter(|ticket| ticket.admission.is_some())
                .count();
            must(usize::try_from(pool.admitted) == Ok(inside), || {
                format!("5: {} counts {} in, {inside} are", which(), pool.admitted)
            })?;
            let booked = self.live(id).filter(|booking| booking.home_pool() == pool.index).count();
            must(usize::try_from(pool.bookings) == Ok(booked), || {
                format!("6: {} counts {} bookings, {booked} are", which(), pool.bookings)
            })?;
        }
        let people = self.people(id);
        if let Some(capacity) = event.details.capacity {
            let left: i64 = pools.iter().map(|pool| pool.left).sum();
            must(people + left == i64::from(capacity), || {
                format!("1: {people} people and {left} left of {capacity} at {id}")
            })?;
        }
        Ok(())
    }

    fn booking_agrees(
        &self,
        booking: &Booking,
        held: &BTreeMap<(UserId, EventId), Vec<BookingId>>,
        now: Timestamp,
    ) -> Result<(), String> {
        let id = booking.id;
        let event = self.events.get(&booking.event).ok_or_else(|| format!("{id} has no event"))?;
        let party = u32::from(booking.party_size.get());
        let places: u32 = booking.places.iter().map(|(_, places)| u32::from(*places)).sum();
        must(places == party && booking.tickets.len() == party as usize, || {
            format!("{id} is for {party}: {booking:?}")
        })?;
        must(booking.terms <= event.terms, || format!("7: {id} has terms of the future"))?;
        let inside = booking.tickets.iter().filter(|ticket| ticket.admission.is_some()).count();
        must((booking.state == State::Attended) == (inside > 0), || {
            format!("5: {id} is {:?} with {inside} in", booking.state)
        })?;
        for ticket in booking.tickets.iter() {
            let Some(admission) = &ticket.admission else { continue };
            let scan = self.scans.get(&(booking.event, admission.scan.clone())).filter(|scan| scan.undone_at.is_none());
            let by = scan.filter(|scan| scan.outcome == Outcome::Admitted).and_then(|scan| scan.ticket);
            must(by == Some(TicketId { booking: id, index: ticket.index }), || format!("5: no scan let {id} in"))?;
        }
        let entry = self.calendars.get(&booking.user).and_then(|calendar| calendar.entry(booking.event));
        let entered = entry.is_some_and(|entry| entry.booking == Some(id));
        if booking.state.is_live() && event.status == Status::Published && event.ends.instant > now {
            must(entered, || format!("2: {id} is live, and its user's calendar has {entry:?}"))?;
            let twins = held[&(booking.user, booking.event)].len();
            must(twins == 1, || format!("2: {} has {twins} live bookings at {}", booking.user, booking.event))?;
        }
        must(booking.state.is_live() || !entered, || {
            format!("6: {id} is {:?} and still in the calendar", booking.state)
        })
    }
}

/// Stream records and messages handed on by hand: what fails comes back, as it does in the cloud, until it is taken.
#[derive(Default)]
pub struct Pump {
    records: VecDeque<Value>,
}

impl Pump {
    /// Hands on everything that waits, once. Says how much there was, and how much of it failed.
    pub async fn pass(&mut self, world: &World) -> (usize, usize) {
        self.records.extend(world.records().unwrap());
        let (mut handed, mut failed) = (0, 0);
        while let Some(record) = self.records.pop_front() {
            handed += 1;
            if !publish(world, &record).await {
                // A stream goes no further than its first failure.
                failed += 1;
                self.records.push_front(record);
                break;
            }
        }
        for (queue, consumer) in QUEUES {
            for _ in 0..world.outbox.waiting(queue) {
                let message = world.outbox.take(queue).unwrap();
                handed += 1;
                if !world.hand_over(consumer, &message).await {
                    failed += 1;
                    world.outbox.put_back(queue, message);
                }
            }
        }
        (handed, failed)
    }

    /// Passes until nothing is left, each a little after the lease of a mail has run out.
    pub async fn run(&mut self, world: &World) {
        for _ in 0..20 {
            let (handed, _) = self.pass(world).await;
            if handed == 0 {
                return;
            }
            world.advance(jiff::SignedDuration::from_secs(100));
        }
        panic!("the work behind the scenes comes to no end");
    }
}

/// Hands one stream record on, once; says whether it was taken.
pub async fn publish(world: &World, record: &Value) -> bool {
    Stage::hand_over(world, "publish_facts", record).await.unwrap()
}

impl World {
    /// People with accounts and tokens, verified, without a password that is any good.
    pub async fn members(&self, names: &[&str]) -> Vec<Person> {
        let mut people = Vec::with_capacity(names.len());
        for name in names {
            let user = self.member(name);
            let token = self.write_down(&user).await.unwrap();
            people.push(Person::of((user, token)));
        }
        people
    }

    /// A verified user, not stored yet.
    pub fn member(&self, name: &str) -> domain::accounts::User {
        let user = self.user(name, &address(name), "$argon2id$".to_owned()).unwrap();
        domain::accounts::User { email_verified_at: Some(self.now()), ..user }
    }

    /// To whom mails went so far, and about what, sorted.
    pub fn mailed(&self) -> Vec<(String, String)> {
        let mut mailed: Vec<_> =
            self.outbox.mails().iter().map(super::Mail::read).map(|mail| (mail.to, mail.subject)).collect();
        mailed.sort_unstable();
        mailed
    }
}

impl World {
    /// The same person with a token that hasn't run out.
    pub async fn token_again(&self, person: &Person) -> Person {
        let store = self.store();
        let user = store.user(person.id.parse().unwrap()).await.unwrap().unwrap();
        let token = kit::access_token_for(&store, kit::Access::of(&user), self.now()).await.unwrap();
        Person { token, ..person.clone() }
    }

    /// Whether the books still agree after so long.
    pub fn advance_and_audit(&self, by: jiff::SignedDuration) -> bool {
        self.advance(by);
        self.books().agree(self.now()).is_ok()
    }
}
