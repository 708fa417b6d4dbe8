//! One way through all functions, gone twice: the first time fills the caches, the second is counted.

use crate::Result;
use crate::costs::Cost;
use crate::distance::{FAR, distant};
use crate::world::{Person, World, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use testbed::stage::{self, BASE};

const PHOTO: &[u8] = include_bytes!("../../../pictures/tests/files/located.jpg");
const PASSWORD: &str = "a long enough password";
const NEXT_PASSWORD: &str = "another long password";

/// A way through the house, and what its steps cost.
pub struct Journey {
    world: World,
    costs: BTreeMap<String, Cost>,
    keys: u32,
}

impl Journey {
    /// Goes twice; says what each function cost the second time, and how often any of them called `Scan`.
    ///
    /// # Errors
    /// A step failed.
    pub async fn travelled() -> Result<(BTreeMap<String, Cost>, usize)> {
        let mut journey = Self { world: World::new(|http| distant(FAR, http)).await?, costs: BTreeMap::new(), keys: 0 };
        for round in 0..2 {
            let organizer = journey.accounts(round).await?;
            let guests = journey.world.crowd(round * 10, 2).await?;
            let event = journey.events(round, &organizer).await?;
            journey.bookings(&event, &organizer, &guests).await?;
            journey.door(&event, &organizer, &guests).await?;
            journey.endings(&event, &organizer, &guests).await?;
        }
        journey.reminders().await?;
        journey.bounce().await?;
        let scans = journey.world.calls_of("Scan");
        Ok((journey.costs, scans))
    }

    /// One call that is counted.
    async fn step(&mut self, name: &str, ask: (&str, &str), token: Option<&str>, body: Value) -> Result<Value> {
        self.keys += 1;
        self.world.lines();
        let key = format!("journey-{}", self.keys);
        let (status, reply) = self.world.call(ask.0, ask.1, token, Some(&key), &body).await?;
        if !(200..400).contains(&status) {
            return Err(format!("{name} answered {status}: {reply}").into());
        }
        let lines = self.world.lines();
        let line = lines.iter().find(|line| line["function"] == name);
        let line = line.ok_or_else(|| format!("{} {} is not {name}", ask.0, ask.1))?;
        self.costs.insert(name.to_owned(), Cost::of(line));
        Ok(reply)
    }

    async fn accounts(&mut self, round: usize) -> Result<Person> {
        let email = format!("olga{round}@example.org");
        let sign_in = json!({ "email": email, "password": PASSWORD });
        let sign_up = json!({ "email": email, "password": PASSWORD, "name": "Olga Berg" });
        self.step("register_user", ("POST", "/api/users"), None, sign_up).await?;
        let again = json!({ "email": email });
        let path = "/api/users/request-verification";
        self.step("request_email_verification", ("POST", path), None, again.clone()).await?;
        self.world.drain().await?;
        let verification = self.world.store().verification(&email).await?.ok_or("no verification")?;
        let body = json!({ "email": email, "code": verification.code });
        self.step("verify_email", ("POST", "/api/users/verify-email"), None, body).await?;
        let session = self.step("issue_tokens", ("POST", "/api/tokens"), None, sign_in.clone()).await?;
        let refresh = json!({ "refresh_token": text(&session, "/refresh_token")? });
        let session = self.step("refresh_tokens", ("POST", "/api/tokens/refresh"), None, refresh).await?;
        let refresh = json!({ "refresh_token": text(&session, "/refresh_token")? });
        self.step("revoke_tokens", ("POST", "/api/tokens/revoke"), None, refresh).await?;

        self.step("request_password_reset", ("POST", "/api/password-resets"), None, again).await?;
        self.world.drain().await?;
        let body = json!({ "token": self.world.mailed_token(false)?, "password": PASSWORD });
        self.step("reset_password", ("POST", "/api/password-resets/redeem"), None, body).await?;
        let session = self.step("issue_tokens", ("POST", "/api/tokens"), None, sign_in).await?;
        let token = text(&session, "/access_token")?;
        let body = json!({ "current_password": PASSWORD, "new_password": NEXT_PASSWORD });
        let session = self.step("change_password", ("POST", "/api/me/password"), Some(&token), body).await?;

        let (id, token) = (text(&session, "/user")?, text(&session, "/access_token")?);
        self.step("read_me", ("GET", "/api/me"), Some(&token), Value::Null).await?;
        self.step("update_me", ("PATCH", "/api/me"), Some(&token), json!({ "bio": "Plays the double bass." })).await?;
        self.step("read_user", ("GET", &format!("/api/users/{id}")), None, Value::Null).await?;
        self.step("read_signing_keys", ("GET", "/.well-known/jwks.json"), None, Value::Null).await?;
        let path = "/.well-known/guestlist-ticket-keys.json";
        self.step("read_ticket_keys", ("GET", path), None, Value::Null).await?;
        self.step("render_account_page", ("GET", "/account/verify"), None, Value::Null).await?;
        self.step("read_openapi", ("GET", "/openapi.json"), None, Value::Null).await?;
        Ok(Person { id, token })
    }

    /// An event, published and moved; gives its id.
    async fn events(&mut self, round: usize, organizer: &Person) -> Result<String> {
        let token = Some(organizer.token.as_str());
        let draft = stage::event(&json!({ "name": format!("Draft {round}") }));
        let draft = self.step("create_event", ("POST", "/api/events"), token, draft).await?;
        let path = format!("/api/events/{}", text(&draft, "/id")?);
        self.step("discard_event", ("DELETE", &path), token, Value::Null).await?;
        let body = stage::event(&json!({ "name": format!("Jazz in the Park {round}") }));
        let event = text(&self.step("create_event", ("POST", "/api/events"), token, body).await?, "/id")?;
        let path = format!("/api/events/{event}");
        let over = json!({ "allow_overlap": true });
        self.step("publish_event", ("POST", &format!("{path}/publish")), token, over).await?;
        let moved = json!({ "starts": "2026-11-28T20:00", "place": { "name": "Huxleys" }, "allow_overlap": true });
        self.step("preview_update", ("POST", &format!("{path}/update-preview")), token, moved.clone()).await?;
        self.step("update_event", ("PATCH", &path), token, moved).await?;
        self.world.drain().await?;
        let read = self.step("read_event", ("GET", &path), None, Value::Null).await?;
        let page = format!("/e/{}", text(&read, "/slug")?);
        self.step("render_event_page", ("GET", &page), None, Value::Null).await?;
        self.cover(&path, &page, token).await?;
        self.step("render_cover", ("GET", &text(&read, "/cover_url")?), None, Value::Null).await?;
        let short = text(&read, "/short_url")?;
        let short = short.strip_prefix(BASE).ok_or("a short link elsewhere")?.to_owned();
        self.step("follow_short_link", ("GET", &short), None, Value::Null).await?;
        self.step("list_events", ("GET", "/api/events"), None, Value::Null).await?;
        self.step("list_my_events", ("GET", "/api/me/events"), token, Value::Null).await?;
        Ok(event)
    }

    /// A photo as the event's cover, and the card of its link.
    async fn cover(&mut self, path: &str, page: &str, token: Option<&str>) -> Result<()> {
        let file = json!({ "content_type": "image/jpeg", "bytes": PHOTO.len() });
        let form = self.step("create_cover_upload", ("POST", &format!("{path}/cover-uploads")), token, file).await?;
        self.world.objects.put(text(&form, "/fields/key")?, PHOTO);
        let cover = format!("{path}/cover");
        let upload = json!({ "upload": text(&form, "/upload")? });
        self.step("set_cover", ("PUT", &cover), token, upload).await?;
        self.step("render_event_card", ("GET", &format!("{page}/card.png")), None, Value::Null).await?;
        self.step("remove_cover", ("DELETE", &cover), token, Value::Null).await?;
        Ok(())
    }

    async fn bookings(&mut self, event: &str, organizer: &Person, guests: &[Person]) -> Result<()> {
        let path = format!("/api/events/{event}");
        let bookings = format!("{path}/bookings");
        let organizer = Some(organizer.token.as_str());
        let mut booked = Value::Null;
        for guest in guests {
            booked = self.step("book_place", ("POST", &bookings), Some(&guest.token), json!({})).await?;
        }
        self.behind_the_scenes().await?;
        let guest = guests.last().map(|guest| guest.token.as_str());
        let one = format!("/api/bookings/{}", text(&booked, "/id")?);
        self.step("read_booking", ("GET", &one), guest, Value::Null).await?;
        self.step("list_my_bookings", ("GET", "/api/me/bookings"), guest, Value::Null).await?;
        self.step("list_event_bookings", ("GET", &bookings), organizer, Value::Null).await?;

        let tickets = self.step("list_my_tickets", ("GET", "/api/me/tickets"), guest, Value::Null).await?;
        let ticket = format!("/api/tickets/{}", text(&tickets, "/items/0/id")?);
        self.step("read_ticket", ("GET", &ticket), guest, Value::Null).await?;
        self.step("render_ticket_qr", ("GET", &format!("{ticket}/qr")), guest, Value::Null).await?;
        self.step("render_ticket_calendar", ("GET", &format!("{ticket}/calendar.ics")), guest, Value::Null).await?;
        let page = text(&tickets, "/items/0/url")?;
        let page = page.strip_prefix(BASE).ok_or("a ticket's page elsewhere")?.to_owned();
        self.step("render_ticket_page", ("GET", &page), None, Value::Null).await?;
        self.step("resend_ticket", ("POST", &format!("{ticket}/resend")), guest, json!({ "event": event })).await?;

        let news = json!({ "subject": "Bring a blanket", "body": "It will be cold." });
        let announcements = format!("{path}/announcements");
        self.step("announce", ("POST", &announcements), organizer, news).await?;
        self.step("list_announcements", ("GET", &announcements), guest, Value::Null).await?;
        self.world.drain().await?;
        let path = format!("/api/unsubscribe?token={}", self.world.mailed_token(true)?);
        self.step("unsubscribe", ("POST", &path), None, Value::Null).await?;
        Ok(())
    }

    async fn door(&mut self, event: &str, organizer: &Person, guests: &[Person]) -> Result<()> {
        let path = format!("/api/events/{event}");
        let organizer = Some(organizer.token.as_str());
        let guest = guests.first().map(|guest| guest.token.as_str());
        let (_, tickets) = self.world.call("GET", "/api/me/tickets", guest, None, &Value::Null).await?;
        let token = text(&tickets, "/items/0/token")?;
        let passes = format!("{path}/door-passes");
        let pass = self.step("create_door_pass", ("POST", &passes), organizer, json!({ "door": "North" })).await?;
        let door = text(&pass, "/token")?;
        let scans = format!("{path}/check-ins");
        let scan = json!({ "scan": "scan-00000001", "token": token });
        let seen = self.step("check_in_ticket", ("POST", &scans), Some(&door), scan).await?;
        if seen["outcome"] != "admitted" {
            return Err(format!("the ticket wasn't admitted: {seen}").into());
        }
        self.step("read_attendance", ("GET", &format!("{path}/attendance")), Some(&door), Value::Null).await?;
        let timeline = format!("{path}/attendance/timeline");
        self.step("read_timeline", ("GET", &timeline), Some(&door), Value::Null).await?;
        self.step("read_door_pass", ("GET", "/api/door-passes/me"), Some(&door), Value::Null).await?;
        self.step("list_door_passes", ("GET", &passes), organizer, Value::Null).await?;
        self.step("list_check_ins", ("GET", &scans), Some(&door), Value::Null).await?;
        let undo = format!("{scans}/scan-00000001/undo");
        let ticket = json!({ "ticket": text(&seen, "/ticket")? });
        self.step("undo_check_in", ("POST", &undo), Some(&door), ticket).await?;
        let pass = format!("{passes}/{}", text(&pass, "/id")?);
        self.step("revoke_door_pass", ("DELETE", &pass), organizer, Value::Null).await?;
        Ok(())
    }

    async fn endings(&mut self, event: &str, organizer: &Person, guests: &[Person]) -> Result<()> {
        let guest = guests.last().map(|guest| guest.token.as_str());
        let (_, booked) = self.world.call("GET", "/api/me/bookings", guest, None, &Value::Null).await?;
        let path = format!("/api/bookings/{}/cancel", text(&booked, "/items/0/id")?);
        self.step("cancel_booking", ("POST", &path), guest, json!({ "event": event })).await?;
        let token = Some(organizer.token.as_str());
        self.step("cancel_event", ("POST", &format!("/api/events/{event}/cancel")), token, json!({})).await?;

        // Another event stays, for the reminders.
        let body = stage::event(&json!({ "name": format!("Film night of {event}") }));
        let (_, stays) = self.world.call("POST", "/api/events", token, None, &body).await?;
        let path = format!("/api/events/{}/publish", text(&stays, "/id")?);
        let (status, reply) = self.world.call("POST", &path, token, None, &json!({ "allow_overlap": true })).await?;
        if status != 200 {
            return Err(format!("an event can't be published: {status} {reply}").into());
        }
        self.world.drain().await
    }

    /// Two events are due for each.
    async fn reminders(&mut self) -> Result<()> {
        let due = [("remind_day_before", "2026-11-27T18:30:30Z"), ("remind_hour_before", "2026-11-28T17:30:30Z")];
        for (name, at) in due {
            self.world.advance_to(at)?;
            self.world.lines();
            self.world.tick(name).await?;
            self.keep_costliest(&[name]);
        }
        Ok(())
    }

    /// A mail to the last organizer comes back.
    async fn bounce(&mut self) -> Result<()> {
        let told = json!({
            "eventType": "Bounce",
            "bounce": { "bounceType": "Permanent", "bouncedRecipients": [{ "emailAddress": "olga1@example.org" }] },
            "mail": { "destination": ["olga1@example.org"], "timestamp": self.world.now() },
        });
        self.world.lines();
        if !self.world.hand_over("suppress_address", &stage::message(&told)).await? {
            return Err(format!("suppress_address doesn't take {told}").into());
        }
        self.keep_costliest(&["suppress_address"]);
        Ok(())
    }

    /// What the consumers do for the bookings just made.
    async fn behind_the_scenes(&mut self) -> Result<()> {
        self.world.lines();
        self.world.drain().await?;
        self.keep_costliest(&["publish_facts", "fan_out", "send_email"]);
        Ok(())
    }

    fn keep_costliest(&mut self, names: &[&str]) {
        let lines = self.world.lines();
        for name in names {
            let costs = lines.iter().filter(|line| line["function"] == *name).map(Cost::of);
            if let Some(cost) = costs.max_by_key(|cost| (cost.round_trips, cost.calls, cost.items_written)) {
                self.costs.insert((*name).to_owned(), cost);
            }
        }
    }
}
