//! The bytes of a message (RFC 5322, RFC 2045 and those that follow it).

use crate::{compose::Composed, content::Address};
use mail_builder::{
    MessageBuilder,
    headers::{address::Address as Mailbox, content_type::ContentType, raw::Raw},
    mime::MimePart,
};

impl Composed {
    /// The whole message, from `from`. Its shape, with what is there of it:
    ///
    /// ```text
    /// multipart/mixed
    ///   multipart/alternative
    ///     text/plain
    ///     multipart/related
    ///       text/html
    ///       image/png, inline, one per ticket
    ///     text/calendar; method=REQUEST
    ///   application/ics, invite.ics
    /// ```
    ///
    /// Calendars of mail services read the `text/calendar` alternative; people without such open the file.
    /// SES puts its own Message-ID and Date in the place of these.
    pub fn to_mime(&self, from: &Address) -> Vec<u8> {
        let mut message = MessageBuilder::new()
            .from(mailbox(from))
            .to(mailbox(&self.to))
            .subject(self.subject.as_str())
            .date(self.date.as_second())
            .message_id(format!("{}@{}", id(&self.key), host(&from.email)))
            .header("Auto-Submitted", Raw::new("auto-generated"))
            .header("Content-Language", Raw::new(self.language.code()));
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(mailbox(reply_to));
        }
        if let Some(link) = &self.unsubscribe {
            // One click, without a page in between (RFC 8058, section 3.1).
            message = message
                .header("List-Unsubscribe", Raw::new(format!("<{link}>")))
                .header("List-Unsubscribe-Post", Raw::new("List-Unsubscribe=One-Click"));
        }
        let mut out = Vec::new();
        message.body(self.body()).serialize(&mut out);
        out
    }

    fn body(&self) -> MimePart<'_> {
        let html = MimePart::new("text/html", self.html.as_str());
        let mut related = vec![html];
        related.extend(
            self.inline
                .iter()
                .map(|picture| MimePart::new("image/png", picture.png.as_slice()).inline().cid(picture.cid.as_str())),
        );
        let rich = if related.len() > 1 { self.multipart("related", related) } else { related.remove(0) };
        let mut alternatives = vec![MimePart::new("text/plain", self.text.as_str()), rich];
        let Some(invitation) = &self.calendar else {
            return self.multipart("alternative", alternatives);
        };
        let kind = ContentType::new("text/calendar")
            .attribute("charset", "utf-8")
            .attribute("method", invitation.method.name());
        alternatives.push(MimePart::new(kind, invitation.ics.as_str()));
        let file = MimePart::new(
            ContentType::new("application/ics").attribute("name", "invite.ics"),
            invitation.ics.as_bytes(),
        );
        self.multipart("mixed", vec![self.multipart("alternative", alternatives), file.attachment("invite.ics")])
    }

    /// A multipart whose boundary comes from the delivery's key, and is in none of the texts.
    fn multipart<'a>(&self, kind: &str, parts: Vec<MimePart<'a>>) -> MimePart<'a> {
        let mut boundary = format!("={kind}_{:016x}", fingerprint(&self.key));
        while self.text.contains(&boundary) || self.html.contains(&boundary) {
            boundary.push('x');
        }
        MimePart::new(ContentType::new(format!("multipart/{kind}")).attribute("boundary", boundary), parts)
    }
}

fn mailbox(address: &Address) -> Mailbox<'_> {
    let name = Some(address.name.as_str()).filter(|name| !name.is_empty());
    Mailbox::new_address(name, address.email.as_str())
}

fn host(email: &str) -> &str {
    email.rsplit_once('@').map_or("localhost", |(_, host)| host)
}

/// The key as the left side of a Message-ID: letters, digits, `-` and `_` as they are, all else as `=` and hex.
pub(crate) fn id(key: &str) -> String {
    let mut id = String::new();
    for byte in key.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => id.push(byte.into()),
            _ => id.push_str(&format!("={byte:02x}")),
        }
    }
    id
}

/// FNV-1a, 64 bits: a short name for a key, no secret.
fn fingerprint(key: &str) -> u64 {
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
