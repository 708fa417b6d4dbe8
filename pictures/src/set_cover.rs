//! Setting a cover.

use crate::bucket::{Read, bucket};
use crate::create_cover_upload::AN_HOUR;
use crate::picture;
use domain::covers;
use domain::ids::{EventId, UploadId};
use domain::pictures::{Picture, too_large};
use domain::{FaultCode, Refusal};
use functions::events::{EventView, Reader};
use kit::{
    Caller, Cx, Error, Folder, Grant, Result, Route, Table, Tagged, read, read_objects, remove_objects, write,
    write_objects,
};
use schemars::JsonSchema;
use serde::Deserialize;
use std::time::Duration;

/// Make what was uploaded the event's cover: a JPEG, PNG or WebP file of up to 10 MB. It is turned upright, freed of everything
/// but the picture (where it was taken, with what), and kept in three widths; the event takes its colour from it.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetCover {
    /// Of which event.
    event: EventId,
    /// The upload, to which the file was posted.
    upload: UploadId,
}

impl Route for SetCover {
    const ROUTE: &str = "PUT /api/events/{event}/cover";
    const CALLER: Caller = Caller::OrganizerOf("event");
    // A whole CPU, and room for 50 million pixels twice.
    const MEMORY_MB: u32 = 1_769;
    const TIMEOUT: Duration = Duration::from_secs(25);
    const GRANTS: &[Grant] = &[
        read(Table::Events),
        write(Table::Events),
        write(Table::Deliveries),
        read_objects(Folder::Uploads),
        write_objects(Folder::Pictures),
        remove_objects(Folder::Pictures),
    ];
    type Reply = Tagged<EventView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let user = cx.user()?;
        let limit = format!("covers#{user}");
        let load = async { Ok(cx.store().event(self.event).await?) };
        let (event, ()) = tokio::try_join!(load, cx.limit(&limit, AN_HOUR, 3_600))?;
        let event = event.ok_or_else(|| Refusal::not_found("event"))?.run_by(user)?;
        cx.check_version("event", event.version)?;
        let id = self.upload.picture();
        let before = event.picture;
        if before.is_some_and(|picture| picture.id == id) {
            return Ok(Tagged(event.version, EventView::new(event, cx.base_url(), Reader::Organizer)));
        }
        // Before the work, since it would be for nothing.
        event.may_be_covered(cx.now())?;

        let bucket = bucket(cx);
        let file = match bucket.upload(cx, event.id, self.upload).await? {
            Read::File(file) => file,
            Read::TooLarge => return Err(Refusal::field("upload", too_large()).into()),
            Read::Absent => return Err(Refusal::field("upload", FaultCode::FileMissing).into()),
        };
        // Off the async threads: it takes a second of CPU.
        let made = tokio::task::spawn_blocking(move || picture::made(&file)).await.map_err(Error::internal)??;
        let hue = made.hue.unwrap_or_else(|| covers::hue(event.id));
        let (covered, changes) = event.with_picture(Picture { id, hue }, cx.now())?;
        bucket.write(cx, id, made.files).await?;
        let reply = Tagged(covered.version, EventView::new(covered, cx.base_url(), Reader::Organizer));
        let reply = cx.commit(changes, reply).await?;
        // Nothing shows the old one any more. Should it stay, it only takes up room.
        if let Some(old) = before
            && bucket.remove(cx, old.id).await.is_err()
        {
            cx.metric("PicturesLeft", 1.0);
        }
        Ok(reply)
    }
}
