//! `cargo xtask smoke`: books one ticket at a deployment, as people do, and leaves nothing behind but a cancelled event.
//!
//! It needs two accounts, one to invite and one to come (nobody books at their own event), whose addresses a person has verified.
//! Each run sends them mails: the ticket, word of it to the organizer, and the cancellation.

use crate::site::{Ask, Site};
use crate::{Result, qr};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::tickets::Claims;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::time::Duration;

const NAME: &str = "Smoke test";
/// What every page must come with.
const PAGE_HEADERS: [&str; 3] = ["content-security-policy", "referrer-policy", "x-content-type-options"];
/// What it must come with besides where it comes by TLS.
const TLS_HEADER: &str = "strict-transport-security";
/// How often the published keys are looked for a key that isn't among them, and what is waited in between: CloudFront keeps the list
/// for five minutes, so a key that has just been made or replaced signs before everybody sees it.
const LOOKS: (u32, Duration) = (12, Duration::from_secs(30));

/// Who books, and at whose event.
#[derive(Clone, Debug)]
pub struct Accounts {
    /// Who invites.
    pub organizer: String,
    /// Who comes.
    pub guest: String,
    /// The password of both.
    pub password: String,
}

impl Accounts {
    /// Those that the environment names.
    ///
    /// # Errors
    /// It doesn't name all; says which.
    pub fn named() -> Result<Self> {
        let named = |name: &str| {
            std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or_else(|| {
                format!(
                    "{name} is not set. The smoke test signs in with two verified accounts: GUESTLIST_SMOKE_ORGANIZER and \
                     GUESTLIST_SMOKE_GUEST are their addresses, GUESTLIST_SMOKE_PASSWORD is the password of both \
                     (docs/DEPLOY.md, \"Smoke test\")."
                )
            })
        };
        Ok(Self {
            organizer: named("GUESTLIST_SMOKE_ORGANIZER")?,
            guest: named("GUESTLIST_SMOKE_GUEST")?,
            password: named("GUESTLIST_SMOKE_PASSWORD")?,
        })
    }
}

/// Books one ticket at the deployment at `base`, and says what it does.
///
/// # Errors
/// Something of it fails; says what.
pub fn run(base: &str) -> Result<()> {
    let accounts = Accounts::named()?;
    let site = Site::new(base, &[])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|why| why.to_string())?;
    runtime.block_on(async {
        pages(&site).await?;
        book_one(&site, &accounts, Timestamp::now()).await
    })?;
    println!("done: {base} books tickets");
    Ok(())
}

/// The apps' first pages are there, with what keeps browsers safe.
async fn pages(site: &Site) -> Result<()> {
    for path in ["/", "/organize/"] {
        page(site, path, "<html").await?;
    }
    println!("the apps answer at / and /organize/, with their security headers");
    Ok(())
}

/// The page at `path` is there, says this, and comes with the headers that keep browsers safe.
async fn page(site: &Site, path: &str, words: &str) -> Result<()> {
    let page = site.send(Ask::get(path)).await?.with_status(200)?;
    if !page.text().contains(words) {
        return Err(format!("{path} doesn't say {words:?}: {}", page.told()));
    }
    let tls = site.is_https().then_some(TLS_HEADER);
    let missing: Vec<&str> = PAGE_HEADERS.into_iter().chain(tls).filter(|name| page.header(name).is_empty()).collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("{path} comes without {}", missing.join(", "))) }
}

/// Signs in, makes an unlisted event with one place, books it, and looks at the ticket as a door would. The event is cancelled
/// again and both are signed out, whatever failed.
///
/// # Errors
/// Something of it fails; says what, the first first.
pub async fn book_one(site: &Site, accounts: &Accounts, now: Timestamp) -> Result<()> {
    let organizer = sign_in(site, &accounts.organizer, &accounts.password).await?;
    let outcome = as_guest(site, accounts, &organizer, now).await;
    both(outcome, sign_out(site, &organizer).await)
}

async fn as_guest(site: &Site, accounts: &Accounts, organizer: &Person, now: Timestamp) -> Result<()> {
    let guest = sign_in(site, &accounts.guest, &accounts.password).await?;
    println!("signed in as {} and {}", accounts.organizer, accounts.guest);
    let outcome = at_event(site, organizer, &guest, now).await;
    both(outcome, sign_out(site, &guest).await)
}

async fn at_event(site: &Site, organizer: &Person, guest: &Person, now: Timestamp) -> Result<()> {
    let starts = now + SignedDuration::from_hours(48);
    let body = json!({
        "name": NAME, "kind": "gathering", "zone": "UTC", "visibility": "unlisted", "capacity": 1,
        "starts": wall(starts), "ends": wall(starts + SignedDuration::from_hours(1)), "place": { "name": "Nowhere" },
    });
    let event = site.send(Ask::post("/api/events", body).by(&organizer.token)).await?.expect(201)?;
    let path = format!("/api/events/{}", text(&event, "id")?);
    let outcome = booked(site, organizer, guest, &event, &path).await;
    both(outcome, cleaned(site, organizer, &path).await)
}

/// What failed, and what failed after it while things were put in order.
fn both(outcome: Result<()>, after: Result<()>) -> Result<()> {
    match (outcome, after) {
        (Err(why), Err(then)) => Err(format!("{why}\nand then: {then}")),
        (outcome, after) => outcome.and(after),
    }
}

/// Somebody who is signed in.
struct Person {
    token: String,
    refresh_token: String,
}

async fn sign_in(site: &Site, email: &str, password: &str) -> Result<Person> {
    let body = json!({ "email": email, "password": password });
    let session = site.send(Ask::post("/api/tokens", body)).await?.expect(200)?;
    Ok(Person { token: text(&session, "access_token")?, refresh_token: text(&session, "refresh_token")? })
}

async fn sign_out(site: &Site, person: &Person) -> Result<()> {
    let body = json!({ "refresh_token": person.refresh_token });
    site.send(Ask::post("/api/tokens/revoke", body)).await?.with_status(204)?;
    Ok(())
}

async fn booked(site: &Site, organizer: &Person, guest: &Person, event: &Value, path: &str) -> Result<()> {
    site.send(Ask::post(format!("{path}/publish"), json!({})).by(&organizer.token)).await?.expect(200)?;
    page(site, &format!("/e/{}", text(event, "slug")?), NAME).await?;
    println!("an unlisted event with one place is published, and its page answers");

    // A run that was stopped half-way may have left a booking at the same time.
    let book = Ask::post(format!("{path}/bookings"), json!({ "allow_overlap": true })).by(&guest.token);
    let booking = site.send(book.once(path)).await?.expect(201)?;
    let again = Ask::post(format!("{path}/bookings"), json!({ "allow_overlap": true })).by(&guest.token);
    let same = site.send(again.once(path)).await?.expect(201)?;
    if same["id"] != booking["id"] {
        return Err(format!("the same Idempotency-Key booked twice: {} and {}", booking["id"], same["id"]));
    }

    let tickets = site.send(Ask::get("/api/me/tickets").by(&guest.token)).await?.expect(200)?;
    let mut items = tickets["items"].as_array().into_iter().flatten();
    let ticket = items.find(|ticket| ticket["booking"] == booking["id"]);
    let ticket = ticket.ok_or_else(|| format!("the booking {} has no ticket in the guest's list", booking["id"]))?;
    let (id, token) = (text(ticket, "id")?, text(ticket, "token")?);
    let keys = keys_with(site, &token, LOOKS).await?;
    verify(&token, &keys, &text(event, "id")?)?;
    println!("a place is booked; its ticket was signed by a published key");

    let picture =
        site.send(Ask::get(format!("/api/tickets/{id}/qr?format=png&key={token}"))).await?.with_status(200)?;
    let said = qr::read(&picture.body)?;
    if said != token {
        return Err("the ticket's QR code says something else than its token".to_owned());
    }
    println!("its QR code can be scanned and says what it should");
    Ok(())
}

/// Cancels the event, or discards it where it was never published.
async fn cleaned(site: &Site, organizer: &Person, path: &str) -> Result<()> {
    let cancel = Ask::post(format!("{path}/cancel"), json!({})).by(&organizer.token);
    let Err(why) = site.send(cancel).await.and_then(|answer| answer.with_status(200)) else {
        println!("the event is cancelled");
        return Ok(());
    };
    let discard = Ask { method: "DELETE", ..Ask::get(path) }.by(&organizer.token);
    let discarded = site.send(discard).await.and_then(|answer| answer.with_status(204));
    discarded.map_err(|then| format!("the event is left behind: {why}; {then}"))?;
    println!("the event, which was never published, is discarded");
    Ok(())
}

/// The published keys, as soon as that of a ticket is among them; as they are after so many looks, where it isn't.
async fn keys_with(site: &Site, token: &str, (looks, pause): (u32, Duration)) -> Result<Value> {
    let signed_by = Claims::read(token).map(|(claims, _)| format!("{:08x}", claims.key));
    let mut left = looks;
    loop {
        let keys = site.send(Ask::get("/.well-known/guestlist-ticket-keys.json")).await?.expect(200)?;
        left = left.saturating_sub(1);
        match &signed_by {
            Some(id) if left > 0 && published(&keys, id).is_none() => {
                println!("the key {id} isn't published, or CloudFront doesn't give it out yet: looking again");
            }
            _ => return Ok(keys),
        }
        tokio::time::sleep(pause).await;
    }
}

/// The key of this id.
fn published<'a>(keys: &'a Value, id: &str) -> Option<&'a Value> {
    keys["keys"].as_array().into_iter().flatten().find(|key| key["kid"] == id)
}

/// Verifies a ticket as a door does without a connection: by the published keys alone.
fn verify(token: &str, keys: &Value, event: &str) -> Result<()> {
    let (claims, signature) = Claims::read(token).ok_or("a ticket's token can't be read: it is no ticket's")?;
    if claims.event.to_string() != event {
        return Err(format!("the ticket is for {}, not for {event}", claims.event));
    }
    let id = format!("{:08x}", claims.key);
    let key = published(keys, &id).ok_or_else(|| format!("the key {id} that signed the ticket isn't published"))?;
    let bytes = URL_SAFE_NO_PAD.decode(text(key, "x")?).map_err(|why| format!("the published key {id}: {why}"))?;
    let verified = UnparsedPublicKey::new(&ED25519, &bytes).verify(&claims.bytes(), &signature);
    verified.map_err(|_| format!("the ticket's signature isn't that of its key {id}"))
}

/// The wall time in UTC, to the minute.
fn wall(at: Timestamp) -> String {
    at.to_string().chars().take(16).collect()
}

/// A field of an answer. Only fields' names are told of an answer that lacks it: what is in them may be a token.
fn text(value: &Value, name: &str) -> Result<String> {
    value[name].as_str().map(str::to_owned).ok_or_else(|| {
        let names = value.as_object().into_iter().flat_map(|fields| fields.keys()).map(String::as_str);
        format!("there is no {name} in an answer with {:?}", names.collect::<Vec<_>>())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
    use domain::ids::{BookingId, EventId, Identifier, TicketId};
    use std::io::{BufRead, BufReader, Write};
    use std::net::TcpListener;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A deployment whose list of keys is empty the first time and has the key 2a from then on. Gives how often it was asked.
    fn late_keys() -> (Site, Arc<AtomicU32>) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let site = Site::new(&format!("http://{}", listener.local_addr().unwrap()), &[]).unwrap();
        let asked = Arc::new(AtomicU32::new(0));
        let count = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let mut line = String::from("head");
                while !line.trim().is_empty() {
                    line.clear();
                    stream.read_line(&mut line).unwrap();
                }
                let keys = if count.fetch_add(1, Ordering::SeqCst) == 0 { "" } else { r#"{"kid":"0000002a"}"# };
                let said = format!(r#"{{"keys":[{keys}]}}"#);
                let length = said.len();
                let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
                write!(stream.get_mut(), "{head}{said}").unwrap();
            }
        });
        (site, asked)
    }

    #[tokio::test]
    async fn a_key_that_cloudfront_does_not_give_out_yet_is_waited_for() {
        let token = |key| {
            let ticket = TicketId { booking: BookingId::from_ulid(8), index: 0 };
            Claims { key, event: EventId::from_ulid(7), ticket, issue: 1 }.token(&[0; 64])
        };
        let (site, asked) = late_keys();
        let keys = keys_with(&site, &token(42), (5, Duration::ZERO)).await.unwrap();
        assert!(published(&keys, "0000002a").is_some() && asked.load(Ordering::SeqCst) == 2);
        // One that never comes ends it, and `verify` says so.
        let keys = keys_with(&site, &token(43), (5, Duration::ZERO)).await.unwrap();
        assert!(published(&keys, "0000002b").is_none() && asked.load(Ordering::SeqCst) == 7);
    }

    #[test]
    fn a_ticket_is_verified_by_the_published_keys_alone() {
        let (pair, other) = (Ed25519KeyPair::generate().unwrap(), Ed25519KeyPair::generate().unwrap());
        let published = |pair: &Ed25519KeyPair| json!({ "keys": [{ "kid": "0000002a", "x": URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()) }] });
        let event = EventId::from_ulid(7);
        let ticket = TicketId { booking: BookingId::from_ulid(8), index: 0 };
        let claims = Claims { key: 42, event, ticket, issue: 1 };
        let token = claims.token(pair.sign(&claims.bytes()).as_ref());
        let event = event.to_string();
        assert_eq!(verify(&token, &published(&pair), &event), Ok(()));
        assert!(verify(&token, &published(&other), &event).unwrap_err().contains("signature"));
        assert!(verify(&token, &json!({ "keys": [] }), &event).unwrap_err().contains("isn't published"));
        let elsewhere = EventId::from_ulid(9).to_string();
        assert!(verify(&token, &published(&pair), &elsewhere).unwrap_err().contains("not for"));
        assert!(verify(&token[1..], &published(&pair), &event).unwrap_err().contains("no ticket's"));
    }
}
