//! A raw mail, read as its receiver's mail program would read it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};
use serde::Serialize;

/// What a reader sees of a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Letter {
    /// The decoded subject.
    pub subject: String,
    /// `Name <address>`, as the From header has it.
    pub from: String,
    /// The same of the To header.
    pub to: Vec<String>,
    /// The text part, or the HTML part as text when there is none.
    pub text: String,
    /// The HTML part; `None` when there is none.
    pub html: Option<String>,
    /// Everything else: pictures, calendar entries.
    pub parts: Vec<Part>,
    /// Web addresses in the text, in order, each once.
    pub links: Vec<String>,
    /// Six-digit codes in subject and text, in order, each once.
    pub codes: Vec<String>,
    /// Every header as it was sent, unfolded.
    pub headers: Vec<(String, String)>,
}

/// An attachment or inline picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Its number within the mail.
    pub number: usize,
    /// Its file name, or one made up from its media type.
    pub name: String,
    /// Its media type: `text/calendar`.
    pub media_type: String,
    /// Its decoded size in bytes.
    pub size: usize,
    /// What the HTML part calls it, as in `cid:...`.
    pub content_id: Option<String>,
}

/// Reads a mail; whatever can't be read is simply absent.
pub fn read(raw: &[u8]) -> Letter {
    let Some(message) = MessageParser::default().parse(raw) else { return Letter::default() };
    let subject = message.subject().unwrap_or_default().to_owned();
    let text = message.body_text(0).unwrap_or_default().into_owned();
    let html = message.html_part(0).filter(|part| part.is_text_html()).and_then(|part| part.text_contents());
    let html = html.map(|html| with_pictures(html, &message));
    Letter {
        from: people(message.from()).join(", "),
        to: people(message.to()),
        html,
        parts: others(&message).map(|(number, part)| describe(number, part)).collect(),
        links: links(&text),
        codes: codes(&format!("{subject}\n{text}")),
        headers: message
            .headers_raw()
            .map(|(name, value)| (name.to_owned(), value.split_whitespace().collect::<Vec<_>>().join(" ")))
            .collect(),
        subject,
        text,
    }
}

/// One part of a mail, decoded, with its name and media type.
pub fn part(raw: &[u8], number: usize) -> Option<(Part, Vec<u8>)> {
    let message = MessageParser::default().parse(raw)?;
    let (number, part) = others(&message).find(|(n, _)| *n == number)?;
    Some((describe(number, part), part.contents().to_vec()))
}

/// The bare addresses of the To, Cc and Bcc headers.
pub fn recipients(raw: &[u8]) -> Vec<String> {
    let Some(message) = MessageParser::default().parse(raw) else { return Vec::new() };
    let lists = [message.to(), message.cc(), message.bcc()];
    lists.into_iter().flatten().flat_map(|list| list.iter()).filter_map(|a| a.address().map(str::to_owned)).collect()
}

fn people(list: Option<&mail_parser::Address<'_>>) -> Vec<String> {
    let Some(list) = list else { return Vec::new() };
    list.iter()
        .map(|someone| match (someone.name(), someone.address()) {
            (Some(name), Some(address)) => format!("{name} <{address}>"),
            (None, Some(address)) => address.to_owned(),
            (name, None) => name.unwrap_or_default().to_owned(),
        })
        .collect()
}

/// The parts that are neither containers nor the body as text or HTML.
fn others<'m>(message: &'m Message<'m>) -> impl Iterator<Item = (usize, &'m MessagePart<'m>)> {
    let bodies = [message.text_body.first().copied(), message.html_body.first().copied()];
    message.parts.iter().enumerate().filter(move |(number, part)| {
        !matches!(part.body, PartType::Multipart(_))
            && !bodies.iter().flatten().any(|body| usize::try_from(*body) == Ok(*number))
    })
}

fn describe(number: usize, part: &MessagePart<'_>) -> Part {
    let media_type = part.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")).to_lowercase(),
    );
    let name = part.attachment_name().map_or_else(
        || {
            let ending =
                if media_type == "text/calendar" { "ics" } else { media_type.rsplit('/').next().unwrap_or("bin") };
            format!("part-{number}.{ending}")
        },
        str::to_owned,
    );
    Part { number, name, media_type, size: part.contents().len(), content_id: part.content_id().map(str::to_owned) }
}

/// The HTML with every `cid:` picture put in place, so that it can be shown where nothing may be loaded.
fn with_pictures(html: &str, message: &Message<'_>) -> String {
    let mut html = html.to_owned();
    for (number, part) in others(message) {
        let described = describe(number, part);
        if let Some(id) = &described.content_id
            && described.media_type.starts_with("image/")
        {
            let picture = format!("data:{};base64,{}", described.media_type, STANDARD.encode(part.contents()));
            html = html.replace(&format!("cid:{id}"), &picture);
        }
    }
    html
}

fn links(text: &str) -> Vec<String> {
    let mut links = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')) {
        let start = word.find("https://").or_else(|| word.find("http://"));
        let Some(link) = start.and_then(|start| word.get(start..)) else { continue };
        let link = link.trim_end_matches(['.', ',', ';', ':', '!', ')', ']', '»']).to_owned();
        if !links.contains(&link) {
            links.push(link);
        }
    }
    links
}

fn codes(text: &str) -> Vec<String> {
    let mut codes = Vec::new();
    // Within a web address a run of digits is no code.
    for word in text.split_whitespace().filter(|word| !word.contains("://")) {
        for run in word.split(|c: char| !c.is_alphanumeric()) {
            if run.len() == 6 && run.bytes().all(|b| b.is_ascii_digit()) && !codes.iter().any(|code| code == run) {
                codes.push(run.to_owned());
            }
        }
    }
    codes
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    const RAW: &str = "From: Guestlist <tickets@guestlist.test>\r\nTo: =?utf-8?B?0JDQvdC90LA=?= <anna@example.com>\r\n\
Subject: =?utf-8?Q?Your_code_is_123456?=\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n\
--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n\
--a\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
=D0=9A=D0=BE=D0=B4 654321 (not 1234567), see https://x.test/e/a?code=3D111111.\r\nAgain: <https://x.test/e/a?code=3D111111>\r\n\
--a\r\nContent-Type: multipart/related; boundary=r\r\n\r\n\
--r\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hi <img src=\"cid:qr1@x\"></p>\r\n\
--r\r\nContent-Type: image/png\r\nContent-ID: <qr1@x>\r\nContent-Disposition: inline\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--r--\r\n\
--a--\r\n\
--m\r\nContent-Type: text/calendar; method=REQUEST; name=invite.ics\r\nContent-Disposition: attachment; filename=invite.ics\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n\
--m--\r\n";

    #[test]
    fn a_mail_is_read_as_its_receiver_sees_it() {
        let letter = read(RAW.as_bytes());
        assert_eq!(letter.subject, "Your code is 123456");
        assert_eq!(letter.from, "Guestlist <tickets@guestlist.test>");
        assert_eq!(letter.to, ["Анна <anna@example.com>"]);
        assert!(letter.text.starts_with("Код 654321"), "{}", letter.text);
        assert_eq!(letter.codes, ["123456", "654321"]);
        assert_eq!(letter.links, ["https://x.test/e/a?code=111111"]);
        let html = letter.html.unwrap();
        assert!(html.contains("data:image/png;base64,iVBORw0KGgo="), "{html}");
        let names: Vec<&str> = letter.parts.iter().map(|part| part.name.as_str()).collect();
        assert_eq!(names.last(), Some(&"invite.ics"));
        assert_eq!(letter.parts.len(), 2, "{:?}", letter.parts);
        let (described, bytes) = part(RAW.as_bytes(), letter.parts[1].number).unwrap();
        assert_eq!(described.media_type, "text/calendar");
        assert!(bytes.starts_with(b"BEGIN:VCALENDAR"));
        assert_eq!(recipients(RAW.as_bytes()), ["anna@example.com"]);
    }

    #[test]
    fn no_mail_is_too_broken_to_be_shown() {
        for raw in ["", "no header at all", "Subject: x", "Content-Type: multipart/mixed; boundary=a\r\n\r\n--a"] {
            read(raw.as_bytes());
        }
    }
}
