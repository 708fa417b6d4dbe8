//! What goes wrong between us and AWS, at every call that is made. Afterwards the rules hold, and doing it again completes the
//! work: no booking is lost, nobody is mailed twice.
//!
//! The clock is Tokio's paused one, so that waiting between tries costs no time.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../world/mod.rs"]
mod world;

mod behind;
mod keys;
mod mails;
mod requests;

use domain::events::Status;
use domain::ids::EventId;
use serde_json::json;
use std::time::Duration;
use store::Table;
use world::behind::Pump;
use world::{Person, Reply, World};

/// Olga's event, Ada who wants to come, and Ben who has a place.
struct Stage {
    world: World,
    olga: Person,
    ada: Person,
    ben: Person,
    event: String,
    bens_booking: String,
    bens_token: String,
}

impl Stage {
    async fn new() -> Stage {
        let mut world = World::new().await;
        // So that what lasts is given up after a while.
        world.house = world.house.clone().with_time_limit(Duration::from_secs(6));
        let [olga, ada, ben] = world.members(&["Olga", "Ada", "Ben"]).await.try_into().unwrap();
        let event = world.event(&olga, json!({ "capacity": 3 })).await;
        let bens_booking = world.book(&ben, &event, 2).await["id"].as_str().unwrap().to_owned();
        let bens_token = world.get("/api/me/tickets", ben.token()).await.expect(200).str("/items/0/token");
        // What was told of it so far is of no interest here.
        world.records().unwrap();
        world.faults.clear();
        Stage { world, olga, ada, ben, event, bens_booking, bens_token }
    }

    fn event_id(&self) -> EventId {
        self.event.parse().unwrap()
    }
}

/// What is asked for from outside.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Deed {
    Register,
    Book,
    BookWithKey,
    CancelBooking,
    Move,
    CancelEvent,
    CheckIn,
    UndoCheckIn,
    Announce,
}

const DEEDS: [Deed; 9] = [
    Deed::Register,
    Deed::Book,
    Deed::BookWithKey,
    Deed::CancelBooking,
    Deed::Move,
    Deed::CancelEvent,
    Deed::CheckIn,
    Deed::UndoCheckIn,
    Deed::Announce,
];

impl Deed {
    async fn prepare(self, stage: &Stage) {
        if self == Deed::UndoCheckIn {
            Deed::CheckIn.ask(stage).await.expect(200);
            stage.world.faults.clear();
        }
    }

    async fn ask(self, stage: &Stage) -> Reply {
        let Stage { world, olga, ada, ben, event, bens_booking, bens_token } = stage;
        let of_event = |rest: &str| format!("/api/events/{event}{rest}");
        let key = [("idempotency-key", "key-00000001")];
        match self {
            Deed::Register => {
                let body = json!({ "email": "cem@example.org", "password": "a long enough password", "name": "Cem" });
                world.call_with("POST", "/api/users", None, &key, body).await
            }
            Deed::Book => world.post(&of_event("/bookings"), ada.token(), json!({})).await,
            Deed::BookWithKey => world.call_with("POST", &of_event("/bookings"), ada.token(), &key, json!({})).await,
            Deed::CancelBooking => {
                world.post(&format!("/api/bookings/{bens_booking}/cancel"), ben.token(), json!({})).await
            }
            Deed::Move => {
                let there = json!({ "starts": "2026-11-28T20:00", "place": { "name": "Huxleys" }, "capacity": 4 });
                world.patch(&of_event(""), olga.token(), there).await
            }
            Deed::CancelEvent => world.post(&of_event("/cancel"), olga.token(), json!({})).await,
            Deed::CheckIn => {
                let scan = json!({ "scan": "scan-00000001", "token": bens_token, "door": "North" });
                world.post(&of_event("/check-ins"), olga.token(), scan).await
            }
            Deed::UndoCheckIn => world.post(&of_event("/check-ins/scan-00000001/undo"), olga.token(), json!({})).await,
            Deed::Announce => {
                let told = json!({ "subject": "Rain", "body": "Bring an umbrella." });
                world.call_with("POST", &of_event("/announcements"), olga.token(), &key, told).await
            }
        }
    }

    /// What is to be heard when it is asked for once more.
    fn is_answer(self, reply: &Reply) -> bool {
        match self {
            Deed::Register => reply.status == 202,
            // Without a key nobody can know that it is the same request; the answer names the booking.
            Deed::Book => reply.status == 201 || (reply.status == 409 && reply.json["code"] == "already_booked"),
            Deed::BookWithKey | Deed::Announce => reply.status == 201,
            Deed::CheckIn => reply.status == 200 && reply.json["outcome"] == "admitted",
            Deed::CancelBooking | Deed::Move | Deed::CancelEvent | Deed::UndoCheckIn => reply.status == 200,
        }
    }

    /// What must have come of it, once.
    fn look(self, stage: &Stage) {
        let books = stage.world.audit();
        let event = &books.events[&stage.event_id()];
        let people = books.people(event.id);
        match self {
            Deed::Register => {
                let users = stage.world.images(Table::Accounts);
                let named = users.iter().filter(|user| user["name"]["S"] == "Cem").count();
                assert_eq!(named, 1);
            }
            Deed::Book | Deed::BookWithKey => assert_eq!((people, books.bookings.len()), (3, 2)),
            Deed::CancelBooking => assert_eq!((people, books.bookings.len()), (0, 1)),
            Deed::Move => {
                assert_eq!(
                    (event.starts.instant.to_string().as_str(), event.details.capacity),
                    ("2026-11-28T19:00:00Z", Some(4))
                );
                assert_eq!(books.bookings[0].starts, event.starts.instant, "the booking follows");
            }
            Deed::CancelEvent => assert_eq!(event.status, Status::Cancelled),
            Deed::CheckIn => assert_eq!((books.pools[&event.id][0].admitted, books.scans.len()), (1, 1)),
            Deed::UndoCheckIn => assert_eq!((books.pools[&event.id][0].admitted, books.scans.len()), (0, 1)),
            Deed::Announce => {
                let told = stage.world.images(Table::Events);
                assert_eq!(told.iter().filter(|item| item["record"]["S"] == "announcement").count(), 1);
            }
        }
    }

    /// Who is to be mailed of it.
    fn readers(self) -> Vec<&'static str> {
        match self {
            Deed::Register => vec!["cem@example.org"],
            Deed::Book | Deed::BookWithKey => vec!["ada@example.org", "olga@example.org"],
            Deed::CancelBooking | Deed::Move | Deed::CancelEvent | Deed::Announce => vec!["ben@example.org"],
            Deed::CheckIn | Deed::UndoCheckIn => vec![],
        }
    }

    /// Asks again, lets everything behind the scenes come to its end, and looks.
    async fn complete(self, stage: &Stage, what: &str) {
        stage.world.faults.clear();
        let again = self.ask(stage).await;
        assert!(self.is_answer(&again), "{self:?} after {what}: {} {}", again.status, again.text());
        Pump::default().run(&stage.world).await;
        self.look(stage);
        let mailed: Vec<String> = stage.world.mailed().into_iter().map(|(to, _)| to).collect();
        assert_eq!(mailed, self.readers(), "{self:?} after {what}: {:?}", stage.world.mailed());
    }
}
