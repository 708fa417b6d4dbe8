//! What a delivery says, read anew when it is sent: what the world has overtaken is not sent any more.

use super::cards::{calendar_slot, event_card, place_line, ticket_stubs};
use domain::accounts::{MailKind, RESET_MINUTES, User, VERIFICATION_MINUTES};
use domain::bookings::{Booking, State};
use domain::events::{Event, Status};
use domain::facts::{Before, Delivery, Difference, To, What, is_told, may_mail};
use domain::ids::BookingId;
use domain::pools;
use domain::reminders::ReminderKind;
use jiff::SignedDuration;
use kit::{Cx, Link, Result, Token};
use mail::{Change, Content};

/// For how long the link to unsubscribe in a mail works.
const UNSUBSCRIBE_DAYS: i64 = 365;

/// A mail to be written: to whom, what it says, and how to turn such mails off.
pub struct Letter {
    /// To whom.
    pub to: User,
    /// What it says.
    pub content: Content,
    /// The link to unsubscribe, where there is one.
    pub unsubscribe: Option<mail::Unsubscribe>,
}

/// What a delivery says now; `None` where there is nothing (any more) to say.
pub async fn letter(cx: &Cx, delivery: &Delivery) -> Result<Option<Letter>> {
    let what = &delivery.fact.what;
    let found = match &delivery.to {
        To::Address(email) => match cx.store().user_by_email(email).await? {
            Some(user) => account_content(cx, what, email).await?.map(|content| (user, content)),
            None => None,
        },
        To::Guest(booking) => guest_content(cx, what, *booking).await?,
        To::Organizer(booking) => organizer_content(cx, *booking).await?,
    };
    let Some((to, content)) = found.filter(|(user, _)| may_mail(user, what)) else { return Ok(None) };
    let unsubscribe = match what.mail_kind() {
        Some(kind) => Some(unsubscribe_links(cx, &to, kind).await?),
        None => None,
    };
    Ok(Some(Letter { to, content, unsubscribe }))
}

async fn unsubscribe_links(cx: &Cx, user: &User, kind: MailKind) -> Result<mail::Unsubscribe> {
    let link = Link::Unsubscribe { user: user.id, kind };
    let token = cx.sign_token(Token::Link(link), SignedDuration::from_hours(24 * UNSUBSCRIBE_DAYS)).await?;
    let base = cx.base_url();
    Ok(mail::Unsubscribe {
        one_click: format!("{base}/api/unsubscribe?token={token}"),
        page: format!("{base}/account/unsubscribe?token={token}"),
    })
}

/// Mails about an account. They belong to an address; a newer request has overtaken an older one.
async fn account_content(cx: &Cx, what: &What, email: &str) -> Result<Option<Content>> {
    let (now, base) = (cx.now(), cx.base_url());
    Ok(match what {
        What::VerificationRequested { requested_at, .. } => {
            let newest = cx.store().verification(email).await?;
            let newest = newest.filter(|held| held.requested_at == *requested_at && now < held.expires_at);
            newest.filter(|held| held.attempts_left > 0).map(|held| Content::VerifyEmail {
                link: format!("{base}/account/verify?email={}&code={}", in_query(email), held.code),
                code: held.code,
                minutes: u32::try_from(VERIFICATION_MINUTES).unwrap_or(0),
            })
        }
        What::PasswordResetRequested { reset, .. } => {
            let newest = cx.store().password_reset(email).await?;
            let newest = newest.filter(|held| held.id == *reset && !held.used && now < held.expires_at);
            match newest {
                None => None,
                Some(held) => {
                    let link = Link::Reset { email: held.email, reset: held.id };
                    let token = cx.sign_token(Token::Link(link), held.expires_at.duration_since(now)).await?;
                    Some(Content::ResetPassword {
                        link: format!("{base}/account/reset?token={token}"),
                        minutes: u32::try_from(RESET_MINUTES).unwrap_or(0),
                    })
                }
            }
        }
        What::KnownAddressSignedUp { .. } => Some(Content::AlreadyRegistered {
            sign_in_link: format!("{base}/account/sign-in"),
            reset_link: format!("{base}/account/forgot"),
        }),
        _ => None,
    })
}

/// An address as it stands in a link's query.
fn in_query(email: &str) -> String {
    email.replace('%', "%25").replace('+', "%2B").replace('&', "%26").replace('#', "%23").replace('=', "%3D")
}

async fn guest_content(cx: &Cx, what: &What, id: BookingId) -> Result<Option<(User, Content)>> {
    let Some(booking) = cx.store().booking(id).await? else { return Ok(None) };
    let (event, user) = tokio::try_join!(cx.store().event(booking.event), cx.store().user(booking.user))?;
    let Some((event, user)) = event.zip(user) else { return Ok(None) };
    let content = booking_content(cx, what, &booking, &event).await?;
    Ok(content.map(|content| (user, content)))
}

async fn booking_content(cx: &Cx, what: &What, booking: &Booking, event: &Event) -> Result<Option<Content>> {
    let (base, now) = (cx.base_url(), cx.now());
    let state = booking.state_in(event, now);
    let confirmed = matches!(state, State::Confirmed | State::Attended);
    // What the world has overtaken is told to nobody.
    let told = is_told(booking.state, what) && what.still_holds(event, now);
    let card = event_card(event, base, confirmed);
    let calendar = calendar_slot(booking, event, base, cx.sender());
    let tickets = ticket_stubs(booking, event, base);
    let booking_link = tickets.first().map(|stub| stub.page_link.clone()).unwrap_or_else(|| card.page_link.clone());
    Ok(match what {
        What::BookingConfirmed { .. } | What::TicketsRequested { .. } => {
            confirmed.then_some(Content::Ticket { event: card, tickets, booking_link, calendar })
        }
        // An event that is off tells of itself, and its calendar entries end with it.
        What::BookingCancelled { by, .. } => (booking.state == State::Cancelled && event.status == Status::Published)
            .then_some(Content::BookingCancelled {
                event: card,
                by_organizer: *by == domain::bookings::CancelledBy::Organizer,
                calendar,
            }),
        What::EventMoved { before, .. } => {
            let changes = changes(before, event);
            (told && !changes.is_empty()).then_some(Content::EventChanged {
                event: card,
                changes,
                booking_link,
                calendar,
            })
        }
        What::EventCancelled { .. } => {
            let message = event.cancel_message.as_ref().map(ToString::to_string);
            told.then_some(Content::EventCancelled { event: card, message, calendar })
        }
        What::ReminderFired { kind, .. } => told.then_some(match kind {
            ReminderKind::DayBefore => Content::ReminderDayBefore { event: card, tickets, booking_link },
            ReminderKind::HourBefore => Content::ReminderHourBefore { event: card, tickets, booking_link },
        }),
        What::Announced { announcement, .. } => {
            let announcement = cx.store().announcement(event.id, *announcement).await?;
            let stands = told && event.status == Status::Published;
            announcement.filter(|_| stands).map(|announcement| Content::Announcement {
                event: card,
                title: announcement.subject.to_string(),
                body: announcement.body.to_string(),
            })
        }
        What::VerificationRequested { .. }
        | What::PasswordResetRequested { .. }
        | What::KnownAddressSignedUp { .. } => None,
    })
}

fn changes(before: &Before, event: &Event) -> Vec<Change> {
    let change = |difference| match difference {
        Difference::Time => Change::Time { starts: before.starts.zoned(), ends: before.ends.zoned() },
        Difference::Place => Change::Place { before: before.place.as_ref().map(place_line) },
        Difference::OnlineLink => Change::OnlineLink,
    };
    before.differences(event).into_iter().map(change).collect()
}

async fn organizer_content(cx: &Cx, id: BookingId) -> Result<Option<(User, Content)>> {
    let Some(booking) = cx.store().booking(id).await? else { return Ok(None) };
    let Some((event, seats)) = cx.store().event_and_pools(booking.event).await? else { return Ok(None) };
    let Some(user) = cx.store().user(event.organizer).await? else { return Ok(None) };
    if !matches!(booking.state_in(&event, cx.now()), State::Confirmed | State::Attended) {
        return Ok(None);
    }
    let places = pools::places(&event, &seats);
    let content = Content::NewBooking {
        event: event_card(&event, cx.base_url(), true),
        guests_link: format!("{}/organize/events/{}/guests", cx.base_url(), event.id),
        guest_name: booking.name.to_string(),
        party_size: u32::from(booking.party_size.get()),
        places_taken: u32::try_from(places.taken).unwrap_or(0),
        capacity: event.details.capacity,
    };
    Ok(Some((user, content)))
}
