//! Saying which event.

use domain::Fault;
use domain::ids::EventId;
use domain::refusal::Refusal;
use domain::text::Slug;
use kit::{Cx, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// An event by its id, or by its slug: the readable part of its address.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^(evt_[0-9A-HJKMNP-TV-Z]{26}|[a-z0-9]+(-[a-z0-9]+)*)$"))]
pub enum EventRef {
    /// By its id.
    Id(EventId),
    /// By its slug, which can't be taken for an id: it has no underscore.
    Slug(Slug),
}

impl TryFrom<String> for EventRef {
    type Error = Fault;
    fn try_from(text: String) -> std::result::Result<Self, Self::Error> {
        match text.parse() {
            Ok(id) => Ok(EventRef::Id(id)),
            Err(_) => text.parse().map(EventRef::Slug),
        }
    }
}

impl EventRef {
    /// The event's id. No trip where it was said, one where the slug was.
    ///
    /// # Errors
    /// Not found.
    pub async fn id(&self, cx: &Cx) -> Result<EventId> {
        match self {
            EventRef::Id(id) => Ok(*id),
            EventRef::Slug(slug) => {
                Ok(cx.store().event_by_slug(slug.as_str()).await?.ok_or_else(|| Refusal::not_found("event"))?)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_id_is_no_slug() {
        let read = |text: &str| EventRef::try_from(text.to_owned());
        let id = "evt_01ARZ3NDEKTSV4RRFFQ69G5FAV";
        assert_eq!(read(id).unwrap(), EventRef::Id(id.parse().unwrap()));
        assert_eq!(
            read("jazz-in-the-park-7g5fav").unwrap(),
            EventRef::Slug("jazz-in-the-park-7g5fav".parse().unwrap())
        );
        for bad in ["evt_01", "bkg_01ARZ3NDEKTSV4RRFFQ69G5FAV", "Jazz", "", "a--b"] {
            assert!(read(bad).is_err(), "{bad:?}");
        }
    }
}
