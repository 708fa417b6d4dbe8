//! Seeing what a change would be to others.

use super::update_event::{UpdateEvent, not_a_duplicate};
use domain::Record;
use domain::bookings::State;
use domain::events::{Event, Place};
use domain::facts::{Before, Difference, What, facts, is_told};
use domain::text::Link;
use domain::time::{Moment, WallTime, Zone};
use jiff::Timestamp;
use kit::{Caller, Cx, Error, Grant, Result, Route, Table, Tagged, read};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// See whom a change of an event would be mailed to, and what the mail would say. Send what you would send to change it: the
/// answer is refused as that would be, and nothing is changed.
///
/// Those who would be mailed are counted only where a mail would go out. That reads all of the event's bookings from an
/// index: about 130 read units for every 1,000 of them.
// The same fields as the change, since it is the same request.
#[derive(Deserialize, JsonSchema)]
pub struct PreviewUpdate(UpdateEvent);

/// What a change would be to those who have a place.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UpdatePreview {
    /// The version of the event that was looked at, for the change's `If-Match`.
    pub version: u64,
    /// Whether anybody would be mailed.
    pub told: bool,
    /// How many people would be: one mail for each booking, whatever the size of its party.
    pub recipients: usize,
    /// True where there are more of them than were counted, which is so beyond some 20,000 at the earliest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_least: Option<bool>,
    /// What the mail would say has changed; empty where nobody is ever mailed about such a change.
    pub changes: Vec<ChangeView>,
}

/// One thing that a mail would say has changed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum ChangeView {
    /// When it is.
    Time {
        /// So far.
        before: TimesView,
        /// From then on.
        after: TimesView,
    },
    /// Where it is.
    Place {
        /// So far; absent where it was only online.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<Place>,
        /// From then on; absent where it is only online.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<Place>,
    },
    /// The link to join. The mail says that there is another, and shows it.
    Online {
        /// So far; absent where there was none.
        #[serde(skip_serializing_if = "Option::is_none")]
        before: Option<Link>,
        /// From then on; absent where there is none.
        #[serde(skip_serializing_if = "Option::is_none")]
        after: Option<Link>,
    },
}

/// A start and an end.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TimesView {
    /// The start, on the wall where it is.
    pub starts: WallTime,
    /// The end, on the same wall.
    pub ends: WallTime,
    /// The zone of that wall.
    pub zone: Zone,
    /// The instant of the start.
    pub starts_at: Timestamp,
    /// The instant of the end.
    pub ends_at: Timestamp,
}

impl TimesView {
    fn new(starts: &Moment, ends: &Moment) -> Self {
        TimesView {
            starts: starts.wall,
            ends: ends.wall,
            zone: starts.zone.clone(),
            starts_at: starts.instant,
            ends_at: ends.instant,
        }
    }
}

impl ChangeView {
    fn new(difference: Difference, before: &Before, after: &Event) -> Self {
        match difference {
            Difference::Time => ChangeView::Time {
                before: TimesView::new(&before.starts, &before.ends),
                after: TimesView::new(&after.starts, &after.ends),
            },
            Difference::Place => ChangeView::Place { before: before.place.clone(), after: after.details.place.clone() },
            Difference::OnlineLink => {
                ChangeView::Online { before: before.online_link.clone(), after: after.details.online_link.clone() }
            }
        }
    }
}

impl Route for PreviewUpdate {
    const ROUTE: &str = "POST /api/events/{event}/update-preview";
    const CALLER: Caller = Caller::OrganizerOf("event");
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Pools), read(Table::Bookings)];
    type Reply = Tagged<UpdatePreview>;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let (event, changed, _) = self.0.decided(cx).await?;
        // The fact that the change would be, by the rule that makes facts of what is written.
        let (old, new) = (Record::Event(event.clone()), Record::Event(changed.clone()));
        let fact = facts("preview", Some(&old), Some(&new)).into_iter().next().map(|fact| fact.what);
        let mut changes = Vec::new();
        if let Some(What::EventMoved { before, .. }) = &fact {
            let differences = before.differences(&changed).into_iter();
            changes.extend(differences.map(|difference| ChangeView::new(difference, before, &changed)));
        }
        let recipients = async {
            let Some(what) = &fact else { return Ok(None) };
            let told: Vec<State> = State::ALL.iter().copied().filter(|state| is_told(*state, what)).collect();
            Ok::<_, Error>(Some(cx.store().count_bookings(event.id, event.pools, &told).await?))
        };
        let (recipients, ()) = tokio::try_join!(recipients, not_a_duplicate(cx, &event, &changed))?;
        let (recipients, whole) = recipients.map_or((0, true), |counted| (counted.found, counted.whole));
        let preview = UpdatePreview {
            version: event.version,
            told: recipients > 0,
            recipients,
            at_least: (!whole).then_some(true),
            changes,
        };
        Ok(Tagged(event.version, preview))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_field_is_refused() {
        let read = serde_json::from_value::<PreviewUpdate>(serde_json::json!({ "colour": "red" }));
        assert!(read.is_err_and(|why| why.to_string().contains("unknown field")));
    }
}
