//! How an event filled, and how people came: counts over time, in the event's zone.

use crate::bookings::State;
use crate::time::Zone;
use jiff::{RoundMode, SignedDuration, Timestamp, Unit, Zoned, ZonedRound};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bookings that were made over so many hours or more are shown by the day.
const BY_DAY_FROM_HOURS: i64 = 72;
/// In steps of how many minutes people are seen to come in.
const ARRIVAL_MINUTES: i64 = 5;

/// What a timeline is made of: the part of a booking that says when it took its places and when its people came.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Coming {
    /// When it was made.
    pub booked_at: Timestamp,
    /// Where it stands.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// The pools that its places were taken from, with how many each.
    pub places: Vec<(u8, u8)>,
    /// One for each of the party.
    pub tickets: Vec<Arrival>,
}

/// What a ticket says of its holder's arrival.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Arrival {
    /// Absent where they aren't in.
    pub admission: Option<ArrivedAt>,
}

/// When somebody came in.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ArrivedAt {
    /// As the door's clock said.
    pub at: Timestamp,
}

/// The width of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Five minutes.
    FiveMinutes,
    /// An hour.
    Hour,
    /// A day of the event's zone.
    Day,
}

/// A count at the end of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Point {
    /// When the step begins.
    pub at: Timestamp,
    /// How many by its end.
    pub places: i64,
}

/// A count over time. It stays as it is between two of its points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    /// The width of its steps.
    pub step: Step,
    /// A point for each step in which something happened, in order.
    pub points: Vec<Point>,
}

/// How places were taken and given back. By the hour while all of it happened within three days, else by the day.
pub fn bookings(comings: &[Coming], zone: &Zone) -> Series {
    let mut changes = Vec::new();
    for coming in comings {
        let places: i64 = coming.places.iter().map(|(_, places)| i64::from(*places)).sum();
        if coming.state.holds_place() {
            changes.push((coming.booked_at, places));
        } else if coming.state == State::Cancelled && places > 0 {
            changes.extend([(coming.booked_at, places), (coming.since, -places)]);
        }
    }
    changes.sort_unstable();
    let span = match (changes.first(), changes.last()) {
        (Some((first, _)), Some((last, _))) => last.duration_since(*first),
        _ => SignedDuration::ZERO,
    };
    let step = if span < SignedDuration::from_hours(BY_DAY_FROM_HOURS) { Step::Hour } else { Step::Day };
    Series { step, points: counted(&changes, step, zone) }
}

/// How people came in. Who was let out again by an undone check-in never came.
pub fn arrivals(comings: &[Coming], zone: &Zone) -> Series {
    let tickets = comings.iter().flat_map(|coming| &coming.tickets);
    let mut changes: Vec<(Timestamp, i64)> =
        tickets.filter_map(|ticket| ticket.admission.as_ref()).map(|admission| (admission.at, 1)).collect();
    changes.sort_unstable();
    Series { step: Step::FiveMinutes, points: counted(&changes, Step::FiveMinutes, zone) }
}

/// Changes, in order, added up by the step.
fn counted(changes: &[(Timestamp, i64)], step: Step, zone: &Zone) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    let mut places = 0;
    for (at, change) in changes {
        places += change;
        let at = step.begin(*at, zone);
        match points.last_mut() {
            Some(last) if last.at == at => last.places = places,
            _ => points.push(Point { at, places }),
        }
    }
    points
}

impl Step {
    /// The beginning of the step that an instant falls into, on the clocks of a zone: an hour begins at the full hour there,
    /// and an hour that the clocks repeat is two.
    fn begin(self, at: Timestamp, zone: &Zone) -> Timestamp {
        let local = at.to_zoned(zone.rules().clone());
        let begin = |unit, every| {
            let round = ZonedRound::new().smallest(unit).increment(every).mode(RoundMode::Trunc);
            local.round(round)
        };
        let began = match self {
            Step::FiveMinutes => begin(Unit::Minute, ARRIVAL_MINUTES),
            Step::Hour => begin(Unit::Hour, 1),
            Step::Day => local.start_of_day(),
        };
        // Only at the very ends of time is there no such instant.
        began.as_ref().map_or(at, Zoned::timestamp)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(instant: &str) -> Timestamp {
        instant.parse().unwrap()
    }

    fn zone(name: &str) -> Zone {
        name.to_owned().try_into().unwrap()
    }

    fn booked(at_: &str, party: u8) -> Coming {
        let (booked_at, tickets) = (at(at_), vec![Arrival { admission: None }; usize::from(party)]);
        Coming { booked_at, state: State::Confirmed, since: booked_at, places: vec![(0, party)], tickets }
    }

    fn cancelled(from: &str, to: &str, party: u8) -> Coming {
        Coming { state: State::Cancelled, since: at(to), ..booked(from, party) }
    }

    fn points(series: &Series) -> Vec<(String, i64)> {
        series.points.iter().map(|point| (point.at.to_string(), point.places)).collect()
    }

    #[test]
    fn places_add_up_and_cancelled_ones_go() {
        let comings = [
            cancelled("2026-11-20T12:10:00Z", "2026-11-21T09:30:00Z", 3),
            booked("2026-11-20T12:59:59Z", 2),
            booked("2026-11-20T13:00:00Z", 1),
            Coming { state: State::Waitlisted, ..booked("2026-11-20T13:00:00Z", 5) },
            Coming { state: State::Cancelled, places: vec![], ..booked("2026-11-20T14:00:00Z", 5) },
        ];
        let series = bookings(&comings, &zone("Europe/Berlin"));
        assert_eq!(series.step, Step::Hour);
        let expected = [("2026-11-20T12:00:00Z", 5), ("2026-11-20T13:00:00Z", 6), ("2026-11-21T09:00:00Z", 3)];
        assert_eq!(points(&series), expected.map(|(at, places)| (at.to_owned(), places)));
        assert_eq!(points(&bookings(&[], &zone("UTC"))), []);
    }

    #[test]
    fn three_days_are_shown_by_the_day() {
        let just_under = [booked("2026-11-20T12:00:00Z", 1), booked("2026-11-23T11:59:59Z", 1)];
        assert_eq!(bookings(&just_under, &zone("UTC")).step, Step::Hour);
        let three = [booked("2026-11-20T12:00:00Z", 1), booked("2026-11-23T12:00:00Z", 1)];
        let series = bookings(&three, &zone("UTC"));
        assert_eq!((series.step, series.points.len()), (Step::Day, 2));
        // A cancellation counts as much as a booking.
        let late = [booked("2026-11-20T12:00:00Z", 1), cancelled("2026-11-20T12:00:00Z", "2026-11-24T12:00:00Z", 1)];
        assert_eq!(bookings(&late, &zone("UTC")).step, Step::Day);
    }

    #[test]
    fn steps_are_those_of_the_events_zone() {
        let begin = |step: Step, instant, name| step.begin(at(instant), &zone(name)).to_string();
        // Kathmandu is 5:45 ahead: its hours and days begin at odd minutes of ours.
        assert_eq!(begin(Step::Hour, "2026-11-20T12:30:00Z", "Asia/Kathmandu"), "2026-11-20T12:15:00Z");
        assert_eq!(begin(Step::Day, "2026-11-20T18:14:59Z", "Asia/Kathmandu"), "2026-11-19T18:15:00Z");
        assert_eq!(begin(Step::Day, "2026-11-20T18:15:00Z", "Asia/Kathmandu"), "2026-11-20T18:15:00Z");
        assert_eq!(begin(Step::FiveMinutes, "2026-11-20T18:19:59Z", "Asia/Kathmandu"), "2026-11-20T18:15:00Z");
    }

    #[test]
    fn days_and_hours_hold_when_the_clocks_change() {
        let berlin = zone("Europe/Berlin");
        let begin = |step: Step, instant: &str| step.begin(at(instant), &berlin).to_string();
        // The day on which they go forward has 23 hours, the one on which they go back 25.
        assert_eq!(begin(Step::Day, "2027-03-28T21:59:59Z"), "2027-03-27T23:00:00Z");
        assert_eq!(begin(Step::Day, "2027-03-28T22:00:00Z"), "2027-03-28T22:00:00Z");
        assert_eq!(begin(Step::Day, "2026-10-25T22:59:59Z"), "2026-10-24T22:00:00Z");
        assert_eq!(begin(Step::Day, "2026-10-25T23:00:00Z"), "2026-10-25T23:00:00Z");
        // Half past two comes twice, in two hours.
        assert_eq!(begin(Step::Hour, "2026-10-25T00:30:00Z"), "2026-10-25T00:00:00Z");
        assert_eq!(begin(Step::Hour, "2026-10-25T01:30:00Z"), "2026-10-25T01:00:00Z");
        assert_eq!(begin(Step::Hour, "2027-03-28T01:30:00Z"), "2027-03-28T01:00:00Z");
        // A day that begins at one, since midnight is skipped.
        let havana = Step::Day.begin(at("2027-03-14T17:00:00Z"), &zone("America/Havana"));
        assert_eq!(havana.to_string(), "2027-03-14T05:00:00Z");
    }

    #[test]
    fn people_are_seen_to_come_in_by_five_minutes() {
        let mut party = booked("2026-11-20T12:00:00Z", 3);
        let came = |instant| Arrival { admission: Some(ArrivedAt { at: at(instant) }) };
        party.tickets[0] = came("2026-11-28T18:34:59Z");
        party.tickets[2] = came("2026-11-28T18:30:00Z");
        let mut late = booked("2026-11-20T12:00:00Z", 1);
        late.tickets[0] = came("2026-11-28T18:35:00Z");
        let series = arrivals(&[late, party], &zone("Europe/Berlin"));
        assert_eq!(series.step, Step::FiveMinutes);
        let expected = [("2026-11-28T18:30:00Z", 2), ("2026-11-28T18:35:00Z", 3)];
        assert_eq!(points(&series), expected.map(|(at, places)| (at.to_owned(), places)));
    }

    proptest::proptest! {
        // Whatever is booked and called off: the last point is what is taken, the points are in order, and no count is wrong
        // at any of them.
        #[test]
        fn every_point_counts_what_there_is(made in proptest::collection::vec((0i64..2_000_000, 1u8..=20, proptest::option::of(0i64..1_000_000)), 0..40)) {
            let start = at("2026-10-20T12:00:00Z");
            let comings: Vec<Coming> = made.iter().map(|(second, party, gone)| {
                let from = start + SignedDuration::from_secs(*second);
                match gone {
                    Some(later) => cancelled(&from.to_string(), &(from + SignedDuration::from_secs(*later)).to_string(), *party),
                    None => booked(&from.to_string(), *party),
                }
            }).collect();
            let berlin = zone("Europe/Berlin");
            let series = bookings(&comings, &berlin);
            let kept: i64 = made.iter().filter(|(_, _, gone)| gone.is_none()).map(|(_, party, _)| i64::from(*party)).sum();
            assert_eq!(series.points.last().map_or(0, |point| point.places), kept);
            assert!(series.points.windows(2).all(|pair| pair[0].at < pair[1].at));
            for pair in series.points.windows(2) {
                let taken = |until: Timestamp| -> i64 {
                    comings.iter().filter(|coming| coming.booked_at < until)
                        .filter(|coming| coming.state != State::Cancelled || coming.since >= until)
                        .map(|coming| i64::from(coming.places[0].1)).sum()
                };
                // By the end of its step, which is not after the next one's beginning.
                assert_eq!(pair[0].places, taken(pair[1].at));
            }
        }
    }
}
