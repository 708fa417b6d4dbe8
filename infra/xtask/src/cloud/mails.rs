//! The mails that SES was given.

use crate::{Result, qr, read};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{MessageParser, MimeHeaders};
use serde_json::Value;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// How often the folder is looked into.
const LOOK: Duration = Duration::from_millis(200);

/// A mail as its reader gets it.
pub struct Mail {
    pub to: String,
    pub subject: String,
    /// The PNGs in it.
    pub pictures: Vec<Vec<u8>>,
    /// Whether a calendar entry is in it.
    pub calendar: bool,
}

/// All mails.
pub struct Mails(pub PathBuf);

impl Mails {
    /// Those to this address whose subject has these words.
    pub fn found(&self, to: &str, words: &str) -> Result<Vec<Mail>> {
        let failed = |why: std::io::Error| format!("{} can't be read: {why}", self.0.display());
        let mut found = Vec::new();
        for file in std::fs::read_dir(&self.0).map_err(failed)? {
            let path = file.map_err(failed)?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                let mail = parsed(&read(&path)?).map_err(|why| format!("{}: {why}", path.display()))?;
                if mail.to == to && mail.subject.contains(words) {
                    found.push(mail);
                }
            }
        }
        Ok(found)
    }

    /// The one mail to this address whose subject has these words, as soon as it comes.
    pub async fn one(&self, to: &str, words: &str, patience: Duration) -> Result<Mail> {
        let begun = Instant::now();
        loop {
            let mut found = self.found(to, words)?;
            if found.len() > 1 {
                return Err(format!("{to} got {} mails with {words:?}", found.len()));
            }
            if let Some(mail) = found.pop() {
                return Ok(mail);
            }
            if begun.elapsed() > patience {
                return Err(format!("no mail with {words:?} came to {to} within {} s", patience.as_secs()));
            }
            tokio::time::sleep(LOOK).await;
        }
    }
}

impl Mail {
    /// The digits of a verification mail.
    pub fn code(&self) -> String {
        self.subject.chars().filter(char::is_ascii_digit).collect()
    }

    /// What the QR codes in it say, read as a scanner does.
    pub fn codes(&self) -> Result<Vec<String>> {
        self.pictures.iter().map(|picture| qr::read(picture)).collect()
    }
}

fn parsed(file: &str) -> Result<Mail> {
    let stored: Value = serde_json::from_str(file).map_err(|why| why.to_string())?;
    let mime = STANDARD.decode(stored["mime"].as_str().unwrap_or_default()).map_err(|why| why.to_string())?;
    let message = MessageParser::default().parse(&mime).ok_or("isn't a mail")?;
    let is = |part: &mail_parser::MessagePart<'_>, main: &str, sub: &str| {
        part.content_type().is_some_and(|kind| kind.ctype() == main && kind.subtype() == Some(sub))
    };
    let pictures = message.parts.iter().filter(|part| is(part, "image", "png"));
    Ok(Mail {
        to: stored["to"][0].as_str().unwrap_or_default().to_owned(),
        subject: message.subject().unwrap_or_default().to_owned(),
        pictures: pictures.map(|part| part.contents().to_vec()).collect(),
        calendar: message.parts.iter().any(|part| is(part, "text", "calendar")),
    })
}
