//! Between a mail and SES.

use super::world::behind::publish;
use super::{Deed, Stage};
use serde_json::Value;
use testbed::faults::{Calls, Fault};

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

/// A pause of a minute costs a minute, and one of a day two calls an hour for each mail instead of two a minute.
#[tokio::test(start_paused = true)]
async fn a_mail_waits_the_longer_the_longer_ses_takes_none() {
    let waited = async |fault: Fault, tries: usize| {
        let (stage, mut message) = adas_ticket().await;
        stage.world.faults.from(Calls::To("SendEmail"), 0, fault);
        let mut delays = Vec::new();
        for _ in 0..tries {
            assert!(stage.world.hand_over("send_email", &message).await, "it's not the mail's fault");
            delays.push(stage.world.outbox.delay("mails"));
            message = stage.world.outbox.take("mails").expect("it waits");
        }
        stage.world.faults.clear();
        assert!(stage.world.hand_over("send_email", &message).await);
        assert_eq!((stage.world.mailed().len(), stage.world.outbox.waiting("mails")), (1, 0));
        delays
    };
    let grows = [30, 30, 60, 120, 240, 480, 900, 900, 900].map(Some);
    assert_eq!(waited(Fault::Halted, grows.len()).await, grows);
    assert_eq!(waited(Fault::Throttled, 5).await, [Some(30); 5], "what is short stays short");
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
