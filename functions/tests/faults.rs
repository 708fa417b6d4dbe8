//! What goes wrong between us and AWS, at every call that is made. Afterwards the rules hold, and doing it again completes the
//! work: no booking is lost, nobody is mailed twice.
//!
//! The clock is Tokio's paused one, so that waiting between tries costs no time.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use domain::events::Status;
use domain::ids::EventId;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use store::Table;
use testbed::faults::{Calls, Fault};
use world::behind::{Pump, publish};
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

/// How many calls a deed makes when nothing goes wrong, by their names.
async fn calls_of(deed: Deed) -> Vec<String> {
    let stage = Stage::new().await;
    deed.prepare(&stage).await;
    let reply = deed.ask(&stage).await;
    assert!(deed.is_answer(&reply), "{deed:?}: {}", reply.text());
    let calls = stage.world.faults.seen();
    deed.complete(&stage, "nothing").await;
    calls
}

#[tokio::test(start_paused = true)]
async fn a_crash_between_any_two_steps_of_a_request_is_mended_by_asking_again() {
    for deed in DEEDS {
        for n in 0.. {
            let stage = Stage::new().await;
            deed.prepare(&stage).await;
            stage.world.faults.crash_at(n);
            let reply = deed.ask(&stage).await;
            let crashed = stage.world.faults.crashed();
            assert!(!crashed || reply.status == 503, "{deed:?} at {n}: {} {}", reply.status, reply.text());
            deed.complete(&stage, &format!("a crash at {n}")).await;
            if !crashed {
                assert!(n > 1, "{deed:?} makes calls");
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_once_is_not_even_noticed() {
    for deed in DEEDS {
        let calls = calls_of(deed).await;
        for (n, operation) in calls.iter().enumerate() {
            for fault in [
                Fault::TransactionConflict,
                Fault::Throttled,
                Fault::TimeoutBefore,
                Fault::TimeoutAfter,
                Fault::Drop,
                Fault::ServerError,
            ] {
                if fault == Fault::TransactionConflict && (operation == "Query" || operation.contains("Get")) {
                    continue;
                }
                let stage = Stage::new().await;
                deed.prepare(&stage).await;
                stage.world.faults.next(Calls::Any, n, fault);
                let reply = deed.ask(&stage).await;
                let what = format!("{fault:?} at {n}, {operation}");
                assert_eq!(stage.world.faults.left(), 0, "{what} never struck");
                assert!(reply.status < 300, "{deed:?} and {what}: {} {}", reply.status, reply.text());
                deed.complete(&stage, &what).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_lasts_is_a_503_and_mended_by_asking_again() {
    for deed in DEEDS {
        let calls = calls_of(deed).await;
        let operations: std::collections::BTreeSet<&str> = calls.iter().map(String::as_str).collect();
        for operation in operations {
            let operation: &'static str = match operation {
                "GetItem" => "GetItem",
                "BatchGetItem" => "BatchGetItem",
                "UpdateItem" => "UpdateItem",
                "PutItem" => "PutItem",
                "TransactWriteItems" => "TransactWriteItems",
                other => panic!("{deed:?} calls {other}"),
            };
            for fault in [
                Fault::TransactionConflict,
                Fault::Throttled,
                Fault::TimeoutBefore,
                Fault::TimeoutAfter,
                Fault::ServerError,
            ] {
                if fault == Fault::TransactionConflict && operation.contains("Get") {
                    continue;
                }
                let stage = Stage::new().await;
                deed.prepare(&stage).await;
                stage.world.faults.from(Calls::To(operation), 0, fault);
                let reply = deed.ask(&stage).await;
                let what = format!("{fault:?} of every {operation}");
                assert_eq!(reply.status, 503, "{deed:?} and {what}: {}", reply.text());
                assert!(!reply.header("retry-after").is_empty(), "{what}");
                deed.complete(&stage, &what).await;
            }
        }
    }
}

/// Parameter Store takes 40 calls a second of a whole account, and a rush starts hundreds of processes at once.
#[tokio::test(start_paused = true)]
async fn a_process_that_has_no_key_yet_waits_its_turn() {
    let Stage { mut world, ada, ben, event, bens_booking, .. } = Stage::new().await;
    let cem = world.settle("Cem", true).await;
    // A process that has just started.
    let lines = Arc::new(Mutex::new(Vec::<Value>::new()));
    let sink = lines.clone();
    let log = move |line: &str| sink.lock().unwrap().push(serde_json::from_str(line).unwrap());
    world.house = world.house.clone().with_log(log).with_time_limit(Duration::from_secs(15));
    let path = format!("/api/events/{event}/bookings");
    let book = async |who: &Person| world.post(&path, who.token(), json!({})).await;
    let cancel = async |booking: &str| {
        world.post(&format!("/api/bookings/{booking}/cancel"), ben.token(), json!({})).await.expect(200)
    };
    let reads = || world.faults.seen().iter().filter(|call| *call == "GetParameter").count();
    let unread = || lines.lock().unwrap().iter().filter(|line| line["KeysUnread"] == 1.0).count();

    // It lasts: a 503 that says when to come again, and no place is taken.
    world.faults.from(Calls::To("GetParameter"), 0, Fault::Throttled);
    let reply = book(&ada).await;
    assert_eq!((reply.status, reply.header("retry-after")), (503, "1"), "{}", reply.text());
    assert_eq!(world.audit().bookings.len(), 1);
    // More than the three calls after which the SDK gives up: the function is run anew.
    world.faults.clear();
    (0..10).for_each(|_| world.faults.next(Calls::To("GetParameter"), 0, Fault::Throttled));
    assert_eq!(book(&ada).await.status, 201);
    assert_eq!((world.faults.left(), reads()), (0, 11));

    // The key is kept: who books next costs no call more.
    world.faults.clear();
    cancel(&bens_booking).await;
    let mut bens_booking = book(&ben).await.expect(201).str("/id");
    assert_eq!(reads(), 0);
    // After five minutes it is looked for again; while nobody answers, it signs on.
    for fault in [Fault::Throttled, Fault::ServerError] {
        cancel(&bens_booking).await;
        world.advance(jiff::SignedDuration::from_secs(301));
        // Who has lost the right to the key signs no more with what was kept of it.
        world.faults.from(Calls::To("GetParameter"), 0, Fault::Refused);
        let refused = book(&ben).await;
        assert_eq!((refused.status, refused.header("retry-after")), (500, ""), "{}", refused.text());
        world.faults.clear();
        world.faults.from(Calls::To("GetParameter"), 0, fault);
        bens_booking = book(&ben).await.expect(201).str("/id");
        assert!(reads() > 0);
        world.faults.clear();
    }
    assert_eq!(book(&cem).await.status, 201);
    assert_eq!(reads(), 0, "and isn't looked for at once again");
    // It doesn't do so in silence, and in no other case.
    assert_eq!(unread(), 2);
    let note = lines.lock().unwrap().iter().find_map(|line| line["note"].as_str().map(str::to_owned)).unwrap();
    assert!(note.contains("of tickets signs on, unread: busy"), "{note}");
}

/// Everything that follows a deed behind the scenes: facts, fan-out, mails.
async fn calls_behind(deed: Deed) -> Vec<String> {
    let stage = Stage::new().await;
    assert!(deed.is_answer(&deed.ask(&stage).await));
    stage.world.faults.clear();
    Pump::default().run(&stage.world).await;
    let mailed: Vec<String> = stage.world.mailed().into_iter().map(|(to, _)| to).collect();
    assert_eq!(mailed, deed.readers(), "{deed:?}");
    stage.world.faults.seen()
}

const TOLD: [Deed; 6] =
    [Deed::Register, Deed::Book, Deed::CancelBooking, Deed::Move, Deed::CancelEvent, Deed::Announce];

/// The one crash that repeats a mail is that between its acceptance by SES and the mark of it.
#[tokio::test(start_paused = true)]
async fn a_crash_between_any_two_steps_behind_the_scenes_loses_no_mail_and_repeats_none_but_one() {
    for deed in TOLD {
        let calls = calls_behind(deed).await;
        for n in 0..=calls.len() {
            let stage = Stage::new().await;
            assert!(deed.is_answer(&deed.ask(&stage).await));
            stage.world.faults.clear();
            let mut pump = Pump::default();
            stage.world.faults.crash_at(n);
            while pump.pass(&stage.world).await.0 > 0 && !stage.world.faults.crashed() {}
            let accepted_unmarked = stage.world.faults.crashed() && n > 0 && calls[n - 1] == "SendEmail";
            assert_eq!(stage.world.faults.crashed(), n < calls.len());
            stage.world.faults.clear();
            stage.world.advance(jiff::SignedDuration::from_secs(100));
            pump.run(&stage.world).await;
            deed.look(&stage);
            let mut mailed: Vec<String> = stage.world.mailed().into_iter().map(|(to, _)| to).collect();
            if accepted_unmarked {
                assert_eq!(
                    mailed.len(),
                    deed.readers().len() + 1,
                    "{deed:?} at {n}: the mail went out, and nobody knew"
                );
                mailed.dedup();
            }
            assert_eq!(mailed, deed.readers(), "{deed:?} at {n} of {calls:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_behind_the_scenes_is_tried_again_until_it_is_done() {
    for deed in [Deed::Register, Deed::Book, Deed::Move] {
        let calls = calls_behind(deed).await;
        for (n, operation) in calls.iter().enumerate() {
            for fault in [Fault::Throttled, Fault::TimeoutBefore, Fault::TimeoutAfter, Fault::Drop, Fault::ServerError]
            {
                let stage = Stage::new().await;
                assert!(deed.is_answer(&deed.ask(&stage).await));
                stage.world.faults.clear();
                stage.world.faults.next(Calls::Any, n, fault);
                Pump::default().run(&stage.world).await;
                assert_eq!(stage.world.faults.left(), 0);
                deed.look(&stage);
                let mut mailed: Vec<String> = stage.world.mailed().into_iter().map(|(to, _)| to).collect();
                // A lost answer of SES is the same gap as a crash after it: nobody knows that the mail went out.
                if operation == "SendEmail" && fault == Fault::TimeoutAfter {
                    assert_eq!(mailed.len(), deed.readers().len() + 1);
                    mailed.dedup();
                }
                assert_eq!(mailed, deed.readers(), "{deed:?}: {fault:?} at {n}, {operation}");
            }
        }
    }
}

/// Whatever is delivered is delivered twice, and the newest first.
#[tokio::test(start_paused = true)]
async fn messages_that_come_twice_and_out_of_order_mail_nobody_twice() {
    let stage = Stage::new().await;
    let Stage { world, event, .. } = &stage;
    for deed in [Deed::Book, Deed::Move, Deed::CheckIn, Deed::Announce] {
        assert!(deed.is_answer(&deed.ask(&stage).await), "{deed:?}");
    }
    let again = json!({ "place": { "name": "Astra" } });
    world.patch(&format!("/api/events/{event}"), stage.olga.token(), again).await.expect(200);
    let mut records = world.records().unwrap();
    records.reverse();
    for record in records.iter().chain(&records) {
        assert!(publish(world, record).await);
    }
    let backwards = |queue: &'static str| {
        let mut messages: Vec<Value> = std::iter::from_fn(|| world.outbox.take(queue)).collect();
        messages.reverse();
        let twice: Vec<Value> = messages.iter().chain(&messages).cloned().collect();
        twice
    };
    for fact in backwards("facts") {
        assert!(world.hand_over("fan_out", &fact).await);
    }
    for mail in backwards("mails") {
        assert!(world.hand_over("send_email", &mail).await);
    }
    // What changed by following is told once more by the stream, and says nothing new.
    Pump::default().run(world).await;
    let mailed = world.mailed();
    let to = |who: &str| mailed.iter().filter(|(to, _)| to.starts_with(who)).count();
    // Ben: the second move, and the announcement; the first move is overtaken. Ada: her ticket, the second move, the
    // announcement; she booked before both moves. Olga: Ada's booking.
    assert_eq!((to("ben@"), to("ada@"), to("olga@")), (2, 3, 1), "{mailed:#?}");
    let unique: std::collections::BTreeSet<_> = mailed.iter().collect();
    assert_eq!(unique.len(), mailed.len(), "{mailed:#?}");
    world.audit();
}

/// Up to Ada's mail, which waits in its queue; Olga's is taken out.
async fn adas_ticket() -> (Stage, Value) {
    let stage = Stage::new().await;
    Deed::Book.ask(&stage).await.expect(201);
    for record in stage.world.records().unwrap() {
        assert!(publish(&stage.world, &record).await);
    }
    let fact = stage.world.outbox.take("facts").unwrap();
    assert!(stage.world.hand_over("fan_out", &fact).await);
    let mails: Vec<Value> = std::iter::from_fn(|| stage.world.outbox.take("mails")).collect();
    let mail = mails.into_iter().find(|mail| mail["to"].get("guest").is_some()).expect("a mail to the guest");
    stage.world.faults.clear();
    (stage, mail)
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_ses_refuses_is_given_up_and_one_that_it_has_no_room_for_waits() {
    // Refused for good: noted, and not tried for ever.
    let (stage, mail) = adas_ticket().await;
    stage.world.faults.next(Calls::To("SendEmail"), 0, Fault::Refused);
    assert!(!stage.world.hand_over("send_email", &mail).await, "the log has to know");
    assert!(stage.world.hand_over("send_email", &mail).await, "and then it's done");
    assert_eq!(stage.world.mailed(), []);

    // Throttled: as often as it takes, it goes back with a new life and is no failure.
    let (stage, mail) = adas_ticket().await;
    stage.world.faults.from(Calls::To("SendEmail"), 0, Fault::Throttled);
    let mut message = mail;
    for _ in 0..30 {
        assert!(stage.world.hand_over("send_email", &message).await, "throttling counts toward no dead letter");
        message = stage.world.outbox.take("mails").expect("it waits");
    }
    stage.world.faults.clear();
    assert!(stage.world.hand_over("send_email", &message).await);
    assert_eq!(stage.world.mailed().len(), 1);
    assert_eq!(stage.world.outbox.waiting("mails"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_mail_of_which_nobody_knows_whether_it_went_out_waits_for_its_lease() {
    let (stage, mail) = adas_ticket().await;
    stage.world.faults.from(Calls::To("SendEmail"), 0, Fault::TimeoutBefore);
    assert!(!stage.world.hand_over("send_email", &mail).await);
    stage.world.faults.clear();
    assert!(!stage.world.hand_over("send_email", &mail).await, "it may be under way");
    assert_eq!(stage.world.mailed(), []);
    stage.world.advance(jiff::SignedDuration::from_secs(91));
    assert!(stage.world.hand_over("send_email", &mail).await);
    assert!(stage.world.hand_over("send_email", &mail).await);
    assert_eq!(stage.world.mailed().len(), 1);
}

/// A mail whose mark can't be written is sent, and not known to be; another's claim stands.
#[tokio::test(start_paused = true)]
async fn two_consumers_with_the_same_message_send_one_mail() {
    let (stage, mail) = adas_ticket().await;
    let (one, other) =
        tokio::join!(stage.world.hand_over("send_email", &mail), stage.world.hand_over("send_email", &mail));
    assert!(one || other);
    stage.world.advance(jiff::SignedDuration::from_secs(100));
    assert!(stage.world.hand_over("send_email", &mail).await);
    assert_eq!(stage.world.mailed().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_reminder_fires_once_whatever_goes_wrong_at_its_tick() {
    let tick = async |stage: &Stage| {
        let input = json!({ "time": stage.world.now().to_string() });
        stage.world.function("remind_day_before").invoke(&stage.world.house, input).await.is_ok()
    };
    let ready = async || {
        let stage = Stage::new().await;
        stage.world.advance_to("2026-11-27T18:30:00Z");
        stage
    };
    let stage = ready().await;
    assert!(tick(&stage).await);
    let calls = stage.world.faults.seen();
    for n in 0..=calls.len() {
        let mut faults = vec![None];
        if n < calls.len() {
            faults.extend([Fault::Throttled, Fault::TimeoutBefore, Fault::TimeoutAfter, Fault::ServerError].map(Some));
        }
        for fault in faults {
            let stage = ready().await;
            match fault {
                None => stage.world.faults.crash_at(n),
                Some(fault) => stage.world.faults.next(Calls::Any, n, fault),
            }
            let went = tick(&stage).await;
            assert!(went || fault.is_none(), "{fault:?} once at {n} of {calls:?} is not noticed");
            stage.world.faults.clear();
            assert!(tick(&stage).await && tick(&stage).await);
            Pump::default().run(&stage.world).await;
            let mailed: Vec<String> = stage.world.mailed().into_iter().map(|(to, _)| to).collect();
            assert_eq!(mailed, ["ben@example.org"], "{fault:?} at {n} of {calls:?}");
        }
    }
}
