use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{MessageParser, MimeHeaders};
use testbed::outbox::Sent;

/// A mail as its reader gets it.
#[derive(Clone, Debug)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub raw: String,
    /// PNGs inside.
    pub pictures: usize,
    /// The calendar entry, where there is one.
    pub calendar: Option<String>,
}

impl Mail {
    pub fn read(sent: &Sent) -> Mail {
        let raw = STANDARD.decode(&sent.raw_base64).unwrap();
        let message = MessageParser::default().parse(&raw).unwrap();
        let kind = |part: &mail_parser::MessagePart<'_>, main: &str, sub: &str| {
            part.content_type().is_some_and(|kind| kind.ctype() == main && kind.subtype() == Some(sub))
        };
        let calendar = message.parts.iter().find(|part| kind(part, "text", "calendar"));
        Mail {
            to: sent.to.clone(),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
            pictures: message.parts.iter().filter(|part| kind(part, "image", "png")).count(),
            calendar: calendar.map(|part| part.text_contents().unwrap_or_default().to_owned()),
            raw: String::from_utf8_lossy(&raw).into_owned(),
        }
    }

    /// The six digits of a verification mail.
    pub fn code(&self) -> String {
        let digits: Vec<char> = self.subject.chars().filter(char::is_ascii_digit).collect();
        assert_eq!(digits.len(), 6, "no code in {:?}", self.subject);
        digits.into_iter().collect()
    }

    /// The first link in the text that has `part` in it.
    pub fn link(&self, part: &str) -> String {
        self.text
            .split_whitespace()
            .map(|word| word.trim_matches(['(', ')', '<', '>']))
            .find(|word| word.starts_with("https://") && word.contains(part))
            .unwrap_or_else(|| panic!("no link with {part:?} in {}", self.text))
            .to_owned()
    }
}
