//! Behind the scenes: facts, fan-out, mails and ticks.

use super::world::behind::{Pump, publish};
use super::{Deed, Stage};
use serde_json::{Value, json};
use testbed::faults::{Calls, Fault};

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
