//! The main job, gone through as people do: by the HTTP API and the mails.

use super::Steps;
use super::api::{Answer, Api, Ask};
use super::deployment::Deployment;
use super::mails::{Mail, Mails};
use super::stand_in::StandIn;
use crate::{Result, smoke};
use jiff::{SignedDuration, Timestamp};
use kit::Clock;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

const PASSWORD: &str = "a long enough password";
const GUESTS: usize = 9;
const PLACES: usize = 6;
/// How long a mail may take that comes at once: through a stream and two queues.
pub const SOON: Duration = Duration::from_secs(60);
/// How long after it is due a reminder may come: the ticks are a minute apart.
const TICK: Duration = Duration::from_secs(60);

/// How often it is looked whether what is waited for came.
const LOOK: Duration = Duration::from_millis(500);

/// Somebody with an account.
#[derive(Clone)]
pub struct Person {
    pub email: String,
    pub token: String,
}

/// The event, and who is in it.
pub struct Stage {
    pub organizer: Person,
    /// The event's path in the API.
    pub event: String,
    pub id: String,
    slug: String,
    /// Who has a place, each with the booking.
    pub booked: Vec<(Person, String)>,
    /// Who came too late.
    pub late: Vec<Person>,
}

/// The reminder that is to come.
pub struct Reminder {
    /// The event's start.
    start: String,
    due: Timestamp,
}

pub struct Drive<'a> {
    api: Api,
    pub mails: Mails,
    pub steps: &'a Steps,
}

pub fn text(value: &Value, pointer: &str) -> Result<String> {
    let found = value.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    found.ok_or_else(|| format!("there is no {pointer} in {value}"))
}

/// Fails with these words unless it holds.
pub fn holds(it: bool, otherwise: impl FnOnce() -> String) -> Result<()> {
    if it { Ok(()) } else { Err(otherwise()) }
}

/// Waits until it is so.
pub async fn until(what: &str, patience: Duration, look: impl AsyncFn() -> Result<bool>) -> Result<()> {
    let begun = Instant::now();
    while !look().await? {
        if begun.elapsed() > patience {
            return Err(format!("{what} didn't come within {} s", patience.as_secs()));
        }
        tokio::time::sleep(LOOK).await;
    }
    Ok(())
}

/// The wall time in UTC, to the minute.
fn wall(at: Timestamp) -> String {
    at.to_string().chars().take(16).collect()
}

impl<'a> Drive<'a> {
    pub fn new(stand_in: &StandIn, deployment: &Deployment, steps: &'a Steps) -> Result<Self> {
        Ok(Self { api: Api::new(stand_in, deployment)?, mails: Mails(stand_in.mails()), steps })
    }

    /// All but the reminder, which takes a while to come.
    pub async fn main_job(&self) -> Result<(Stage, Reminder)> {
        let (organizer, guests) = self.sign_up().await?;
        let stage = self.publish(organizer).await?;
        let stage = self.rush(stage, guests).await?;
        self.tickets(&stage).await?;
        self.pages(&stage).await?;
        self.smoke(&stage).await?;
        let reminder = self.change(&stage).await?;
        self.door(&stage).await?;
        Ok((self.cancel(stage).await?, reminder))
    }

    pub async fn expect(&self, ask: Ask<'_>, status: u16) -> Result<Value> {
        self.api.send(ask).await?.expect(status)
    }

    async fn sign_up(&self) -> Result<(Person, Vec<Person>)> {
        self.steps
            .say(format_args!("sign up: an organizer and {GUESTS} guests, each verified by the code in their mail"));
        let mut people = JoinSet::new();
        for number in 0..=GUESTS {
            let (api, mails) = (self.api.clone(), Mails(self.mails.0.clone()));
            people.spawn(async move { (number, join(&api, &mails, number).await) });
        }
        let mut joined = people.join_all().await;
        joined.sort_by_key(|(number, _)| *number);
        let mut joined = joined.into_iter().map(|(_, person)| person).collect::<Result<Vec<_>>>()?;
        Ok((joined.remove(0), joined))
    }

    async fn publish(&self, organizer: Person) -> Result<Stage> {
        self.steps.say(format_args!("create an event of {PLACES} places, and publish it"));
        let starts = Clock::system().now() + SignedDuration::from_hours(72);
        let body = json!({
            "name": "Jazz in the Park", "kind": "concert", "description": "An *evening* of jazz.", "zone": "UTC",
            "starts": wall(starts), "ends": wall(starts + SignedDuration::from_hours(3)),
            "place": { "name": "Volkspark" }, "capacity": PLACES,
        });
        let event = self.expect(Ask::post("/api/events", body).by(&organizer.token), 201).await?;
        let (id, slug) = (text(&event, "/id")?, text(&event, "/slug")?);
        let path = format!("/api/events/{id}");
        self.expect(Ask::post(format!("{path}/publish"), json!({})).by(&organizer.token), 200).await?;
        let listed = self.expect(Ask::get("/api/events"), 200).await?;
        holds(listed.to_string().contains(&id), || format!("the published event isn't listed: {listed}"))?;
        Ok(Stage { organizer, event: path, id, slug, booked: Vec::new(), late: Vec::new() })
    }

    async fn rush(&self, stage: Stage, guests: Vec<Person>) -> Result<Stage> {
        self.steps.say(format_args!("book: all {GUESTS} at once, each asking twice with the same Idempotency-Key"));
        let mut asked = JoinSet::new();
        for guest in guests {
            let (api, path) = (self.api.clone(), format!("{}/bookings", stage.event));
            asked.spawn(async move {
                let book = || api.send(Ask::post(path.clone(), json!({})).by(&guest.token).once(&guest.email));
                let first = book().await?;
                let again = book().await?;
                Ok::<_, String>((guest.clone(), first, again))
            });
        }
        let mut stage = stage;
        for answered in asked.join_all().await {
            let (guest, first, again) = answered?;
            match first.status {
                201 => {
                    let booking = text(&first.json(), "/id")?;
                    holds(text(&again.json(), "/id").as_ref() == Ok(&booking), || {
                        format!(
                            "{} asked again with the same key and got another answer: {}",
                            guest.email,
                            again.json()
                        )
                    })?;
                    stage.booked.push((guest, booking));
                }
                _ => {
                    sold_out(first)?;
                    stage.late.push(guest);
                }
            }
        }
        let (booked, late) = (stage.booked.len(), stage.late.len());
        holds(booked == PLACES, || format!("{booked} of {PLACES} places were booked"))?;
        self.steps.say(format_args!("exactly {booked} got a place; {late} were told that it is sold out"));
        Ok(stage)
    }

    async fn tickets(&self, stage: &Stage) -> Result<()> {
        self.steps.say("tickets: each who booked gets one mail, whose QR code says what their ticket does");
        for (guest, _) in &stage.booked {
            let codes = self.ticket_mail(guest).await?;
            let tickets = self.expect(Ask::get("/api/me/tickets").by(&guest.token), 200).await?;
            let token = text(&tickets, "/items/0/token")?;
            holds(codes == [token], || format!("the QR code mailed to {} isn't that of the ticket", guest.email))?;
        }
        for guest in &stage.late {
            holds(self.mails.found(&guest.email, "Your ticket")?.is_empty(), || {
                format!("{} has no place, and got a ticket", guest.email)
            })?;
        }
        Ok(())
    }

    /// What the QR codes say in the ticket mail of this guest.
    async fn ticket_mail(&self, guest: &Person) -> Result<Vec<String>> {
        let mail: Mail = self.mails.one(&guest.email, "Your ticket: Jazz in the Park", SOON).await?;
        holds(mail.calendar, || format!("the ticket mail to {} has no calendar entry", guest.email))?;
        mail.codes()
    }

    async fn pages(&self, stage: &Stage) -> Result<()> {
        self.steps
            .say("the event's page, the picture of its link from the second binary, and an address that leads nowhere");
        let nowhere = self.expect(Ask::get("/api/nowhere"), 404).await?;
        holds(nowhere["status"] == 404, || format!("an address that leads nowhere is no problem of ours: {nowhere}"))?;
        let page = self.api.send(Ask::get(format!("/e/{}", stage.slug))).await?;
        let body = String::from_utf8_lossy(&page.body).into_owned();
        holds(page.status == 200 && body.contains("Jazz in the Park"), || {
            format!("the event's page is {}: {body}", page.status)
        })?;
        let card = self.api.send(Ask::get(format!("/e/{}/card.png", stage.slug))).await?;
        holds(
            card.status == 200 && card.header("content-type") == "image/png" && card.body.starts_with(b"\x89PNG"),
            || format!("the picture is {}, {}: {}", card.status, card.header("content-type"), card.text()),
        )
    }

    /// What `cargo xtask smoke` does after a deployment, but for the apps' pages: the stand-in has no CloudFront.
    async fn smoke(&self, stage: &Stage) -> Result<()> {
        self.steps.say("smoke test: as `cargo xtask smoke` does it, with two of these accounts");
        let Some((guest, _)) = stage.booked.first() else { return Err("nobody has a place".to_owned()) };
        let (organizer, guest) = (stage.organizer.email.clone(), guest.email.clone());
        let accounts = smoke::Accounts { organizer, guest, password: PASSWORD.to_owned() };
        smoke::book_one(&self.api.0, &accounts, Clock::system().now()).await
    }

    /// Moves the event so that its reminder an hour before is due soon.
    async fn change(&self, stage: &Stage) -> Result<Reminder> {
        self.steps.say("change: another place, and a start in an hour and a little; each guest is told by mail");
        let due = Clock::system().now() + SignedDuration::from_secs(120);
        let starts = due + SignedDuration::from_hours(1);
        let (start, end) = (wall(starts), wall(starts + SignedDuration::from_hours(3)));
        let body = json!({ "starts": start, "ends": end, "place": { "name": "Huxleys" } });
        let ask = Ask { method: "PATCH", ..Ask::post(stage.event.clone(), body).by(&stage.organizer.token) };
        self.expect(ask, 200).await?;
        for (guest, _) in &stage.booked {
            self.mails.one(&guest.email, "Changed: Jazz in the Park", SOON).await?;
        }
        Ok(Reminder { start, due })
    }

    async fn door(&self, stage: &Stage) -> Result<()> {
        self.steps.say("check in, by a door pass: the QR code of the mail is admitted once, and amber the second time");
        let Some((guest, _)) = stage.booked.first() else { return Err("nobody has a place".to_owned()) };
        let codes = self.ticket_mail(guest).await?;
        let door = self.door_pass(stage, "North").await?;
        let code = codes.first().ok_or("there is no QR code in the mail")?;
        for (scan, outcome) in [("scan-0001", "admitted"), ("scan-0002", "already_in"), ("scan-0001", "admitted")] {
            let seen = self.scanned(stage, &door, scan, code).await?;
            holds(seen["outcome"] == outcome, || format!("{scan} should be {outcome}, but: {seen}"))?;
        }
        Ok(())
    }

    /// The token of a pass for the staff of a door.
    pub async fn door_pass(&self, stage: &Stage, door: &str) -> Result<String> {
        let pass = Ask::post(format!("{}/door-passes", stage.event), json!({ "door": door }));
        text(&self.expect(pass.by(&stage.organizer.token), 201).await?, "/token")
    }

    /// What the door says to a ticket.
    pub async fn scanned(&self, stage: &Stage, door: &str, scan: &str, code: &str) -> Result<Value> {
        let body = json!({ "scan": scan, "token": code });
        self.expect(Ask::post(format!("{}/check-ins", stage.event), body).by(door), 200).await
    }

    async fn cancel(&self, mut stage: Stage) -> Result<Stage> {
        self.steps.say("cancel: a guest gives the place back, and one who came too late gets it");
        let Some((guest, booking)) = stage.booked.pop() else { return Err("nobody has a place".to_owned()) };
        let body = json!({ "event": stage.id });
        self.expect(Ask::post(format!("/api/bookings/{booking}/cancel"), body).by(&guest.token), 200).await?;
        self.mails.one(&guest.email, "Booking cancelled: Jazz in the Park", SOON).await?;
        let Some(next) = stage.late.pop() else { return Err("nobody came too late".to_owned()) };
        let path = format!("{}/bookings", stage.event);
        let booked = self.expect(Ask::post(path.clone(), json!({})).by(&next.token), 201).await?;
        self.mails.one(&next.email, "Your ticket: Jazz in the Park", SOON).await?;
        stage.booked.push((next, text(&booked, "/id")?));
        sold_out(self.api.send(Ask::post(path, json!({})).by(&guest.token)).await?)?;
        stage.late.push(guest);
        Ok(stage)
    }

    pub async fn reminder(&self, stage: &Stage, reminder: &Reminder) -> Result<()> {
        let Reminder { start, due } = reminder;
        let left = due.duration_since(Clock::system().now()).unsigned_abs();
        self.steps.say(format_args!(
            "reminder: the template's schedule ticks each minute; it is due in {} s, for the start at {start} UTC",
            left.as_secs()
        ));
        for (guest, _) in &stage.booked {
            self.mails.one(&guest.email, "Starts at", left + TICK + SOON).await?;
        }
        // Whoever has no place would have been told by now as well.
        tokio::time::sleep(Duration::from_secs(5)).await;
        for guest in &stage.late {
            holds(self.mails.found(&guest.email, "Starts at")?.is_empty(), || {
                format!("{} has no place, and was reminded", guest.email)
            })?;
        }
        self.steps.say(format_args!("{} guests were reminded, and nobody else", stage.booked.len()));
        Ok(())
    }
}

fn sold_out(answer: Answer) -> Result<()> {
    let refused = answer.expect(409)?;
    let told = refused.to_string();
    holds(told.contains("sold_out"), || format!("a full event should be sold out, but: {told}"))
}

/// Signs up, reads the code in the mail and signs in.
async fn join(api: &Api, mails: &Mails, number: usize) -> Result<Person> {
    let (name, email) = (format!("Person {number}"), format!("person{number}@example.org"));
    let body = json!({ "email": email, "password": PASSWORD, "name": name });
    api.send(Ask::post("/api/users", body)).await?.expect(202)?;
    let code = mails.one(&email, "is your Guestlist code", SOON).await?.code();
    let body = json!({ "email": email, "code": code });
    api.send(Ask::post("/api/users/verify-email", body)).await?.expect(204)?;
    let body = json!({ "email": email, "password": PASSWORD });
    let session = api.send(Ask::post("/api/tokens", body)).await?.expect(200)?;
    Ok(Person { email, token: text(&session, "/access_token")? })
}
