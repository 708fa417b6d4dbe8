//! What SES publishes of mails to the addresses of its mailbox simulator
//! (<https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html>), which the local runner simulates: so bounces and
//! complaints can be seen without a cloud, and without a real address that they would harm.

use jiff::Timestamp;
use serde_json::{Value, json};

const DOMAIN: &str = "simulator.amazonses.com";

/// The event that follows a mail of this id to `address`, sent at `at` by `sender` in the configuration set `set`; `None` for an
/// address that takes mails. After a plus anything may stand in it: `bounce+ada@simulator.amazonses.com`.
pub fn event(address: &str, message_id: &str, sender: &str, set: &str, at: Timestamp) -> Option<Value> {
    let (local, domain) = address.rsplit_once('@')?;
    if !domain.eq_ignore_ascii_case(DOMAIN) {
        return None;
    }
    let name = local.split('+').next().unwrap_or(local).to_ascii_lowercase();
    let at = at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
    let (kind, field, told) = match name.as_str() {
        "bounce" => ("Bounce", "bounce", bounce(address, "General", &at)),
        "suppressionlist" => ("Bounce", "bounce", bounce(address, "Suppressed", &at)),
        "complaint" => ("Complaint", "complaint", complaint(address, &at)),
        _ => return None,
    };
    let mut event = json!({
        "eventType": kind,
        "mail": {
            "timestamp": at,
            "source": sender,
            "sendingAccountId": "000000000000",
            "messageId": message_id,
            "destination": [address],
            "headersTruncated": true,
            "tags": { "ses:configuration-set": [set] },
        },
    });
    event[field] = told;
    Some(event)
}

fn bounce(address: &str, subtype: &str, at: &str) -> Value {
    json!({
        "feedbackId": "local-runner",
        "bounceType": "Permanent",
        "bounceSubType": subtype,
        "bouncedRecipients": [{
            "emailAddress": address,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1 user unknown",
        }],
        "timestamp": at,
        "reportingMTA": "dns; localhost",
    })
}

fn complaint(address: &str, at: &str) -> Value {
    json!({
        "feedbackId": "local-runner",
        "complaintSubType": null,
        "complainedRecipients": [{ "emailAddress": address }],
        "timestamp": at,
        "userAgent": "Amazon SES Mailbox Simulator",
        "complaintFeedbackType": "abuse",
        "arrivalDate": at,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::event;
    use serde_json::Value;

    fn told(address: &str) -> Option<Value> {
        event(
            address,
            "0100",
            "tickets@guestlist.example",
            "guestlist-local",
            "2026-11-20T12:00:00.5Z".parse().unwrap(),
        )
    }

    #[test]
    fn only_the_simulators_addresses_bounce_or_complain() {
        for (address, kind) in [
            ("bounce@simulator.amazonses.com", "Bounce"),
            ("Bounce+ada@Simulator.AmazonSES.com", "Bounce"),
            ("suppressionlist@simulator.amazonses.com", "Bounce"),
            ("complaint+x@simulator.amazonses.com", "Complaint"),
        ] {
            let event = told(address).unwrap();
            assert_eq!(event["eventType"], kind, "{address}");
            assert_eq!(event["mail"]["timestamp"], "2026-11-20T12:00:00.500Z");
            assert_eq!(event["mail"]["destination"][0], address);
        }
        for address in ["success@simulator.amazonses.com", "bounce@example.org", "bouncer@simulator.amazonses.com", "x"]
        {
            assert_eq!(told(address), None, "{address}");
        }
    }
}
