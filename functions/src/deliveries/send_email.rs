//! Sending one mail, once.

use super::content::{Way, letter};
use domain::Change;
use domain::facts::Delivery;
use jiff::SignedDuration;
use kit::{Consumer, Cx, Error, Grant, KeyUse, MAILS, Result, Source, Table, read, send, sign, write};
use mail::{Address, Recipient, SendError, compose};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use store::Claim;

/// The name that mails come from.
const SENDER_NAME: &str = "Guestlist";
/// For how long a delivery is one consumer's alone; longer than an invocation lasts.
const LEASE_SECONDS: i64 = 90;
/// After how long a mail that SES had no room for is tried again.
const LATER_SECONDS: i32 = 30;
/// The longest that SQS holds a message back.
const LATEST_SECONDS: i32 = 900;

/// Send one mail. A repeated message finds it sent and stops; one that the world has overtaken is dropped, and so is one to an
/// address that mails come back from or aren't wanted at. Only a crash between the acceptance by SES and the mark of it can repeat
/// a mail.
#[derive(Serialize, Deserialize)]
pub struct SendEmail {
    #[serde(flatten)]
    delivery: Delivery,
    /// For how many seconds it has waited for SES.
    #[serde(default)]
    waited: i32,
}

impl Consumer for SendEmail {
    const SOURCE: Source = Source::Queue(MAILS);
    const GRANTS: &[Grant] = &[
        read(Table::Accounts),
        write(Table::Accounts),
        read(Table::Events),
        read(Table::Pools),
        read(Table::Bookings),
        sign(KeyUse::Tokens),
        write(Table::Deliveries),
        send(MAILS),
        Grant::Mail,
    ];
    const TIMEOUT: Duration = Duration::from_secs(60);

    async fn run(self, cx: &Cx) -> Result<()> {
        let SendEmail { delivery, waited } = self;
        let Some(letter) = letter(cx, &delivery).await? else {
            cx.metric("MailsOvertaken", 1.0);
            return Ok(());
        };
        let key = delivery.key();
        let recipient = Recipient {
            name: letter.to.name.to_string(),
            email: letter.to.email.to_string(),
            language: letter.to.language,
            zone: letter.to.zone.as_ref().map(|zone| zone.rules().clone()),
        };
        let outer = mail::Delivery { key: key.clone(), now: cx.now(), unsubscribe: letter.unsubscribe };
        let composed = compose(&letter.content, &recipient, &outer).map_err(Error::internal)?;
        match cx.store().claim_delivery(&key, cx.now(), SignedDuration::from_secs(LEASE_SECONDS)).await? {
            Claim::Delivered => return Ok(()),
            Claim::Leased => return Err(Error::internal("somebody else is sending this mail; try again later")),
            Claim::Mine => {}
        }
        match letter.way {
            Way::Open => {}
            Way::Kept(record) => {
                // Before it goes: what it brings must not be void before it is read. Overtaken by a guess or another request,
                // it is looked at anew.
                if let Err(error) = cx.store().commit(&[Change::Replace(*record)], None).await {
                    cx.store().release_delivery(&key).await?;
                    return Err(error.into());
                }
            }
            Way::Closed => {
                cx.metric("MailsSuppressed", 1.0);
                return Ok(cx.store().delivered(&key, cx.now()).await?);
            }
        }
        let from = Address { name: SENDER_NAME.to_owned(), email: cx.sender().to_owned() };
        let sent = cx.send_mail(&from.email, &recipient.email, composed.to_mime(&from)).await?;
        match sent {
            Ok(_) => {
                cx.metric("MailsSent", 1.0);
                Ok(cx.store().delivered(&key, cx.now()).await?)
            }
            // It won't be taken the next time either: noted as done, so that it doesn't come back for ever.
            Err(SendError::Refused(why)) => {
                cx.metric("MailsRefused", 1.0);
                cx.store().delivered(&key, cx.now()).await?;
                // In its sandbox SES names the address that it refuses, which is no matter for a log.
                let why = why.replace(&recipient.email, "the recipient");
                Err(Error::internal(format!("SES refuses this mail: {why}")))
            }
            // Whether it went out isn't known. The lease is kept: after it, the mail is tried again, and may come twice.
            Err(error @ SendError::Unknown(_)) => Err(Error::internal(error)),
            // SES takes no more just now, or nothing until somebody mends the account: not the mail's fault, so it isn't counted
            // against it.
            Err(error @ (SendError::Throttled(_) | SendError::Halted(_))) => {
                let halted = matches!(error, SendError::Halted(_));
                cx.metric(if halted { "MailsHalted" } else { "MailsThrottled" }, 1.0);
                cx.note(error.to_string().replace(&recipient.email, "the recipient"));
                cx.store().release_delivery(&key).await?;
                // A halt may last for days: as long again as it has lasted.
                let later = if halted { waited.clamp(LATER_SECONDS, LATEST_SECONDS) } else { LATER_SECONDS };
                cx.send(MAILS, &[SendEmail { delivery, waited: waited.saturating_add(later) }], later).await
            }
            Err(error @ SendError::Unavailable(_)) => {
                cx.store().release_delivery(&key).await?;
                Err(Error::internal(error))
            }
        }
    }
}
