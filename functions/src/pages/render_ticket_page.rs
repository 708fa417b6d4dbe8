//! A ticket's page: what is shown at the door.

use super::html::Html;
use super::render_event_page::PlaceShown;
use super::shell::{Cyrillic, Sheet, nothing_here, unbroken};
use super::words::{Words, words};
use crate::deliveries::cards;
use crate::tickets::held_ticket;
use domain::Language;
use domain::bookings::{Booking, State, Ticket};
use domain::events::{Event, Status};
use domain::ids::TicketId;
use domain::refusal::RefusalKind;
use jiff::Timestamp;
use kit::{Caller, Cx, Error, Grant, Result, Route, Table, read};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Show a ticket's page, with the QR code for the door. Its link, which the mail with the ticket has, is the proof: whoever
/// has it has the ticket.
#[derive(Deserialize, JsonSchema)]
pub struct RenderTicketPage {
    /// The readable part of the event's address.
    #[expect(dead_code, reason = "for people who read the address; the ticket knows its event")]
    slug: String,
    /// Which ticket.
    ticket: String,
    /// What its QR code says.
    #[serde(default)]
    key: Option<String>,
}

impl Route for RenderTicketPage {
    const ROUTE: &str = "GET /e/{slug}/tickets/{ticket}";
    const CALLER: Caller = Caller::HolderOf("ticket");
    const GRANTS: &[Grant] = &[read(Table::Events), read(Table::Bookings)];
    type Reply = Html;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        let missing = || nothing_here(cx.language(), |words| &words.no_ticket);
        let Ok(id) = self.ticket.parse::<TicketId>() else { return missing() };
        match held_ticket(cx, id, self.key.as_deref()).await {
            Ok((booking, ticket, event)) => page(&booking, &ticket, &event, cx.language(), cx.now()),
            // One answer to all: whether there is such a ticket is not for strangers.
            Err(Error::Refused(no)) if matches!(no.kind, RefusalKind::NotFound | RefusalKind::Unauthorized) => {
                missing()
            }
            Err(error) => Err(error),
        }
    }
}

/// What a ticket is good for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Valid,
    Admitted,
    Over,
    CalledOff,
    EventCancelled,
    Void,
}

fn standing(booking: &Booking, ticket: &Ticket, event: &Event, now: Timestamp) -> Standing {
    if event.status == Status::Cancelled {
        return Standing::EventCancelled;
    }
    match booking.state_in(event, now) {
        State::Cancelled => Standing::CalledOff,
        State::Confirmed | State::Attended | State::NoShow if ticket.admission.is_some() => Standing::Admitted,
        State::Confirmed | State::Attended | State::NoShow if event.ends.instant <= now => Standing::Over,
        State::Confirmed | State::Attended => Standing::Valid,
        _ => Standing::Void,
    }
}

/// A state as it is shown: never by colour alone.
#[derive(Serialize)]
struct StandingShown {
    tone: &'static str,
    sign: &'static str,
    title: &'static str,
    text: Option<String>,
}

impl StandingShown {
    fn new(standing: Standing, admitted: Option<String>, words: &Words) -> Self {
        let (tone, sign, title, text) = match standing {
            Standing::Valid => ("good", "✓", words.valid, None),
            Standing::Admitted => ("warn", "●", words.admitted, admitted),
            Standing::Over => ("soft", "■", words.over, Some(words.over_text.to_owned())),
            Standing::CalledOff => ("bad", "✕", words.called_off, Some(words.called_off_text.to_owned())),
            Standing::EventCancelled => ("bad", "✕", words.cancelled, Some(words.cancelled_text.to_owned())),
            Standing::Void => ("bad", "✕", words.void, Some(words.void_text.to_owned())),
        };
        StandingShown { tone, sign, title, text }
    }
}

#[derive(Serialize)]
struct TicketShown<'a> {
    id: String,
    name: &'a str,
    /// The language of what the organizer wrote.
    spoken: &'static str,
    holder: &'a str,
    /// Which of how many, where there are several.
    of_party: Option<String>,
    standing: StandingShown,
    message: Option<&'a str>,
    qr: Option<String>,
    when: String,
    zone: String,
    starts: String,
    place: Option<PlaceShown>,
    online_link: Option<&'a str>,
    calendar: Option<String>,
    /// Where the booking is changed.
    change: Option<String>,
    event_page: String,
}

fn page(booking: &Booking, ticket: &Ticket, event: &Event, language: Language, now: Timestamp) -> Result<Html> {
    let (details, words) = (&event.details, words(language));
    let id = TicketId { booking: booking.id, index: ticket.index };
    let standing = standing(booking, ticket, event, now);
    let admitted = ticket.admission.as_ref().map(|admission| {
        let at = mail::day_and_time(language, &admission.at.to_zoned(event.starts.zone.rules().clone()), now);
        let door = admission.door.as_ref().map(|door| format!(" · {door}")).unwrap_or_default();
        format!("{} {at}{door}", words.admitted_at)
    });
    let party = booking.party_size.get();
    let counts = matches!(standing, Standing::Valid | Standing::Admitted) && now < event.ends.instant;
    let qr = if counts { Some(drawn(&ticket.token)?) } else { None };
    let (when, zone) = mail::when(language, &event.starts.zoned(), &event.ends.zoned(), now);
    let shown = TicketShown {
        id: id.to_string(),
        name: details.name.as_str(),
        spoken: details.language.code(),
        holder: booking.name.as_str(),
        of_party: (party > 1).then(|| (words.of_party)(ticket.index, party)),
        standing: StandingShown::new(standing, admitted, words),
        message: event.cancel_message.as_ref().map(|message| message.as_str()),
        qr,
        when: unbroken(&when),
        zone,
        starts: event.starts.instant.to_string(),
        place: details.place.as_ref().map(|place| cards::place_line(place).into()),
        online_link: details.online_link.as_ref().filter(|_| counts).map(|link| link.as_str()),
        calendar: counts.then(|| format!("/api/tickets/{id}/calendar.ics?key={}", ticket.token)),
        change: (booking.state_in(event, now) == State::Confirmed).then(|| format!("/tickets/{id}")),
        event_page: format!("/e/{}", event.slug),
    };
    let cyrillic =
        Cyrillic::of(&[shown.name], &[shown.holder, details.place.as_ref().map_or("", |place| place.name.as_str())]);
    Sheet { hue: event.hue(), cyrillic, ..Sheet::new("ticket.html") }.filled(language, &shown)
}

/// The QR code as a part of the page: without the declaration that an SVG file begins with.
fn drawn(token: &str) -> Result<String> {
    let file = mail::qr::svg(token).map_err(Error::internal)?;
    let start = file.find("<svg").ok_or_else(|| Error::internal("a QR code without a drawing"))?;
    Ok(file[start..].to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::pages::testing::{admitted, assert_sound, booking, event, now};
    use jiff::SignedDuration;

    fn shown(booking: &Booking, event: &Event, language: Language, now: Timestamp) -> String {
        let html = page(booking, &booking.tickets[1], event, language, now).unwrap();
        assert_eq!(html.status, 200);
        assert_sound(&html);
        assert!(html.page.contains("noindex"));
        html.page
    }

    #[test]
    fn a_valid_ticket_shows_all_that_the_door_needs() {
        let mut event = event();
        event.details.online_link = Some("https://meet.example/room".parse().unwrap());
        let booking = booking();
        let page = shown(&booking, &event, Language::En, now());
        for text in [
            "Valid",
            "Anna &lt;b&gt; Petrova",
            "Ticket 2 of 3",
            "Silent film night",
            "Saturday, 21 November, 19:30\u{2060}–\u{2060}22:00</time><br>Kathmandu time, UTC+5:45",
            "Kino Rodina",
            "meet.example",
            "aria-label=\"QR code of the ticket for Anna",
            "shape-rendering",
            "&#x2f;api&#x2f;tickets&#x2f;tkt_00000000000000000000000007-2&#x2f;calendar.ics?key=TOKEN2",
        ] {
            assert!(page.contains(text), "{text} is missing in {page}");
        }
        assert!(!page.contains("<?xml") && !page.contains("TOKEN1") && !page.contains("TOKEN3"));
    }

    #[test]
    fn who_comes_alone_has_a_ticket_without_a_number() {
        let alone = Booking { party_size: 1.try_into().unwrap(), ..booking() };
        assert!(!shown(&alone, &event(), Language::En, now()).contains(" of 1"));
    }

    #[test]
    fn it_speaks_russian() {
        let page = shown(&booking(), &event(), Language::Ru, now());
        for text in ["Действителен", "Билет 2 из 3", "21 ноября, суббота"] {
            assert!(page.contains(text), "{text} is missing in {page}");
        }
    }

    #[test]
    fn who_is_in_sees_since_when() {
        let (event, booking) = (event(), admitted(booking(), 2));
        let page = shown(&booking, &event, Language::En, event.starts.instant);
        // The door's clock, in the event's zone.
        assert!(page.contains("in") && page.contains("Let in: Saturday, 21 November, 19:41 · Main door"), "{page}");
        // The others of the party come later.
        let other = super::page(&booking, &booking.tickets[0], &event, Language::En, event.starts.instant).unwrap();
        assert!(other.page.contains("Valid"));
    }

    #[test]
    fn what_is_not_valid_has_no_code_and_no_link() {
        let mut online = event();
        online.details.online_link = Some("https://meet.example/room".parse().unwrap());
        let mut cancelled = online.clone();
        cancelled.status = Status::Cancelled;
        cancelled.cancel_message = Some("The projector broke.".parse().unwrap());
        let called_off = Booking { state: State::Cancelled, ..booking() };
        let after = online.ends.instant + SignedDuration::from_secs(1);
        let cases = [
            (called_off, &online, now(), "Booking cancelled"),
            (booking(), &cancelled, now(), "The projector broke."),
            (admitted(booking(), 1), &cancelled, now(), "The projector broke."),
            (booking(), &online, after, "This ticket isn"),
            (admitted(booking(), 1), &online, after, "and this ticket with it"),
            (Booking { state: State::Rejected, ..booking() }, &online, now(), "Not valid"),
        ];
        for (index, (booking, event, now, text)) in cases.into_iter().enumerate() {
            let page = shown(&booking, event, Language::En, now);
            for gone in ["role=\"img\"", "TOKEN2", "meet.example", "calendar.ics"] {
                assert!(!page.contains(gone), "{gone} is in case {index}");
            }
            if index != 3 {
                assert!(page.contains(text), "{text} is missing in case {index}");
            }
        }
    }
}
