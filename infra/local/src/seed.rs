//! A small living city for the first start: people, events over the coming weeks, bookings.
//!
//! It is built through the functions, by the same requests that anybody would send: everybody signs up, reads the code
//! in their mail and signs in; organizers create and publish; guests book. That takes a while (each password costs some
//! 20 ms of Argon2id, twice), so it goes on after the port is open, the demo accounts and the nearest events first. A
//! start that was interrupted is taken up again by the next one: every request repeats without harm.

use crate::disk::Disk;
use crate::front::{DemoAccount, Front};
use crate::handler::Stop;
use crate::letter;
use bytes::Bytes;
use http::header;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Whom to come in as.
pub(crate) const ACCOUNTS: [DemoAccount; 3] = [
    DemoAccount { role: "organizer", name: "Vera Lind", email: "vera@guestlist.test", password: "a warm welcome" },
    DemoAccount {
        role: "guest (Russian)",
        name: "Антон Белов",
        email: "anton@guestlist.test",
        password: "место у окна",
    },
    DemoAccount { role: "guest", name: "Mia Okafor", email: "mia@guestlist.test", password: "front row please" },
];

const DONE: &str = "seeded";
const FROM: &str = "seed_from";
/// Everybody else's password.
const PASSWORD: &str = "one of the city";
/// How many requests run side by side: enough to keep two cores busy, few enough to leave room for a visitor.
const SIDE_BY_SIDE: usize = 4;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    key: String,
    name: String,
    language: String,
    zone: String,
    city: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Planned {
    by: String,
    name: String,
    kind: String,
    language: String,
    zone: String,
    /// Either so soon,
    in_minutes: Option<i64>,
    /// or so many days from the first start, at a time.
    day: Option<i64>,
    at: Option<Time>,
    hours: f64,
    place: Option<String>,
    online: Option<String>,
    capacity: Option<u32>,
    price: Option<Value>,
    visibility: Option<String>,
    guests: usize,
    description: String,
}

#[derive(Debug)]
struct City {
    people: Vec<Person>,
    events: Vec<Planned>,
    places: BTreeMap<String, Value>,
}

impl City {
    fn read() -> Result<Self, serde_json::Error> {
        Ok(Self {
            people: serde_json::from_str(include_str!("seed/people.json"))?,
            events: serde_json::from_str(include_str!("seed/events.json"))?,
            places: serde_json::from_str(include_str!("seed/places.json"))?,
        })
    }

    /// The request that creates an event, on the calendar of a house first started at `from`.
    fn event(&self, planned: &Planned, from: Timestamp) -> Result<Value, String> {
        let zone = TimeZone::get(&planned.zone).map_err(|error| error.to_string())?;
        let here = from.to_zoned(zone);
        let starts = match (planned.in_minutes, planned.day, planned.at) {
            (Some(minutes), None, None) => {
                let start = here.datetime().saturating_add(minutes.minutes());
                // Events begin on round minutes.
                start.saturating_sub(i64::from(start.minute() % 5).minutes())
            }
            (None, Some(day), Some(at)) => Date::saturating_add(here.date(), day.days()).to_datetime(at),
            _ => return Err(format!("{}: say in_minutes, or day and at", planned.name)),
        };
        #[expect(clippy::cast_possible_truncation, reason = "a day has few minutes")]
        let ends = starts.saturating_add(((planned.hours * 60.0) as i64).minutes());
        let mut event = json!({
            "name": planned.name,
            "kind": planned.kind,
            "description": planned.description,
            "starts": starts.strftime("%Y-%m-%dT%H:%M").to_string(),
            "ends": ends.strftime("%Y-%m-%dT%H:%M").to_string(),
            "zone": planned.zone,
            "language": planned.language,
        });
        if let Some(place) = &planned.place {
            event["place"] = self.places.get(place).cloned().ok_or_else(|| format!("{place} is no place"))?;
        }
        let more = [
            ("online_link", planned.online.clone().map(Value::from)),
            ("capacity", planned.capacity.map(Value::from)),
            ("price", planned.price.clone()),
            ("visibility", planned.visibility.clone().map(Value::from)),
        ];
        for (name, value) in more {
            if let Some(value) = value {
                event[name] = value;
            }
        }
        Ok(event)
    }

    /// Who comes to the event of this number: always the same people, others for each event, never its organizer.
    fn guests(&self, number: usize, planned: &Planned) -> Vec<&Person> {
        let others: Vec<&Person> = self.people.iter().filter(|person| person.key != planned.by).collect();
        others.iter().cycle().skip(number * 7).take(planned.guests.min(others.len())).copied().collect()
    }
}

/// Builds the city, unless it was built before or somebody asks to stop.
pub(crate) async fn run(front: Front, disk: Disk, mut stop: Stop) {
    let built = tokio::select! {
        () = stop.requested() => return,
        built = build(Arc::new(front), &disk) => built,
    };
    match built {
        Ok(Some(words)) => println!("{words}"),
        Ok(None) => {}
        Err(reason) => eprintln!("guestlist: the city isn't complete: {reason}"),
    }
}

async fn build(front: Arc<Front>, disk: &Disk) -> Result<Option<String>, String> {
    let kept = |error: rusqlite::Error| error.to_string();
    if disk.setting(DONE).map_err(kept)?.is_some() {
        return Ok(None);
    }
    let begun = disk.setting(FROM).map_err(kept)?;
    let from = match &begun {
        Some(from) => from.parse().map_err(|error: jiff::Error| error.to_string())?,
        None => front.clock.now(),
    };
    disk.set_setting(FROM, &from.to_string()).map_err(kept)?;
    let city = Arc::new(City::read().map_err(|error| error.to_string())?);
    let tokens = Arc::new(settle(&front, &city).await?);
    let bookings = open(&front, &city, &tokens, from, begun.is_some()).await?;
    disk.set_setting(DONE, &front.clock.now().to_string()).map_err(kept)?;
    let (people, events) = (city.people.len(), city.events.len());
    Ok(Some(format!("The city is there: {people} people, {events} events, {bookings} bookings.")))
}

/// Everybody signs up and in; gives their access tokens.
async fn settle(front: &Arc<Front>, city: &Arc<City>) -> Result<BTreeMap<String, String>, String> {
    let places = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let mut moving = JoinSet::new();
    for number in 0..city.people.len() {
        let (front, city, places) = (Arc::clone(front), Arc::clone(city), Arc::clone(&places));
        moving.spawn(async move {
            let _place = places.acquire_owned().await.map_err(|error| error.to_string())?;
            let person = city.people.get(number).ok_or("nobody")?;
            let token = Guest { front: &front, number, token: None }.settle(person).await?;
            Ok::<_, String>((person.key.clone(), token))
        });
    }
    let mut tokens = BTreeMap::new();
    while let Some(settled) = moving.join_next().await {
        let (key, token) = settled.map_err(|error| error.to_string())??;
        tokens.insert(key, token);
    }
    Ok(tokens)
}

/// Every event is created, published and booked; says how many bookings there are.
async fn open(
    front: &Arc<Front>,
    city: &Arc<City>,
    tokens: &Arc<BTreeMap<String, String>>,
    from: Timestamp,
    resumed: bool,
) -> Result<usize, String> {
    let places = Arc::new(Semaphore::new(SIDE_BY_SIDE));
    let mut opening = JoinSet::new();
    for number in 0..city.events.len() {
        let (front, city, tokens, places) =
            (Arc::clone(front), Arc::clone(city), Arc::clone(tokens), Arc::clone(&places));
        opening.spawn(async move {
            let _place = places.acquire_owned().await.map_err(|error| error.to_string())?;
            let planned = city.events.get(number).ok_or("no event")?;
            let guest = |key: &str| Guest {
                front: &front,
                number: city.people.iter().position(|person| person.key == key).unwrap_or_default(),
                token: tokens.get(key).cloned(),
            };
            let organizer = guest(&planned.by);
            let created =
                organizer.post("/api/events", Some(format!("seed-event-{number}")), &city.event(planned, from)?).await;
            let (201, event) = created else {
                // After an interrupted start it may stand already, or have begun meanwhile.
                let passed_over = resumed && (400..500).contains(&created.0);
                return if passed_over { Ok(0) } else { Err(format!("{}: {created:?}", planned.name)) };
            };
            let id = event["id"].as_str().ok_or_else(|| format!("an event without its id: {event}"))?;
            let published =
                organizer.post(&format!("/api/events/{id}/publish"), None, &json!({ "allow_overlap": true })).await;
            let already = resumed && published.0 == 409;
            if published.0 != 200 && !already {
                return Err(format!("{}: {published:?}", planned.name));
            }
            let mut bookings = 0;
            for (place, person) in city.guests(number, planned).into_iter().enumerate() {
                // Every fifth comes with somebody, where there is room.
                let roomy = planned.capacity.is_none_or(|places| places > 20);
                let party = if roomy && place % 5 == 4 { 2 } else { 1 };
                let body = json!({ "party_size": party, "allow_overlap": true });
                let key = Some(format!("seed-booking-{number}-{}", person.key));
                let booked = guest(&person.key).post(&format!("/api/events/{id}/bookings"), key, &body).await;
                match booked.0 {
                    201 => bookings += 1,
                    409 => {}
                    _ => return Err(format!("{} at {}: {booked:?}", person.name, planned.name)),
                }
            }
            Ok::<usize, String>(bookings)
        });
    }
    let mut bookings = 0;
    while let Some(opened) = opening.join_next().await {
        bookings += opened.map_err(|error| error.to_string())??;
    }
    Ok(bookings)
}

/// Somebody of the city at their own address (of TEST-NET-2, RFC 5737), so that no limit takes them for one crowd.
struct Guest<'f> {
    front: &'f Front,
    number: usize,
    token: Option<String>,
}

impl Guest<'_> {
    async fn post(&self, path: &str, idempotency_key: Option<String>, body: &Value) -> (u16, Value) {
        self.send("POST", path, idempotency_key, body).await
    }

    async fn send(&self, method: &str, path: &str, idempotency_key: Option<String>, body: &Value) -> (u16, Value) {
        let mut request = http::Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        let Ok(request) = request.body(Bytes::from(body.to_string())) else { return (0, Value::Null) };
        let last = u8::try_from(self.number % 250 + 1).unwrap_or(1);
        let from = IpAddr::V4(Ipv4Addr::new(198, 51, 100, last));
        let response = self.front.api.answer(request, from).await;
        self.front.written.notify_waiters();
        (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
    }

    /// Signs in; who can't yet signs up first. Gives the access token.
    async fn settle(mut self, person: &Person) -> Result<String, String> {
        let email = format!("{}@guestlist.test", person.key);
        let password =
            ACCOUNTS.iter().find(|account| account.email == email).map_or(PASSWORD, |account| account.password);
        let login = json!({ "email": email, "password": password });
        let (_, session) = self.post("/api/tokens", None, &login).await;
        if session["email_verified"] == true {
            return token(&session);
        }
        let sign_up = json!({
            "email": email, "password": password, "name": person.name, "language": person.language, "zone": person.zone,
        });
        let newest = self.front.mailbox.list(Some(&email), None, 1).map_err(|error| error.to_string())?;
        let newest = newest.first().map_or(0, |mail| mail.id);
        let (path, body) = match session["access_token"].is_string() {
            true => ("/api/users/request-verification", json!({ "email": email })),
            false => ("/api/users", sign_up),
        };
        let asked = self.post(path, None, &body).await;
        if asked.0 >= 300 {
            return Err(format!("{email} can't sign up: {asked:?}"));
        }
        let code = self.code(&email, newest).await?;
        let verified = self.post("/api/users/verify-email", None, &json!({ "email": email, "code": code })).await;
        if verified.0 >= 300 {
            return Err(format!("{email} can't be verified: {verified:?}"));
        }
        let (_, session) = self.post("/api/tokens", None, &login).await;
        self.token = Some(token(&session)?);
        let told = self.send("PATCH", "/api/me", None, &json!({ "city": person.city })).await;
        if told.0 >= 300 {
            return Err(format!("{email} can't say where they live: {told:?}"));
        }
        token(&session)
    }

    /// Waits for a mail with a code that is newer than number `after`.
    async fn code(&self, email: &str, after: i64) -> Result<String, String> {
        const PATIENCE: Duration = Duration::from_secs(60);
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            let mails = self.front.mailbox.list(Some(email), None, 1).map_err(|error| error.to_string())?;
            let mail = mails.first().filter(|mail| mail.id > after);
            if let Some(code) = mail.and_then(|mail| letter::read(&mail.raw).codes.into_iter().next()) {
                return Ok(code);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Err(format!("no code came to {email}"))
    }
}

fn token(session: &Value) -> Result<String, String> {
    session["access_token"].as_str().map(str::to_owned).ok_or_else(|| format!("can't sign in: {session}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use domain::events::Details;
    use jiff::SignedDuration;

    /// Every event as the domain reads it, on a calendar that begins at `from`.
    fn details(city: &City, from: Timestamp) -> Vec<Details> {
        city.events
            .iter()
            .map(|planned| {
                let mut event = city.event(planned, from).unwrap();
                for (absent, value) in [
                    ("place", Value::Null),
                    ("online_link", Value::Null),
                    ("capacity", Value::Null),
                    ("price", Value::Null),
                    ("visibility", "public".into()),
                ] {
                    event.as_object_mut().unwrap().entry(absent).or_insert(value);
                }
                serde_json::from_value(event).unwrap_or_else(|error| panic!("{}: {error}", planned.name))
            })
            .collect()
    }

    #[test]
    fn the_domain_takes_every_event_of_the_city_whenever_it_is_founded() {
        let city = City::read().unwrap();
        for day in [0, 60, 100, 130, 330, 365] {
            let from = Timestamp::from_second(1_795_000_000 + day * 86_400).unwrap();
            for (details, planned) in details(&city, from).iter().zip(&city.events) {
                if let Err(refusal) = details.checked(None, from) {
                    panic!("{}: {refusal:?}", planned.name);
                }
            }
        }
    }

    #[test]
    fn the_city_is_as_it_should_be() {
        let city = City::read().unwrap();
        let from = Timestamp::from_second(1_795_000_000).unwrap();
        let details = details(&city, from);
        assert!(city.events.len() >= 40 && city.people.len() >= 30);
        let soon = details.iter().filter(|d| {
            let (starts, _) = d.checked(None, from).unwrap();
            starts.instant.duration_since(from) < SignedDuration::from_hours(1)
        });
        assert_eq!(soon.count(), 1, "one starts within the hour");
        let nearly_full = city.events.iter().filter(|e| e.capacity.is_some_and(|c| c as usize == e.guests + 1));
        assert!(nearly_full.count() >= 1);
        let zones: std::collections::BTreeSet<&str> = city.events.iter().map(|e| e.zone.as_str()).collect();
        assert!(zones.len() >= 5, "{zones:?}");
        for (number, planned) in city.events.iter().enumerate() {
            assert!(city.people.iter().any(|person| person.key == planned.by), "{} is nobody", planned.by);
            let guests = city.guests(number, planned);
            assert_eq!(guests.len(), planned.guests);
            assert!(guests.iter().all(|guest| guest.key != planned.by));
        }
        for account in ACCOUNTS {
            assert!(city.people.iter().any(|person| format!("{}@guestlist.test", person.key) == account.email));
        }
    }
}
