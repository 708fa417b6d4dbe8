//! A world in which every placeholder of the samples under `events/` has a value. `events/README.md` lists them.

use super::people::{PASSWORD, address, everybodys_hash};
use super::{PREFIX, Person, World};
use bytes::Bytes;
use domain::accounts::User;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use kit::{Access, Function, Kind};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use store::Table;

/// Where the samples are.
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events");

/// A photo as a telephone makes it: it lies on its side and says so, and where it was taken.
pub const PHOTO: &[u8] = include_bytes!("../../../pictures/tests/files/located.jpg");

/// A sample as it stands in its file, placeholders and all.
pub fn sample(function: &Function) -> String {
    let path = format!("{SAMPLES}/{}/{}.json", function.noun, function.name);
    std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{path}: {why}"))
}

/// A filled sample of a route as the request that API Gateway makes of it.
pub fn request(event: &Value) -> http::Request<Bytes> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let (path, query) = (text(&event["rawPath"]), text(&event["rawQueryString"]));
    let uri = if query.is_empty() { path } else { format!("{path}?{query}") };
    let mut request =
        http::Request::builder().method(text(&event["requestContext"]["http"]["method"]).as_str()).uri(uri);
    for (name, value) in event["headers"].as_object().expect("headers") {
        request = request.header(name, text(value));
    }
    request.body(Bytes::from(text(&event["body"]))).unwrap()
}

/// The same request with this bearer token, or without any.
pub fn as_caller(mut request: http::Request<Bytes>, token: Option<&str>) -> http::Request<Bytes> {
    request.headers_mut().remove("authorization");
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().unwrap();
        request.headers_mut().insert("authorization", value);
    }
    request
}

/// The same request once more.
pub fn again(request: &http::Request<Bytes>) -> http::Request<Bytes> {
    let mut copy = http::Request::builder().method(request.method()).uri(request.uri());
    *copy.headers_mut().expect("a request") = request.headers().clone();
    copy.body(request.body().clone()).unwrap()
}

/// A door pass.
#[derive(Clone, Debug)]
pub struct Pass {
    pub id: String,
    pub token: String,
}

/// People and things, each in the part that the samples need it for.
pub struct Fixture {
    pub world: World,
    /// Runs the event.
    pub organizer: Person,
    /// Has two places at the event.
    pub guest: Person,
    /// Is verified, and has nothing to do with any of it.
    pub stranger: Person,
    /// Never verified their address.
    pub newcomer: Person,
    /// Runs another event.
    pub rival: Person,
    pub event: String,
    pub slug: String,
    pub short_code: String,
    pub rivals_event: String,
    /// The organizer's.
    pub draft: String,
    pub booking: String,
    /// The guest's: the id of each and what its QR code says.
    pub tickets: Vec<(String, String)>,
    pub door: Pass,
    pub rivals_door: Pass,
    pub revoked_door: Pass,
}

impl World {
    /// A world at the usual time in which the samples work.
    pub async fn fixture() -> Fixture {
        Fixture::new(World::new().await).await
    }

    /// The same at the machine's time, for functions that run in a process of their own.
    pub async fn fixture_now() -> Fixture {
        let world = World::new().await;
        world.advance(Timestamp::now().duration_since(world.now()));
        Fixture::new(world).await
    }

    /// Somebody who is signed in, without mails and hashing: straight into the store. The password is everybody's.
    pub async fn settle(&self, name: &str, verified: bool) -> Person {
        let mut user = self.user(name, &address(name), everybodys_hash().await).unwrap();
        user.email_verified_at = verified.then(|| self.now());
        let token = self.write_down(&user).await.unwrap();
        Person::of((user, token))
    }

    /// An access token that was given out so long ago.
    pub async fn access_token(&self, user: &User, ago: SignedDuration) -> String {
        kit::access_token_for(&self.store(), Access::of(user), self.now() - ago).await.unwrap()
    }

    /// An access token of this person that ran out a minute ago.
    pub async fn ended_token(&self, person: &Person) -> String {
        let user = self.store().user(person.id.parse().unwrap()).await.unwrap().expect("a user");
        self.access_token(&user, SignedDuration::from_mins(kit::ACCESS_MINUTES + 1)).await
    }

    async fn door_pass(&self, organizer: &Person, event: &str) -> Pass {
        let path = format!("/api/events/{event}/door-passes");
        let made = self.post(&path, organizer.token(), json!({ "door": "South" })).await.expect(201);
        Pass { id: made.str("/id"), token: made.str("/token") }
    }

    /// The wall time in Berlin at so many days from now.
    fn wall_time(&self, days: i64, hour: i8) -> String {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let day = (self.now() + SignedDuration::from_hours(24 * days)).to_zoned(zone).date();
        format!("{day}T{hour:02}:30")
    }

    /// Everything that is stored, but for the counters of the rate limits: by table and key.
    pub fn stored(&self) -> BTreeMap<String, Value> {
        let mut all = BTreeMap::new();
        for table in Table::ALL {
            let mut from = Value::Null;
            loop {
                let mut scan = json!({ "TableName": format!("{PREFIX}{}", table.name()) });
                if !from.is_null() {
                    scan["ExclusiveStartKey"] = from;
                }
                let page = self.embedded.database().scan(serde_json::from_value(scan).unwrap()).unwrap();
                let page = serde_json::to_value(page).unwrap();
                for item in page["Items"].as_array().expect("items") {
                    let (pk, sk) = (item["pk"]["S"].as_str().unwrap(), item["sk"]["S"].as_str().unwrap());
                    if !pk.starts_with("rate#") {
                        all.insert(format!("{} {pk} {sk}", table.name()), item.clone());
                    }
                }
                from = page["LastEvaluatedKey"].clone();
                if from.is_null() {
                    break;
                }
            }
        }
        all
    }

    /// What waits in the streams is of no interest: nobody is told of it.
    pub fn skip_streams(&self) {
        while !self.streams.next(&self.embedded, PREFIX).unwrap().is_empty() {}
    }
}

impl Fixture {
    async fn new(world: World) -> Fixture {
        let organizer = world.settle("Olympia Organizer", true).await;
        let guest = world.settle("Wilhelmina Guest", true).await;
        let stranger = world.settle("Stanislaw Stranger", true).await;
        let newcomer = world.settle("Nadezhda Newcomer", false).await;
        let rival = world.settle("Rosamunde Rival", true).await;
        let at = |days| json!({ "starts": world.wall_time(days, 19), "ends": world.wall_time(days, 22) });
        let named = |days, name: &str| {
            let mut with = at(days);
            with["name"] = json!(name);
            with
        };
        let event = world.event(&organizer, named(8, "Jazz in the Park")).await;
        let read = world.get(&format!("/api/events/{event}"), None).await.expect(200);
        let (slug, short_url) = (read.str("/slug"), read.str("/short_url"));
        let short_code = short_url.rsplit('/').next().unwrap_or_default().to_owned();
        let draft = world.draft(&organizer, named(10, "Poets' Breakfast")).await;
        let rivals_event = world.event(&rival, named(9, "Quiz Night")).await;
        let booking = world.book(&guest, &event, 2).await["id"].as_str().unwrap().to_owned();
        let listed = world.get("/api/me/tickets", guest.token()).await.expect(200);
        let tickets = listed.json["items"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let tickets = tickets.map(|ticket| (text(&ticket["id"]), text(&ticket["token"]))).collect();
        let door = world.door_pass(&organizer, &event).await;
        let rivals_door = world.door_pass(&rival, &rivals_event).await;
        let revoked_door = world.door_pass(&organizer, &event).await;
        let path = format!("/api/events/{event}/door-passes/{}", revoked_door.id);
        world.call("DELETE", &path, organizer.token(), Value::Null).await.expect(204);
        world.skip_streams();
        Fixture {
            organizer,
            guest,
            stranger,
            newcomer,
            rival,
            event,
            slug,
            short_code,
            rivals_event,
            draft,
            booking,
            tickets,
            door,
            rivals_door,
            revoked_door,
            world,
        }
    }

    /// A sample with a value for every placeholder.
    pub async fn fill(&self, sample: &str) -> Value {
        let mut text = sample.to_owned();
        while let Some((_, rest)) = text.split_once("{{") {
            let name = rest.split_once("}}").expect("a closing brace").0.to_owned();
            let value = self.value(&name).await;
            text = text.replace(&format!("{{{{{name}}}}}"), &value);
        }
        serde_json::from_str(&text).unwrap()
    }

    /// The filled sample of a function.
    pub async fn sample(&self, function: &Function) -> Value {
        self.fill(&sample(function)).await
    }

    /// The filled sample of a route as a request.
    pub async fn request(&self, function: &Function) -> http::Request<Bytes> {
        assert!(matches!(function.kind, Kind::Route { .. }), "{} is no route", function.name);
        request(&self.sample(function).await)
    }

    /// Texts that only some may read: none may stand in the answer to anybody else.
    pub fn secrets(&self) -> Vec<String> {
        let people = [&self.organizer, &self.guest, &self.stranger, &self.newcomer, &self.rival];
        let mut secrets: Vec<String> =
            people.iter().flat_map(|person| [person.email.clone(), person.token.clone()]).collect();
        secrets.extend(["Wilhelmina", "Olympia", "Volkspark", "Poets' Breakfast"].map(str::to_owned));
        secrets.extend(self.tickets.iter().map(|(_, token)| token.clone()));
        secrets.extend([&self.door, &self.rivals_door, &self.revoked_door].map(|pass| pass.token.clone()));
        secrets
    }

    fn person(&self, role: &str) -> &Person {
        match role {
            "organizer" => &self.organizer,
            "guest" => &self.guest,
            "stranger" => &self.stranger,
            "newcomer" => &self.newcomer,
            "rival" => &self.rival,
            _ => panic!("nobody is called {role:?} here"),
        }
    }

    async fn value(&self, name: &str) -> String {
        let world = &self.world;
        if let Some((what, role)) = name.split_once(':') {
            return match (what, role) {
                ("token", "door") => self.door.token.clone(),
                ("token", _) => self.person(role).token.clone(),
                ("email", _) => self.person(role).email.clone(),
                _ => panic!("{name:?} is no placeholder"),
            };
        }
        match name {
            "event" => self.event.clone(),
            "slug" => self.slug.clone(),
            "short_code" => self.short_code.clone(),
            "draft" => self.draft.clone(),
            "booking" => self.booking.clone(),
            "user" => self.guest.id.clone(),
            "ticket" => self.tickets[0].0.clone(),
            "ticket_token" => self.tickets[0].1.clone(),
            "pass" => self.door.id.clone(),
            "password" => PASSWORD.to_owned(),
            "now" => world.now().to_string(),
            "starts" => world.wall_time(15, 19),
            "ends" => world.wall_time(15, 23),
            "refresh_token" => world.sign_in(&self.guest.email).await.refresh,
            "scan" => self.scan().await,
            "announcement" => self.announcement().await,
            "code" => self.code().await,
            "reset_token" => self.reset_token().await,
            "unsubscribe_token" => self.unsubscribe_token().await,
            "upload" => self.upload(),
            _ => panic!("{name:?} is no placeholder"),
        }
    }

    /// A scan that admitted the guest's second ticket.
    async fn scan(&self) -> String {
        let body = json!({ "scan": "south-00000001", "token": self.tickets[1].1 });
        let path = format!("/api/events/{}/check-ins", self.event);
        let scan = self.world.post(&path, Some(&self.door.token), body).await.expect(200);
        assert_eq!(scan.str("/outcome"), "admitted");
        scan.str("/scan")
    }

    /// A photo that was posted for the event.
    fn upload(&self) -> String {
        let upload: domain::ids::UploadId = self.world.house.chance().id(self.world.now()).unwrap();
        self.world.objects.put(format!("uploads/{}/{upload}", self.event), PHOTO);
        upload.to_string()
    }

    async fn announcement(&self) -> String {
        let body = json!({ "subject": "The gate is open", "body": "Come in by the east gate." });
        let path = format!("/api/events/{}/announcements", self.event);
        self.world.post(&path, self.organizer.token(), body).await.expect(201).str("/id")
    }

    /// From the mail to the newcomer.
    async fn code(&self) -> String {
        let body = json!({ "email": self.newcomer.email });
        self.world.post("/api/users/request-verification", None, body).await.expect(202);
        self.mail_to(&self.newcomer).await.code()
    }

    /// From the mail to the guest.
    async fn reset_token(&self) -> String {
        let body = json!({ "email": self.guest.email });
        self.world.post("/api/password-resets", None, body).await.expect(202);
        let link = self.mail_to(&self.guest).await.link("/account/reset");
        link.split_once("token=").expect("a token").1.to_owned()
    }

    /// From an announcement's mail to the guest.
    async fn unsubscribe_token(&self) -> String {
        self.announcement().await;
        let link = self.mail_to(&self.guest).await.unsubscribe_link().expect("a link to unsubscribe");
        link.split_once("token=").expect("a token").1.to_owned()
    }

    async fn mail_to(&self, person: &Person) -> super::Mail {
        let mails = self.world.new_mails().await;
        mails.into_iter().rev().find(|mail| mail.to == person.email).expect("a mail")
    }
}

impl super::Mail {
    /// The link of `List-Unsubscribe` (RFC 2369), which mail programs follow.
    pub fn unsubscribe_link(&self) -> Option<String> {
        let head = self.raw.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("list-unsubscribe:"))?;
        let link: String = line.split_once('<')?.1.split_once('>')?.0.split_whitespace().collect();
        Some(link)
    }
}
