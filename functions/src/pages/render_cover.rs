//! The drawn cover of an event.

use super::policy::source_hash;
use domain::covers::{self, Theme};
use domain::events::EventKind;
use domain::ids::EventId;
use domain::{Fault, FaultCode};
use kit::{Answer, Caller, Cx, Grant, Media, Reply, Result, Route};
use schemars::JsonSchema;
use serde::Deserialize;

/// The name of a cover's file: the event's id, then `.svg`.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^evt_[0-9A-HJKMNP-TV-Z]{26}\\.svg$"))]
pub struct CoverFile(EventId);

impl TryFrom<String> for CoverFile {
    type Error = Fault;
    fn try_from(name: String) -> std::result::Result<Self, Self::Error> {
        let id = name.strip_suffix(".svg").and_then(|id| id.parse().ok());
        id.map(CoverFile).ok_or_else(|| FaultCode::NotAnId.into())
    }
}

/// Draw the cover of an event that has no picture. It follows from the event's id and kind alone, so it is the same for ever,
/// and the same whether there is such an event or not.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenderCover {
    /// What sort of event it is.
    kind: EventKind,
    /// The event's id, with `.svg` behind it.
    file: CoverFile,
}

/// An SVG with one style in it.
#[derive(Debug)]
pub struct Cover {
    drawing: String,
    style: String,
}

impl Reply for Cover {
    const STATUS: u16 = 200;
    const MEDIA: &[Media] = &[Media::of("image/svg+xml")];
    fn answer(&self) -> Result<Answer> {
        Ok(Answer::new(Self::STATUS)
            .header("cache-control", "public, max-age=31536000, immutable")
            .header("content-security-policy", format!("default-src 'none'; style-src {}", source_hash(&self.style)))
            .header("x-content-type-options", "nosniff")
            .body("image/svg+xml", self.drawing.clone()))
    }
}

impl Route for RenderCover {
    // A gateway's route knows whole segments only, so `.svg` is a part of the field.
    const ROUTE: &str = "GET /covers/{kind}/{file}";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[];
    type Reply = Cover;

    async fn run(self, _cx: &Cx) -> Result<Self::Reply> {
        let CoverFile(event) = self.file;
        let style = covers::style(event, Theme::Readers);
        Ok(Cover { drawing: covers::svg(event, self.kind, Theme::Readers), style })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    const ID: &str = "evt_0000000000000000000000002A";

    fn asked(kind: &str, file: &str) -> Option<RenderCover> {
        serde_json::from_value(json!({ "kind": kind, "file": file })).ok()
    }

    #[test]
    fn its_path_is_the_one_that_views_name() {
        let path = covers::path(ID.parse().unwrap(), EventKind::FilmNight);
        let mut parts = path.strip_prefix("/covers/").unwrap().split('/');
        let read = asked(parts.next().unwrap(), parts.next().unwrap()).unwrap();
        assert_eq!((read.kind, read.file), (EventKind::FilmNight, CoverFile(ID.parse().unwrap())));
        assert_eq!(parts.next(), None);
    }

    #[test]
    fn what_is_no_kind_or_no_event_is_not_read() {
        for (kind, file) in [
            ("film-night", format!("{ID}.svg")),
            ("talk", ID.to_owned()),
            ("talk", format!("{ID}.png")),
            ("talk", "bkg_0000000000000000000000002A.svg".to_owned()),
        ] {
            assert!(asked(kind, &file).is_none(), "{kind}/{file}");
        }
    }

    #[test]
    fn its_policy_lets_its_style_through_and_nothing_else() {
        let event = ID.parse().unwrap();
        let style = covers::style(event, Theme::Readers);
        let cover = Cover { drawing: covers::svg(event, EventKind::Talk, Theme::Readers), style };
        let inline = cover.drawing.split("<style>").nth(1).unwrap().split("</style>").next().unwrap().to_owned();
        let answer = cover.answer().unwrap();
        let policy = answer.headers.iter().find(|(name, _)| name == "content-security-policy").unwrap();
        assert_eq!(policy.1, format!("default-src 'none'; style-src {}", source_hash(&inline)));
    }
}
