//! A whole event, from its creation to its last admission, gone through on the embedded DynamoDB and counted: what it makes AWS
//! do, in the units that AWS bills.

use crate::deployed::silent_records;
use crate::distance::{NEAR, distant};
use crate::meter::Meter;
use crate::report::{Aim, Report};
use crate::tally::{Calls, Measured, Part};
use crate::world::{Person, World, text};
use crate::{Result, Scale};
use kit::{ClientAddress, Kind, Source};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use testbed::stage::{self, QUEUES, message, request};

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const PASSWORD: &str = "a long enough password";
/// Who books and calls it off again, so that somebody else comes: one of so many guests.
const ONE_CANCELS_OF: usize = 20;
/// When the two reminders are due, of the event in `testbed::stage::event`, and when its doors are open.
const DAY_BEFORE: &str = "2026-11-27T18:30:30Z";
const HOUR_BEFORE: &str = "2026-11-28T17:30:30Z";
const DOORS: &str = "2026-11-28T18:00:00Z";

/// The story, with what it came to so far.
struct Story {
    world: World,
    meter: Meter,
    silent: Vec<String>,
    part: Part,
    measured: Measured,
    metrics: BTreeSet<String>,
    keys: u32,
}

/// Goes through an event; gives what was counted.
///
/// # Errors
/// A step failed.
pub async fn measure(report: &mut Report, scale: Scale) -> Result<Measured> {
    let guests = scale.of(1_000, 40);
    let measured = Story::told(guests, scale.of(20, 3)).await?;
    tell(report, &measured);
    Ok(measured)
}

impl Story {
    async fn told(guests: usize, sign_ups: usize) -> Result<Measured> {
        let meter = Meter::default();
        let world = World::new(|http| meter.wrap(distant(NEAR, http))).await?;
        let mut story = Self {
            world,
            meter,
            silent: silent_records()?,
            part: Part::default(),
            measured: Measured::default(),
            metrics: BTreeSet::new(),
            keys: 0,
        };
        story.sign_ups(sign_ups).await?;
        let cancel = guests.div_ceil(ONE_CANCELS_OF);
        let people = story.world.crowd(0, guests + cancel + 1).await?;
        let (organizer, people) = people.split_last().ok_or("nobody")?;
        // What was written to set the scene isn't the story's.
        story.drop_scene()?;
        let before = story.stored()?;
        let (event, door) = story.event(organizer, guests).await?;
        story.views(&event, guests.min(100)).await?;
        let (first, late) = people.split_at(guests);
        let mut bookings = story.book(&event, first).await?;
        story.cancel(&event, first, &bookings[..cancel]).await?;
        bookings.extend(story.book(&event, late).await?);
        story.end_part("bookings");
        let coming: Vec<&Person> = people.iter().skip(cancel).collect();
        let tickets = story.tickets(&coming).await?;
        let stored = story.stored()?.saturating_sub(before);
        story.reminders().await?;
        story.check_in(&event, &door, &tickets).await?;
        story.idle().await?;
        let mut measured = story.measured;
        measured.guests = u32::try_from(coming.len())?;
        measured.bookings = u32::try_from(bookings.len())?;
        measured.cancellations = u32::try_from(cancel)?;
        measured.sign_ups = u32::try_from(sign_ups)?;
        measured.views = u32::try_from(guests.min(100))?;
        measured.stored_bytes_a_booking = stored / u64::try_from(bookings.len().max(1))?;
        measured.metrics = story.metrics.into_iter().collect();
        Ok(measured)
    }

    /// People who sign up, read their code, verify and sign in.
    async fn sign_ups(&mut self, count: usize) -> Result<()> {
        for number in 0..count {
            let email = format!("new{number}@example.org");
            let sign_up = json!({ "email": email, "password": PASSWORD, "name": "Nora Neu" });
            self.ask(("POST", "/api/users"), None, &sign_up).await?;
            self.drain().await?;
            let code = self.world.store().verification(&email).await?.ok_or("no verification")?.code;
            self.meter_off();
            let verify = json!({ "email": email, "code": code });
            self.ask(("POST", "/api/users/verify-email"), None, &verify).await?;
            self.ask(("POST", "/api/tokens"), None, &json!({ "email": email, "password": PASSWORD })).await?;
            self.drain().await?;
        }
        self.end_part("sign-ups");
        Ok(())
    }

    /// An event of so many places, published, and a pass for its door; gives its id and the pass.
    async fn event(&mut self, organizer: &Person, places: usize) -> Result<(String, String)> {
        let token = Some(organizer.token.as_str());
        let body = stage::event(&json!({ "capacity": places }));
        let event = text(&self.ask(("POST", "/api/events"), token, &body).await?, "/id")?;
        let path = format!("/api/events/{event}");
        self.ask(("POST", &format!("{path}/publish")), token, &json!({ "allow_overlap": true })).await?;
        let passes = format!("{path}/door-passes");
        let door = text(&self.ask(("POST", &passes), token, &json!({ "door": "North" })).await?, "/token")?;
        self.drain().await?;
        self.end_part("event");
        Ok((event, door))
    }

    /// Looks at the event's page: the page itself, and what the app on it reads.
    async fn views(&mut self, event: &str, count: usize) -> Result<()> {
        let path = format!("/api/events/{event}");
        for _ in 0..count {
            let seen = self.ask(("GET", &path), None, &Value::Null).await?;
            self.ask(("GET", &format!("/e/{}", text(&seen, "/slug")?)), None, &Value::Null).await?;
        }
        self.end_part("views");
        Ok(())
    }

    /// Each books a place; their mails go out before the next one comes. Gives their bookings.
    async fn book(&mut self, event: &str, people: &[Person]) -> Result<Vec<String>> {
        let path = format!("/api/events/{event}/bookings");
        let mut bookings = Vec::with_capacity(people.len());
        for person in people {
            let booked = self.ask(("POST", &path), Some(&person.token), &json!({})).await?;
            bookings.push(text(&booked, "/id")?);
            self.drain().await?;
        }
        Ok(bookings)
    }

    async fn cancel(&mut self, event: &str, people: &[Person], bookings: &[String]) -> Result<()> {
        let booked = std::mem::take(&mut self.part);
        for (person, booking) in people.iter().zip(bookings) {
            let path = format!("/api/bookings/{booking}/cancel");
            self.ask(("POST", &path), Some(&person.token), &json!({ "event": event })).await?;
            self.drain().await?;
        }
        self.end_part("cancellations");
        self.part = booked;
        Ok(())
    }

    /// Each looks at their ticket once; gives the tickets' codes.
    async fn tickets(&mut self, people: &[&Person]) -> Result<Vec<String>> {
        let mut tickets = Vec::with_capacity(people.len());
        for person in people {
            let mine = self.ask(("GET", "/api/me/tickets"), Some(&person.token), &Value::Null).await?;
            tickets.push(text(&mine, "/items/0/token")?);
        }
        self.end_part("tickets");
        Ok(tickets)
    }

    async fn reminders(&mut self) -> Result<()> {
        for (schedule, at) in [("remind_day_before", DAY_BEFORE), ("remind_hour_before", HOUR_BEFORE)] {
            self.world.advance_to(at)?;
            self.invoke(schedule, json!({ "time": at })).await?;
            self.drain().await?;
        }
        self.end_part("reminders");
        Ok(())
    }

    async fn check_in(&mut self, event: &str, door: &str, tickets: &[String]) -> Result<()> {
        self.world.advance_to(DOORS)?;
        let path = format!("/api/events/{event}/check-ins");
        for (at, ticket) in tickets.iter().enumerate() {
            let scan = json!({ "scan": format!("scan-{at:08}"), "token": ticket });
            let seen = self.ask(("POST", &path), Some(door), &scan).await?;
            if seen["outcome"] != "admitted" {
                return Err(format!("a ticket wasn't admitted: {seen}").into());
            }
            self.drain().await?;
        }
        self.end_part("check-ins");
        Ok(())
    }

    /// One tick of each schedule with nothing due, as nearly all of them are.
    async fn idle(&mut self) -> Result<()> {
        self.world.advance(jiff::SignedDuration::from_hours(48));
        for function in pictures::every() {
            if matches!(function.kind, Kind::Schedule { .. }) {
                self.invoke(function.name, json!({ "time": self.world.now().to_string() })).await?;
            }
        }
        self.end_part("idle tick");
        Ok(())
    }

    /// A request, counted; its answer must be a good one.
    async fn ask(&mut self, ask: (&str, &str), token: Option<&str>, body: &Value) -> Result<Value> {
        self.keys += 1;
        let key = format!("event-{:06}", self.keys);
        let keyed = [("idempotency-key", key.as_str())];
        let mut request = request(ask.0, ask.1, token, if ask.0 == "POST" { &keyed } else { &[] }, body)?;
        request.extensions_mut().insert(ClientAddress(CLIENT));
        self.begin();
        let answer = self.world.router.answer(&self.world.house, request).await;
        self.counted(None)?;
        let headers: usize = answer.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
        self.part.requests += 1;
        self.part.answer_bytes += u64::try_from(answer.body().len() + headers)?;
        if !answer.status().is_success() {
            let said = String::from_utf8_lossy(answer.body());
            return Err(format!("{} {} answered {}: {said}", ask.0, ask.1, answer.status()).into());
        }
        Ok(serde_json::from_slice(answer.body()).unwrap_or_default())
    }

    /// An invocation of what isn't a route, counted.
    async fn invoke(&mut self, name: &str, input: Value) -> Result<()> {
        self.begin();
        let reply = self.world.function(name)?.invoke(&self.world.house, input).await?;
        if reply["batchItemFailures"].as_array().is_some_and(|failures| !failures.is_empty()) {
            return Err(format!("{name} failed: {reply}").into());
        }
        self.counted(Some(name))
    }

    /// Lets everything behind the scenes come to its end. What waits together is handed over together, as many as the template
    /// says at the most; here each request is alone, as on a quiet day, so this is what costs most.
    async fn drain(&mut self) -> Result<()> {
        loop {
            let mut records = self.world.records()?;
            records.retain(|record| {
                let tag = record["dynamodb"]["NewImage"]["record"]["S"].as_str();
                tag.is_some_and(|tag| !self.silent.iter().any(|silent| silent == tag))
            });
            let mut worked = !records.is_empty();
            if worked {
                self.invoke("publish_facts", json!({ "Records": records })).await?;
            }
            for (queue, consumer) in QUEUES {
                loop {
                    let bodies: Vec<Value> =
                        std::iter::from_fn(|| self.world.outbox.take(queue)).take(self.batch(consumer)?).collect();
                    if bodies.is_empty() {
                        break;
                    }
                    worked = true;
                    let records: Vec<Value> = bodies.iter().map(message).collect();
                    self.invoke(consumer, json!({ "Records": records })).await?;
                    self.part.queue_polls += 2;
                }
            }
            if !worked {
                return Ok(());
            }
        }
    }

    /// How many messages an invocation of this consumer takes.
    fn batch(&self, consumer: &str) -> Result<usize> {
        match self.world.function(consumer)?.kind {
            Kind::Consumer { source: Source::Queue(queue) } => Ok(usize::try_from(queue.batch)?),
            _ => Ok(1),
        }
    }

    fn begin(&mut self) {
        self.world.lines();
        self.world.faults.clear();
    }

    /// Adds an invocation to the part: what its log lines and its calls say.
    fn counted(&mut self, name: Option<&str>) -> Result<()> {
        let lines = self.world.lines();
        let seen = self.world.faults.seen();
        let of = |operation: &str| u64::try_from(seen.iter().filter(|seen| *seen == operation).count());
        let name = name.or_else(|| lines.first()?["function"].as_str()).ok_or("an invocation without a line of log")?;
        let calls: &mut Calls = self.part.functions.entry(name.to_owned()).or_default();
        calls.invocations += 1;
        calls.sends += of("SendMessageBatch")?;
        calls.mails += of("SendEmail")?;
        for line in &lines {
            calls.lines += 1;
            calls.log_bytes += u64::try_from(line.to_string().len())?;
            calls.round_trips += line["round_trips"].as_u64().unwrap_or_default();
            for set in line["_aws"]["CloudWatchMetrics"].as_array().into_iter().flatten() {
                let dimensions = set["Dimensions"][0].as_array().into_iter().flatten().filter_map(Value::as_str);
                let of: String = dimensions.map(|dimension| format!(" of {}", line[dimension])).collect();
                let named =
                    set["Metrics"].as_array().into_iter().flatten().filter_map(|metric| metric["Name"].as_str());
                self.metrics.extend(named.map(|metric| format!("{metric}{of}")));
            }
        }
        for (table, units) in self.meter.take() {
            let table = table.trim_start_matches("bench-").to_owned();
            *self.part.reads.entry(table.clone()).or_default() += units.reads;
            *self.part.writes.entry(table).or_default() += units.writes;
        }
        let mails = self.world.outbox.mails();
        self.part.mails += u64::try_from(mails.len())?;
        self.part.mail_bytes += u64::try_from(mails.iter().map(|mail| mail.raw_base64.len() / 4 * 3).sum::<usize>())?;
        self.world.outbox.clear_mails();
        Ok(())
    }

    /// Forgets what the bench itself has read.
    fn meter_off(&self) {
        drop(self.meter.take());
    }

    fn drop_scene(&self) -> Result<()> {
        self.world.records()?;
        self.world.outbox.clear_mails();
        self.meter_off();
        Ok(())
    }

    fn end_part(&mut self, name: &str) {
        let mut part = std::mem::take(&mut self.part);
        for units in [&mut part.reads, &mut part.writes] {
            units.retain(|_, units| *units > 0.0);
        }
        self.measured.parts.insert(name.to_owned(), part);
    }

    /// The bytes in all tables and their indexes.
    fn stored(&self) -> Result<u64> {
        let mut bytes = 0;
        for table in store::Table::ALL {
            let described =
                self.world.embedded.database().describe_table(serde_json::from_value(
                    json!({ "TableName": format!("bench-{}", table.name()) }),
                )?)?;
            let table = serde_json::to_value(&described)?["Table"].clone();
            let size =
                |value: &Value| ["TableSizeBytes", "IndexSizeBytes"].iter().find_map(|name| value[*name].as_u64());
            bytes += size(&table).unwrap_or_default();
            bytes += table["GlobalSecondaryIndexes"].as_array().into_iter().flatten().filter_map(size).sum::<u64>();
        }
        Ok(bytes)
    }
}

fn tell(report: &mut Report, measured: &Measured) {
    let invocations: u64 =
        measured.parts.values().flat_map(|part| part.functions.values()).map(|calls| calls.invocations).sum();
    for (name, part) in &measured.parts {
        let (invoked, sends) =
            part.functions.values().fold((0, 0), |(a, b), calls| (a + calls.invocations, b + calls.sends));
        let figures = format!(
            "{} requests, {invoked} invocations, {} RCU, {} WCU, {} calls of SQS, {} mails ({:.1} MB)",
            part.requests,
            part.all_reads(),
            part.all_writes(),
            sends + part.queue_polls,
            part.mails,
            bytes_as_mb(part.mail_bytes),
        );
        report.row("event", name.clone(), figures, Aim::None);
    }
    report.row("event", "stored", format!("{} bytes a booking", measured.stored_bytes_a_booking), Aim::None);
    report.note(format!(
        "Event: {} bookings at an event of {} places, {} of them called off, each request alone and everything behind it done \
         before the next ({invocations} invocations); {} sign-ups and {} looks at its page were counted beside it. Units as the \
         embedded DynamoDB reports them, indexes and transactions included. A tick is one of each schedule with nothing due. \
         docs/COST.md is worked out from it.",
        measured.bookings, measured.guests, measured.cancellations, measured.sign_ups, measured.views,
    ));
}

#[expect(clippy::cast_precision_loss, reason = "one digit is shown")]
fn bytes_as_mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
