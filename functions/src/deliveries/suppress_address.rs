//! From what SES tells of mails that didn't end well to addresses that get none.

use domain::accounts::Suppressed;
use domain::text::Email;
use domain::{Change, Record};
use jiff::Timestamp;
use kit::{BOUNCES, Consumer, Cx, Error, Grant, NoContent, Result, Source, Table, read, write};
use serde::Deserialize;
use serde_json::Value;

/// What SES posts once to the topic that a configuration set's events go to, in plain text, to see whether it may.
const GREETING: &str = "Successfully validated SNS topic";

/// Suppress mails to the address that one went to which came back for good, or which its reader called unwanted. Whom the report
/// names counts for nothing: anybody may have written that, and of forwarded mail it is another address. Takes what SES publishes
/// as an event (<https://docs.aws.amazon.com/ses/latest/dg/event-publishing-retrieving-sns-contents.html>); other kinds of event
/// than those that our configuration set names are refused, to be looked at.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct SuppressAddress(Value);

/// An event of SES, as far as it concerns us.
#[derive(Deserialize)]
#[serde(tag = "eventType")]
enum Event {
    Bounce { bounce: Bounce, mail: Mail },
    Complaint { complaint: Complaint, mail: Mail },
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bounce {
    bounce_type: BounceType,
}

/// `Permanent` is also what SES says where it didn't even try, since the address is on its own list (subtypes `Suppressed`
/// and `OnAccountSuppressionList`): that stands for the bounce that put it there.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
enum BounceType {
    Permanent,
    Transient,
    Undetermined,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Complaint {
    complaint_feedback_type: Option<String>,
}

/// The mail that it is about.
#[derive(Deserialize)]
struct Mail {
    /// When it was sent.
    timestamp: Timestamp,
    /// To whom, as it was handed over. Each of ours goes to one address.
    destination: [String; 1],
}

impl Event {
    /// What it says of which mail; `None` where that may still come or is welcome.
    fn report(self) -> Option<(Suppressed, Mail)> {
        match self {
            Event::Bounce { bounce, mail } => {
                (bounce.bounce_type == BounceType::Permanent).then_some((Suppressed::Bounced, mail))
            }
            Event::Complaint { complaint, mail } => {
                // Their mail program had called it spam, and they said that it isn't (RFC 6430).
                let welcome = complaint.complaint_feedback_type.as_deref() == Some("not-spam");
                (!welcome).then_some((Suppressed::Complained, mail))
            }
        }
    }
}

/// The folded address in `a@b`, `<a@b>` or `"Name" <a@b>`; `None` where it is none that an account could have.
fn folded(written: &str) -> Option<String> {
    let bare =
        written.trim().strip_suffix('>').and_then(|rest| rest.rsplit_once('<')).map_or(written, |(_, bare)| bare);
    Some(bare.parse::<Email>().ok()?.folded())
}

impl Consumer for SuppressAddress {
    const SOURCE: Source = Source::Queue(BOUNCES);
    const GRANTS: &[Grant] = &[read(Table::Accounts), write(Table::Accounts)];

    async fn run(self, cx: &Cx) -> Result<()> {
        if self.0.as_str().is_some_and(|text| text.starts_with(GREETING)) {
            return Ok(());
        }
        let event: Event = serde_json::from_value(self.0)
            .map_err(|why| Error::internal(format!("not an event that our configuration set publishes: {why}")))?;
        let Some((why, Mail { timestamp, destination: [written] })) = event.report() else { return Ok(()) };
        // Nobody with an account has an address that we wouldn't take.
        let Some(address) = folded(&written) else { return Ok(()) };
        let Some(user) = cx.store().user_by_email(&address).await? else { return Ok(()) };
        // A clock that is ahead must not outlast what they show or say later.
        if let Some(reported) = user.reported(why, timestamp.min(cx.now())) {
            cx.commit(vec![Change::Replace(Record::User(reported))], NoContent).await?;
            if user.suppressed().is_none() {
                cx.metric("AddressesSuppressed", 1.0);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_address_is_read_however_it_is_written() {
        for written in [
            "ada@example.org",
            "Ada@Example.ORG",
            "<ada@example.org>",
            "\"Ada, of <L>\" <ADA@example.org>",
            " ada@example.org ",
        ] {
            assert_eq!(folded(written).as_deref(), Some("ada@example.org"), "{written}");
        }
        for none in ["", "ada", "\"Ada\" <>", "ada@example", "MAILER-DAEMON"] {
            assert_eq!(folded(none), None, "{none}");
        }
    }
}
