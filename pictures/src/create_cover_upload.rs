//! Uploading a cover: where to and how.

use crate::bucket::bucket;
use domain::ids::{EventId, UploadId};
use domain::pictures::{MOST_BYTES, PictureType, too_large};
use domain::{FaultCode, Refusal};
use kit::{Caller, Created, Cx, Folder, Grant, Json, Result, Route, Table, read, write_objects};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Ask where to upload a cover. Post the file there within ten minutes, as `multipart/form-data` with all of `fields` and the file
/// itself, as `file`, last. Then set it as the cover; what isn't set is removed after a day.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCoverUpload {
    /// Of which event.
    event: EventId,
    /// How many bytes the file has: at most 10485760.
    bytes: u64,
    /// What sort of file it is.
    content_type: PictureType,
}

/// An upload that may be made.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UploadView {
    /// Its id, to set it as the cover.
    upload: UploadId,
    /// Where to post the file to.
    url: String,
    /// The fields to post before the file.
    fields: BTreeMap<&'static str, String>,
    /// The largest file that is taken there.
    max_bytes: u64,
}

/// How many covers one person uploads and sets in an hour.
pub(crate) const AN_HOUR: u32 = 60;

impl Route for CreateCoverUpload {
    const ROUTE: &str = "POST /api/events/{event}/cover-uploads";
    const CALLER: Caller = Caller::OrganizerOf("event");
    const NEEDED: &[&str] = &["bytes", "content_type"];
    const IDEMPOTENT: bool = true;
    const GRANTS: &[Grant] = &[read(Table::Events), write_objects(Folder::Uploads)];
    type Reply = Created<UploadView>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let user = cx.user()?;
        fits(self.bytes)?;
        let limit = format!("cover_uploads#{user}");
        let load = async { Ok(cx.store().event(self.event).await?) };
        let (event, ()) = tokio::try_join!(load, cx.limit(&limit, AN_HOUR, 3_600))?;
        let event = event.ok_or_else(|| Refusal::not_found("event"))?.run_by(user)?;
        event.may_be_covered(cx.now())?;
        let (bucket, upload) = (bucket(cx), cx.new_id()?);
        let fields = bucket.form(cx, event.id, upload, self.content_type, cx.now()).await?;
        let url = bucket.uploads().to_owned();
        cx.commit(vec![], Json(UploadView { upload, url, fields, max_bytes: MOST_BYTES })).await
    }
}

fn fits(bytes: u64) -> std::result::Result<(), Refusal> {
    match bytes {
        0 => Err(Refusal::field("bytes", FaultCode::FileEmpty)),
        1..=MOST_BYTES => Ok(()),
        _ => Err(Refusal::field("bytes", too_large())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_megabytes_are_taken_and_no_more() {
        for (bytes, fine) in [(0, false), (1, true), (MOST_BYTES, true), (MOST_BYTES + 1, false), (u64::MAX, false)] {
            assert_eq!(fits(bytes).is_ok(), fine, "{bytes}");
        }
    }
}
