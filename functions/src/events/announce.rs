//! Telling everybody who is booked.

use super::AnnouncementView;
use domain::announcements::Announcement;
use domain::events::Status;
use domain::ids::EventId;
use domain::refusal::Refusal;
use domain::text::{MessageBody, Subject};
use domain::{Change, Record};
use kit::{Caller, Created, Cx, Grant, Json, Result, Route, Table, read, write};
use schemars::JsonSchema;
use serde::Deserialize;

/// Tell everybody who has a place something, by mail. Send an `Idempotency-Key`, so that a repeated request mails nobody
/// twice. Ten an hour are taken for one event.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Announce {
    /// At which event.
    event: EventId,
    /// What it is about.
    subject: Subject,
    /// What it says, in plain text; an empty line parts paragraphs.
    body: MessageBody,
}

impl Route for Announce {
    const ROUTE: &str = "POST /api/events/{event}/announcements";
    const CALLER: Caller = Caller::OrganizerOf("event");
    const NEEDED: &[&str] = &["subject", "body"];
    const IDEMPOTENT: bool = true;
    const GRANTS: &[Grant] = &[read(Table::Events), write(Table::Events), write(Table::Deliveries)];
    type Reply = Created<AnnouncementView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let user = cx.user()?;
        // Each is mailed to every guest. The name holds the user, so that nobody uses up another's.
        let limit = format!("announce#{}#{user}", self.event);
        let (event, ()) =
            tokio::try_join!(async { Ok(cx.store().event(self.event).await?) }, cx.limit(&limit, 10, 3_600))?;
        let event = event.ok_or_else(|| Refusal::not_found("event"))?.run_by(user)?;
        if event.status != Status::Published {
            let detail = "Only a published event has people to tell.";
            return Err(Refusal::conflict("event_not_published", detail).into());
        }
        let told = Announcement {
            id: cx.new_id()?,
            event: event.id,
            subject: self.subject,
            body: self.body,
            announced_at: cx.now(),
        };
        let changes = vec![Change::Insert(Record::Announcement(told.clone()))];
        let created = cx.commit(changes, Json(told.into())).await?;
        cx.metric("AnnouncementsMade", 1.0);
        Ok(created)
    }
}
