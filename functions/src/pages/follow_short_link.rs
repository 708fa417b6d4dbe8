//! From a short link to the page it stands for.

use super::html::Html;
use super::shell::nothing_here;
use domain::events::ShortCode;
use kit::{Answer, Caller, Cx, Grant, Media, Reply, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::Deserialize;

/// Follow a short link to its event's page. What else stands in the address, such as a newsletter's marks, is let be.
#[derive(Deserialize, JsonSchema)]
pub struct FollowShortLink {
    /// The code of the link.
    code: String,
}

/// Where a link leads, or a page that says that it leads nowhere.
#[derive(Debug)]
pub enum Followed {
    /// To this address.
    To(String),
    /// Nowhere.
    Nowhere(Html),
}

impl Reply for Followed {
    const STATUS: u16 = 302;
    const HEADERS: &[(&str, &str)] = &[("location", "The event's page.")];
    const MEDIA: &[Media] = Html::MEDIA;
    fn answer(&self) -> Result<Answer> {
        match self {
            // A link leads where it leads for as long as there is its event; that it led nowhere may change any time.
            Followed::To(address) => Ok(Answer::new(Self::STATUS)
                .header("location", address.clone())
                .header("cache-control", "public, max-age=300")),
            Followed::Nowhere(page) => page.answer(),
        }
    }
}

impl Route for FollowShortLink {
    const ROUTE: &str = "GET /s/{code}";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[read(Table::Events)];
    type Reply = Followed;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let slug = match self.code.parse::<ShortCode>() {
            Ok(code) => cx.store().short_link(&code).await?.and_then(|link| link.slug),
            Err(_) => None,
        };
        Ok(match slug {
            Some(slug) => Followed::To(format!("/e/{slug}")),
            None => Followed::Nowhere(nothing_here(cx.language(), |words| &words.no_event)?),
        })
    }
}
