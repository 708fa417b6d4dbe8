//! A small scene at this machine's time, for processes that know no other: an event that can be booked, and people.

use crate::Result;
use crate::lambda::Around;
use crate::world::{Person, World, text};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::path::Path;
use testbed::stage;

/// An event, its organizer, and what stands around processes that deal with it.
pub struct Scene {
    /// The tables.
    pub world: World,
    /// Everything else.
    pub around: Around,
    /// Whose event it is.
    pub organizer: Person,
    /// The event's id.
    pub event: String,
    /// Its readable address.
    pub slug: String,
}

impl Scene {
    /// Sets it, for processes of this binary.
    ///
    /// # Errors
    /// Something can't be started or made.
    pub async fn set(binary: &Path) -> Result<Self> {
        let world = World::new(|http| http).await?;
        let now = kit::Clock::system().now();
        world.advance_to(&now.to_string())?;
        let around = Around::start(&world, binary).await?;
        let organizer = world.crowd(9_000, 1).await?.pop().ok_or("nobody")?;
        let wall = |at: jiff::Timestamp| at.to_string().chars().take(16).collect::<String>();
        let starts = now + SignedDuration::from_hours(30 * 24);
        let times = json!({ "starts": wall(starts), "ends": wall(starts + SignedDuration::from_hours(3)) });
        let mut body = stage::event(&times);
        body["capacity"] = json!(1_000);
        let token = Some(organizer.token.as_str());
        let made = world.call("POST", "/api/events", token, None, &body).await?.1;
        let event = text(&made, "/id")?;
        let path = format!("/api/events/{event}/publish");
        let over = json!({ "allow_overlap": true });
        let slug = text(&world.call("POST", &path, token, None, &over).await?.1, "/slug")?;
        Ok(Self { world, around, organizer, event, slug })
    }

    /// Sends a request past all processes; gives the answer's body.
    ///
    /// # Errors
    /// It is refused.
    pub async fn call(&self, method: &str, path: &str, token: &str, body: &Value) -> Result<Value> {
        let (status, reply) = self.world.call(method, path, Some(token), None, body).await?;
        if (200..300).contains(&status) { Ok(reply) } else { Err(format!("{path} answered {status}: {reply}").into()) }
    }
}
