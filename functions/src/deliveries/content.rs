//! What a delivery says, read anew when it is sent: what the world has overtaken is not sent any more.

use super::cards::{calendar_slot, event_card, place_line, ticket_stubs};
use domain::Record;
use domain::accounts::{MailKind, Passage, User};
use domain::bookings::{Booking, State};
use domain::events::{Event, Status};
use domain::facts::{Before, Delivery, Difference, To, What, is_told, may_mail};
use domain::ids::BookingId;
use domain::pools;
use domain::reminders::ReminderKind;
use jiff::{SignedDuration, Timestamp};
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
    /// Whether it goes out.
    pub way: Way,
}

/// Whether a mail goes out.
pub enum Way {
    /// It does.
    Open,
    /// It does in spite of a suppression, once this is stored: what it brings, good until the next may go.
    Kept(Box<Record>),
    /// It doesn't.
    Closed,
}

/// What a delivery says now; `None` where there is nothing (any more) to say.
pub async fn letter(cx: &Cx, delivery: &Delivery) -> Result<Option<Letter>> {
    let what = &delivery.fact.what;
    let found = match &delivery.to {
        To::Address(email) => match cx.store().user_by_email(email).await? {
            Some(user) => return account_letter(cx, delivery, email, user).await,
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
    let way = if to.passage(what) == Passage::Free { Way::Open } else { Way::Closed };
    Ok(Some(Letter { to, content, unsubscribe, way }))
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
async fn account_letter(cx: &Cx, delivery: &Delivery, email: &str, to: User) -> Result<Option<Letter>> {
    let (now, base, what, key) = (cx.now(), cx.base_url(), &delivery.fact.what, delivery.key());
    if !may_mail(&to, what) {
        return Ok(None);
    }
    let passage = to.passage(what);
    let (content, way) = match what {
        What::VerificationRequested { requested_at, .. } => {
            let newest = cx.store().verification(email).await?;
            let newest = newest.filter(|held| held.requested_at == *requested_at && now < held.expires_at);
            let Some(held) = newest.filter(|held| held.attempts_left > 0) else { return Ok(None) };
            let mailed = held.mailed(passage, &key, now);
            let expires_at = mailed.as_ref().unwrap_or(&held).expires_at;
            let content = Content::VerifyEmail {
                link: format!("{base}/account/verify?email={}&code={}", in_query(email), held.code),
                code: held.code,
                minutes: minutes(held.requested_at, expires_at),
            };
            (content, way(mailed.map(|mailed| (mailed.version, Record::Verification(mailed))), held.version))
        }
        What::PasswordResetRequested { reset, .. } => {
            let newest = cx.store().password_reset(email).await?;
            let newest = newest.filter(|held| held.id == *reset && !held.used && now < held.expires_at);
            let Some(held) = newest else { return Ok(None) };
            let mailed = held.mailed(passage, &key, now);
            let expires_at = mailed.as_ref().unwrap_or(&held).expires_at;
            let link = Link::Reset { email: held.email, reset: held.id };
            let token = cx.sign_token(Token::Link(link), expires_at.duration_since(now)).await?;
            let content = Content::ResetPassword {
                link: format!("{base}/account/reset?token={token}"),
                minutes: minutes(held.requested_at, expires_at),
            };
            (content, way(mailed.map(|mailed| (mailed.version, Record::PasswordReset(mailed))), held.version))
        }
        What::KnownAddressSignedUp { .. } => {
            let content = Content::AlreadyRegistered {
                sign_in_link: format!("{base}/account/sign-in"),
                reset_link: format!("{base}/account/forgot"),
            };
            (content, if passage == Passage::Free { Way::Open } else { Way::Closed })
        }
        _ => return Ok(None),
    };
    Ok(Some(Letter { to, content, unsubscribe: None, way }))
}

/// The way of what is kept so once it is mailed, if it may be; and was kept in this version before.
fn way(mailed: Option<(u64, Record)>, before: u64) -> Way {
    match mailed {
        None => Way::Closed,
        Some((version, _)) if version == before => Way::Open,
        Some((_, record)) => Way::Kept(Box::new(record)),
    }
}

/// For how many minutes something works; in whole hours or days where it is long.
fn minutes(requested_at: Timestamp, expires_at: Timestamp) -> u32 {
    let minutes = u32::try_from(expires_at.duration_since(requested_at).as_mins()).unwrap_or(0);
    let step = match minutes {
        0..=60 => 1,
        61..=2_880 => 60,
        _ => 1_440,
    };
    minutes / step * step
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
