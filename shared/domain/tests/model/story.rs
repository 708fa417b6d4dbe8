//! One story: what people do, in an order that the seed decides.

use crate::chance::Chance;
use crate::common::{details, draft_of, text};
use crate::reference::{Agreed, Deed, Happening, Party, Reference, Seen, due};
use crate::world::{Guard, Key, World};
use domain::bookings::{self, Booking, Calendar, CancelledBy, Guest, Wish};
use domain::checkins::{self, Outcome, ScanReport, Shown};
use domain::events::{Details, Event, Status};
use domain::ids::{BookingId, EventId, Identifier, TicketId, UserId};
use domain::pools::Pool;
use domain::record::{Change, Record};
use domain::refusal::Refusal;
use domain::reminders::{ReminderKind, ReminderState};
use domain::time::Moment;
use jiff::{SignedDuration, Timestamp};
use std::sync::LazyLock;

/// What every event begins as. Made once: a zone is read from its data each time that it is looked up.
static DETAILS: LazyLock<Details> = LazyLock::new(details);

/// A decision that is written now, later, or twice.
#[derive(Clone)]
struct Decision {
    deed: Deed,
    changes: Vec<Change>,
}

struct Story {
    chance: Chance,
    now: Timestamp,
    world: World,
    reference: Reference,
    pending: Vec<Decision>,
    ids: u128,
    log: Vec<(Timestamp, &'static str, Option<Deed>)>,
}

type Step = Result<Option<Decision>, String>;

/// Tells a story of so many steps.
///
/// # Errors
/// What happened, line by line, and last the rule that it broke.
pub fn tell(seed: u64, steps: usize, without: Option<Guard>) -> Result<(), String> {
    let mut story = Story {
        chance: Chance::new(seed),
        now: crate::common::now(),
        world: World::without(without),
        reference: Reference::default(),
        pending: Vec::new(),
        ids: 100,
        log: Vec::new(),
    };
    let told = story.begin().and_then(|()| (0..steps).try_for_each(|_| story.step()));
    told.map_err(|rule| {
        let lines = story.log.iter().map(|(now, how, deed)| format!("{now} {how} {deed:?}\n"));
        format!("{}{rule}", lines.collect::<String>())
    })
}

/// What a fact of the reference says about why something was refused.
fn truly(holds: bool, refusal: &Refusal) -> Step {
    if holds { Ok(None) } else { Err(format!("refused without cause: {refusal} {:?}", refusal.more)) }
}

fn agreed(event: &Event) -> Agreed {
    let place = event.details.place.as_ref().map_or(String::new(), |place| place.name.to_string());
    Agreed { starts: event.starts.instant, ends: event.ends.instant, place }
}

impl Story {
    fn begin(&mut self) -> Result<(), String> {
        for number in 1..=3u128 {
            let organizer = UserId::from_ulid(1 + number % 2);
            let hours = self.hours();
            let mut details =
                Details { name: text(&format!("Event {number}")), ..self.at_hours(DETAILS.clone(), hours) };
            details.capacity = self.capacity();
            let mut event = draft_of(number, details);
            // As if it had had more places once: there are several pools.
            event.pools = event.pools.max(u8::try_from(1 + self.chance.below(3)).unwrap());
            event.organizer = organizer;
            let held = Happening {
                organizer,
                status: Status::Draft,
                capacity: event.details.capacity,
                agreed: agreed(&event),
            };
            self.reference.events.insert(event.id, held);
            let claim = Change::Insert(Record::EventClaim(event.claim()));
            let id = event.id;
            self.world.apply(&[Change::Insert(Record::Event(event)), claim]).ok_or("no draft")?;
            if (number < 3 || self.chance.one_in(2))
                && let Some(decision) = self.publish(id)?
            {
                self.write(&decision, true)?;
            }
        }
        Ok(())
    }

    fn step(&mut self) -> Result<(), String> {
        if !self.pending.is_empty() && self.chance.one_in(3) {
            let at = usize::try_from(self.chance.below(self.pending.len() as u64)).unwrap();
            let decision = self.pending.swap_remove(at);
            return self.write(&decision, false);
        }
        let event = self.some_event();
        let user = UserId::from_ulid(1 + u128::from(self.chance.below(7)));
        let decision = match self.chance.below(100) {
            0..32 => self.book(event, user)?,
            32..42 => self.cancel()?,
            42..46 => self.publish(event)?,
            46..53 => self.change(event, true)?,
            53..63 => self.change(event, false)?,
            63..65 => self.cancel_event(event)?,
            65..78 => self.scan()?,
            78..83 => self.undo()?,
            83..89 => self.tick(event),
            89..94 => self.follow(),
            _ => return self.wait(),
        };
        let Some(decision) = decision else { return Ok(()) };
        if self.chance.one_in(3) {
            self.pending.push(decision);
            return Ok(());
        }
        self.write(&decision, true)?;
        // An answer that was lost: the same is written once more, later.
        if self.chance.one_in(6) {
            self.pending.push(decision);
        }
        Ok(())
    }

    fn write(&mut self, decision: &Decision, fresh: bool) -> Result<(), String> {
        let Some(facts) = self.world.apply(&decision.changes) else {
            self.log.push((self.now, "overtaken", Some(decision.deed.clone())));
            return if fresh { Err("a decision on what is there wasn't written".to_owned()) } else { Ok(()) };
        };
        self.log.push((self.now, if fresh { "done" } else { "done late" }, Some(decision.deed.clone())));
        self.reference.done(&decision.deed, &facts)?;
        self.reference.agrees_with(&self.world, self.now)
    }

    fn book(&mut self, id: EventId, user: UserId) -> Step {
        let event = self.event(id);
        let mut pools = self.pools(id);
        let first = self.chance.below(pools.len().max(1) as u64);
        pools.rotate_left(usize::try_from(first).unwrap());
        let size = u8::try_from(1 + self.chance.below(3)).unwrap();
        let overlap = self.chance.one_in(4);
        self.ids += 1;
        let booking = BookingId::from_ulid(self.ids);
        let guest = Guest { id: user, name: text("Ada") };
        let wish = Wish { party_size: size.try_into().unwrap(), allow_overlap: overlap };
        let now = self.now;
        let (booked, seen) =
            self.with_calendar(user, |calendar| bookings::book(booking, &event, &pools, calendar, &guest, wish, now));
        let held = &self.reference.events[&id];
        match booked {
            Ok(booked) => {
                let (_, changes) = booked.issued((1..=size).map(|index| format!("{booking}{index}")).collect());
                let agreed = agreed(&event);
                Ok(Some(Decision {
                    deed: Deed::Book { booking, user, event: id, party: size, overlap, agreed, seen },
                    changes,
                }))
            }
            Err(refusal) => {
                let why = match refusal.code {
                    "event_not_found" => held.status == Status::Draft,
                    "event_cancelled" => held.status == Status::Cancelled,
                    "event_ended" => held.agreed.ends <= now,
                    "own_event" => held.organizer == user,
                    "already_booked" => self.reference.live(user, id).is_some(),
                    "schedule_conflict" => {
                        let at = &held.agreed;
                        !overlap && self.reference.clash(user, id, at.starts, at.ends, true).is_some()
                    }
                    "sold_out" => {
                        held.capacity.is_some_and(|most| self.reference.confirmed(id) + u32::from(size) > most)
                    }
                    _ => false,
                };
                truly(why, &refusal)
            }
        }
    }

    fn cancel(&mut self) -> Step {
        let Some((id, booking, event)) = self.some_booking() else { return Ok(None) };
        let calendar = self.calendar(booking.user);
        match booking.cancelled(&event, &calendar, CancelledBy::Guest, self.now) {
            Ok((_, changes)) if changes.is_empty() => Ok(None),
            Ok((_, changes)) => Ok(Some(Decision { deed: Deed::Cancel { booking: id }, changes })),
            Err(refusal) => {
                let held = &self.reference.events[&event.id];
                let why = match refusal.code {
                    "already_attended" => !self.reference.bookings[&id].inside.is_empty(),
                    "event_cancelled" => held.status == Status::Cancelled,
                    "event_ended" => held.agreed.ends <= self.now,
                    _ => false,
                };
                truly(why, &refusal)
            }
        }
    }

    fn publish(&mut self, id: EventId) -> Step {
        let event = self.event(id);
        let overlap = self.chance.one_in(3);
        let now = self.now;
        let (published, _) = self.with_calendar(event.organizer, |calendar| event.published(calendar, overlap, now));
        match published {
            Ok((_, changes)) if changes.is_empty() => Ok(None),
            Ok((_, changes)) => Ok(Some(Decision { deed: Deed::Publish { event: id, overlap }, changes })),
            Err(refusal) => self.explained(&event, None, overlap, &refusal),
        }
    }

    fn change(&mut self, id: EventId, moved: bool) -> Step {
        let event = self.event(id);
        let mut details = event.details.clone();
        if moved {
            match self.chance.below(4) {
                0 => details.place.as_mut().unwrap().name = text(&format!("Hall {}", self.chance.below(9))),
                1 => {
                    let later = details.ends.civil().saturating_add(SignedDuration::from_hours(1));
                    details.ends = later.strftime("%Y-%m-%dT%H:%M").to_string().try_into().unwrap();
                }
                _ => {
                    let hours = self.hours();
                    details = self.at_hours(details, hours);
                }
            }
        } else {
            details.capacity = self.capacity();
        }
        let overlap = self.chance.one_in(3);
        let (pools, now) = (self.pools(id), self.now);
        let (changed, _) = self
            .with_calendar(event.organizer, |calendar| event.changed(details.clone(), &pools, calendar, overlap, now));
        match changed {
            Ok((_, changes)) if changes.is_empty() => Ok(None),
            Ok((new, changes)) => {
                let deed = Deed::Change { event: id, agreed: agreed(&new), capacity: new.details.capacity, overlap };
                Ok(Some(Decision { deed, changes }))
            }
            Err(refusal) => self.explained(&event, Some(&details), overlap, &refusal),
        }
    }

    fn explained(&self, event: &Event, details: Option<&Details>, overlap: bool, refusal: &Refusal) -> Step {
        let held = &self.reference.events[&event.id];
        let (starts, ends) = details
            .unwrap_or(&event.details)
            .checked(Some(event), self.now)
            .unwrap_or((event.starts.clone(), event.ends.clone()));
        let why = match refusal.code {
            // The one fault that a story's change can have: another end, and that one past.
            "invalid" => details.is_some_and(|details| {
                let ends = Moment::new(details.ends, &details.zone).unwrap().instant;
                ends <= self.now && ends != event.ends.instant
            }),
            "event_cancelled" => held.status == Status::Cancelled,
            "event_started" => held.agreed.starts <= self.now,
            "event_ended" => held.agreed.ends <= self.now,
            "capacity_below_confirmed" => {
                let capacity = details.and_then(|details| details.capacity);
                capacity.is_some_and(|most| most < self.reference.confirmed(event.id))
            }
            "schedule_conflict" => {
                let clash = self.reference.clash(event.organizer, event.id, starts.instant, ends.instant, true);
                !overlap && clash.is_some()
            }
            _ => false,
        };
        truly(why, refusal)
    }

    fn cancel_event(&mut self, id: EventId) -> Step {
        let event = self.event(id);
        let held = &self.reference.events[&id];
        match event.cancelled(&self.calendar(event.organizer), None, self.now) {
            Ok((_, changes)) if changes.is_empty() => Ok(None),
            Ok((_, changes)) => Ok(Some(Decision { deed: Deed::CancelEvent { event: id }, changes })),
            Err(refusal) => truly(held.status == Status::Draft || held.agreed.ends <= self.now, &refusal),
        }
    }

    fn scan(&mut self) -> Step {
        let Some((id, booking, mut event)) = self.some_booking() else { return Ok(None) };
        if self.chance.one_in(8) {
            let other = self.some_event();
            event = self.event(other);
        }
        let index = 1 + u8::try_from(self.chance.below(u64::from(booking.party_size.get()))).unwrap();
        let ticket = TicketId { booking: id, index };
        let token = booking.ticket(index).unwrap().token.clone();
        let listed = self.chance.one_in(3);
        let shown = if listed { Shown::Listed(ticket) } else { Shown::Token(ticket, booking.event, token) };
        self.ids += 1;
        let scan = format!("scan-{:08}", self.ids);
        let report = ScanReport { id: scan.parse().unwrap(), at: self.now, door: None, shown_offline: None };
        let (told, changes) = checkins::check_in(&event, Some(&booking), &shown, report, self.now);
        let party: &Party = &self.reference.bookings[&id];
        let first = party.inside.get(&index);
        let good =
            party.live && party.event == event.id && self.reference.events[&event.id].status == Status::Published;
        let said = match told.outcome {
            Outcome::Admitted => good && first.is_none(),
            Outcome::AlreadyIn => {
                good && first.is_some() && first == told.admission.map(|a| a.scan.to_string()).as_ref()
            }
            Outcome::Refused => !good,
        };
        if !said {
            return Err(format!("5: {:?} for {shown:?}", told.outcome));
        }
        let deed =
            if told.outcome == Outcome::Admitted { Deed::Admit { booking: id, index, scan } } else { Deed::Scan };
        Ok(Some(Decision { deed, changes }))
    }

    fn undo(&mut self) -> Step {
        let scans: Vec<_> = self
            .world
            .records
            .values()
            .filter_map(|record| if let Record::Scan(scan) = record { Some(scan.clone()) } else { None })
            .collect();
        let Some(scan) = self.chance.pick(&scans) else { return Ok(None) };
        let ticket = scan.ticket.unwrap();
        let Some(Record::Booking(booking)) = self.world.records.get(&Key::Booking(ticket.booking)) else {
            return Err("a scan of nothing".to_owned());
        };
        let inside = self.reference.bookings[&ticket.booking].inside.get(&ticket.index);
        match checkins::undo(&scan, Some(booking), self.now) {
            Ok((_, changes)) if changes.is_empty() => Ok(None),
            Ok((_, changes)) => {
                let deed = Deed::Undo { booking: ticket.booking, index: ticket.index, scan: scan.id.to_string() };
                Ok(Some(Decision { deed, changes }))
            }
            Err(refusal) => truly(inside != Some(&scan.id.to_string()), &refusal),
        }
    }

    fn tick(&mut self, event: EventId) -> Option<Decision> {
        let kind = self.chance.pick(ReminderKind::ALL)?;
        let Some(Record::Reminder(reminder)) = self.world.records.get(&Key::Reminder(event, kind)) else { return None };
        let (starts, at) = (reminder.starts, self.now);
        let next = reminder.ticked(at)?;
        let fires = next.state == ReminderState::Fired;
        Some(Decision { deed: Deed::Tick { event, kind, starts, fires, at }, changes: vec![Change::Tick(next)] })
    }

    fn follow(&mut self) -> Option<Decision> {
        let (id, _, _) = self.some_booking()?;
        self.following(id)
    }

    /// What `EventMoved` does for one booking.
    fn following(&self, id: BookingId) -> Option<Decision> {
        let Some(Record::Booking(booking)) = self.world.records.get(&Key::Booking(id)) else { return None };
        let event = self.event(booking.event);
        let calendar = self.calendar(booking.user).followed(&event, id, self.now);
        let mut changes: Vec<Change> =
            calendar.map(|calendar| Change::Replace(Record::Calendar(calendar))).into_iter().collect();
        changes.extend(booking.followed(&event).map(|booking| Change::Replace(Record::Booking(booking))));
        let deed = Deed::Follow { booking: id, agreed: agreed(&event) };
        (!changes.is_empty()).then_some(Decision { deed, changes })
    }

    /// Time passes. Over hours, what was decided and not written is lost, and every message has arrived.
    fn wait(&mut self) -> Result<(), String> {
        if self.chance.one_in(2) {
            self.now += SignedDuration::from_secs(10);
            return Ok(());
        }
        self.pending.clear();
        for id in self.reference.bookings.keys().copied().collect::<Vec<_>>() {
            if let Some(decision) = self.following(id) {
                self.write(&decision, true)?;
            }
        }
        // To the time of some reminder, or just a while.
        let event = self.some_event();
        let starts = self.reference.events[&event].agreed.starts;
        let kind = if self.chance.one_in(2) { ReminderKind::DayBefore } else { ReminderKind::HourBefore };
        let aim = due(kind, starts) + SignedDuration::from_mins(i64::try_from(self.chance.below(3)).unwrap());
        self.now = if aim > self.now { aim } else { self.now + SignedDuration::from_mins(50) };
        self.log.push((self.now, "later", None));
        self.reference.agrees_with(&self.world, self.now)
    }

    /// Decides with a user's calendar, and again where what clashes turns out to be elsewhere or cancelled.
    fn with_calendar<T>(
        &self,
        user: UserId,
        decide: impl Fn(&Calendar) -> Result<T, Refusal>,
    ) -> (Result<T, Refusal>, Vec<Seen>) {
        let mut calendar = self.calendar(user);
        let mut seen: Vec<Seen> = Vec::new();
        loop {
            let decided = decide(&calendar);
            let clash = match &decided {
                Err(refusal) if refusal.code == "schedule_conflict" => refusal.more["event"].as_str(),
                _ => None,
            };
            let Some(clash) = clash.map(|id| id.parse::<EventId>().unwrap()) else { return (decided, seen) };
            if seen.iter().any(|(event, _, _)| *event == clash) {
                return (decided, seen);
            }
            let event = self.event(clash);
            calendar = calendar.seen(&event);
            seen.push((clash, event.starts.instant, event.ends.instant));
        }
    }

    fn event(&self, id: EventId) -> Event {
        match self.world.records.get(&Key::Event(id)) {
            Some(Record::Event(event)) => event.clone(),
            _ => panic!("no event {id}"),
        }
    }

    fn pools(&self, id: EventId) -> Vec<Pool> {
        let range = self.world.records.range(Key::Pool(id, 0)..=Key::Pool(id, u8::MAX));
        range
            .filter_map(|(_, record)| if let Record::Pool(pool) = record { Some(pool.clone()) } else { None })
            .collect()
    }

    fn calendar(&self, user: UserId) -> Calendar {
        match self.world.records.get(&Key::Calendar(user)) {
            Some(Record::Calendar(calendar)) => calendar.clone(),
            _ => Calendar::empty(user),
        }
    }

    fn some_event(&mut self) -> EventId {
        EventId::from_ulid(1 + u128::from(self.chance.below(3)))
    }

    fn some_booking(&mut self) -> Option<(BookingId, Booking, Event)> {
        let ids: Vec<BookingId> = self.reference.bookings.keys().copied().collect();
        let id = self.chance.pick(&ids)?;
        let Some(Record::Booking(booking)) = self.world.records.get(&Key::Booking(id)) else { return None };
        let booking = booking.clone();
        let event = self.event(booking.event);
        Some((id, booking, event))
    }

    /// A few hours ahead, or a day and a few.
    fn hours(&mut self) -> i64 {
        self.chance.pick(&[2, 3, 4, 25, 26, 27]).unwrap()
    }

    fn capacity(&mut self) -> Option<u32> {
        if self.chance.one_in(8) { None } else { u32::try_from(1 + self.chance.below(7)).ok() }
    }

    fn at_hours(&self, details: Details, hours: i64) -> Details {
        let wall = |hours: i64| {
            let at = (self.now + SignedDuration::from_hours(hours)).to_zoned(details.zone.rules().clone());
            at.strftime("%Y-%m-%dT%H:00").to_string().try_into().unwrap()
        };
        Details { starts: wall(hours), ends: wall(hours + 2), ..details }
    }
}
