//! Writes every sample mail as a page to look at: `cargo run -p mail --example preview -- FOLDER`.
//!
//! Pictures are put into the page, so that it needs nothing else. The text part is beside it.

use base64::{Engine, prelude::BASE64_STANDARD};
use domain::Language;
use jiff::{civil::date, tz::TimeZone};
use std::{error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("name the folder to write to")?);
    fs::create_dir_all(&folder)?;
    let starts = date(2026, 11, 21).at(19, 30, 0, 0).in_tz("Europe/Moscow").map_err(|error| error.to_string())?;
    for language in Language::ALL {
        for (number, content) in mail::samples::samples(&starts).iter().enumerate() {
            let reader = mail::Recipient {
                name: if *language == Language::Ru { "Анна".into() } else { "Anna".into() },
                email: "anna@example.org".into(),
                language: *language,
                zone: Some(TimeZone::get("Europe/Berlin").map_err(|error| error.to_string())?),
            };
            let delivery = mail::Delivery {
                key: format!("fct_01K9Z:{number}:email"),
                now: starts.timestamp() - jiff::SignedDuration::from_hours(24),
                unsubscribe: Some(mail::Unsubscribe {
                    one_click: "https://guestlist.example/api/unsubscribe?token=x8Kq".into(),
                    page: "https://guestlist.example/account/unsubscribe?token=x8Kq".into(),
                }),
            };
            let composed = mail::compose(content, &reader, &delivery)?;
            let mut page = composed.html.clone();
            for picture in &composed.inline {
                let data = format!("data:image/png;base64,{}", BASE64_STANDARD.encode(&picture.png));
                page = page.replace(&format!("cid:{}", picture.cid), &data);
            }
            let name = format!("{number:02}-{}-{}", content.name(), language.code());
            fs::write(folder.join(format!("{name}.html")), &page)?;
            fs::write(folder.join(format!("{name}.txt")), format!("{}\n\n{}", composed.subject, composed.text))?;
            let from = mail::Address { name: "Guestlist".into(), email: "hello@guestlist.example".into() };
            fs::write(folder.join(format!("{name}.eml")), composed.to_mime(&from))?;
            println!("{name}: {} ({} kB of HTML)", composed.subject, composed.html.len() / 1000);
        }
    }
    Ok(())
}
