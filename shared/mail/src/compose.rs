//! From what happened to a mail in words.

use crate::{
    calendar::{self, Entry, Method},
    clean,
    content::{Address, CalendarSlot, Change, Content, EventCard, PlaceLine, Recipient, TicketStub},
    languages::spoken,
    moment::{Moments, clock},
    qr,
    templates::environment,
};
use domain::Language;
use jiff::Timestamp;
use minijinja::{
    context,
    value::{Serde, Value},
};
use serde::Serialize;

/// What sending adds to a mail.
#[derive(Clone, Debug)]
pub struct Delivery {
    /// The delivery's key: unique per mail, the same when it is sent again. Message-ID, boundaries and the names of
    /// pictures come from it.
    pub key: String,
    /// Now: the mail's Date, the calendar entry's stamp, and what "tomorrow" is counted from.
    pub now: Timestamp,
    /// How to turn such mails off. Used by the mails of [`Content::can_be_turned_off`], left out of all others.
    pub unsubscribe: Option<Unsubscribe>,
}

/// Where mails of a kind are turned off.
#[derive(Clone, Debug)]
pub struct Unsubscribe {
    /// One request without more ado, made by the mail client (RFC 8058): the List-Unsubscribe header.
    pub one_click: String,
    /// The page that asks first, opened by the reader: the link in the mail. Mail scanners open links, so it does nothing
    /// by itself.
    pub page: String,
}

/// A mail in words, ready to become a message.
#[derive(Clone, Debug)]
pub struct Composed {
    /// The subject, one line.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part. Its pictures are `cid:` links to [`Composed::inline`].
    pub html: String,
    /// The pictures.
    pub inline: Vec<Inline>,
    /// The calendar entry.
    pub calendar: Option<Invitation>,
    /// Who gets it.
    pub to: Address,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Address>,
    /// Where List-Unsubscribe points.
    pub unsubscribe: Option<String>,
    /// The language it is in.
    pub language: Language,
    /// When it was written.
    pub date: Timestamp,
    pub(crate) key: String,
}

/// A picture inside a mail.
#[derive(Clone, Debug)]
pub struct Inline {
    /// Its Content-ID, without the angle brackets.
    pub cid: String,
    /// A PNG file.
    pub png: Vec<u8>,
}

/// A calendar entry in a mail.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// What it asks of the calendar.
    pub method: Method,
    /// The iCalendar object.
    pub ics: String,
}

/// Why a mail can't be written. None of these goes away by trying again.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// An address can't stand in a header.
    #[error("the {0} address can't be used in a mail")]
    Address(&'static str),
    /// A link of ours isn't a web link.
    #[error("the {0} isn't a web link")]
    Link(&'static str),
    /// A change mail without a change, or a ticket mail without a ticket.
    #[error("the mail has no {0}")]
    Nothing(&'static str),
    /// A ticket's code could not be drawn.
    #[error(transparent)]
    Qr(#[from] qr::QrError),
    /// A template is wrong.
    #[error("template of {mail}: {reason}")]
    Template {
        /// The mail's name.
        mail: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// Writes a mail: the words of `content` in the language of `recipient`.
pub fn compose(content: &Content, recipient: &Recipient, delivery: &Delivery) -> Result<Composed, ComposeError> {
    // Whoever signs up chooses the name and types any address: mails about an account don't carry it to a stranger.
    let name = if content.event().is_some() { recipient.name.as_str() } else { "" };
    let to = address(name, &recipient.email, "recipient's")?;
    let reply_to = match content.event() {
        Some(EventCard { organizer_name, organizer_email: Some(email), .. })
            if !matches!(content, Content::NewBooking { .. }) =>
        {
            Some(address(organizer_name, email, "organizer's")?)
        }
        _ => None,
    };
    let unsubscribe = delivery.unsubscribe.clone().filter(|_| content.can_be_turned_off());
    for link in unsubscribe.iter().flat_map(|links| [&links.one_click, &links.page]) {
        our_link(link, "unsubscribe link")?;
    }
    let moments = Moments { spoken: spoken(recipient.language), reader: recipient.zone.as_ref(), now: delivery.now };
    let (stubs, inline) = stubs(content.tickets(), &delivery.key)?;
    let context = context! {
        event => content.event().map(|event| card(event, &moments)).transpose()?,
        tickets => Value::from(Serde(stubs)),
        reply_to => reply_to.as_ref().map(|address| address.name.as_str()),
        unsubscribe => unsubscribe.as_ref().map(|links| links.page.as_str()),
        reader => to.name.as_str(),
        why => why(content, &moments),
        ..own(content, &moments)?
    };
    let render = |part: &str| {
        let failed =
            |error: &minijinja::Error| ComposeError::Template { mail: content.name(), reason: format!("{error:#}") };
        let name = format!("{}/{}.{part}", content.name(), recipient.language.code());
        let template = environment(recipient.language).map_err(failed)?;
        template.get_template(&name).and_then(|found| found.render(&context)).map_err(|error| failed(&error))
    };
    Ok(Composed {
        subject: clean::line(&render("subject.txt")?),
        text: format!("{}\n", clean_text(&render("body.txt")?)),
        html: render("body.html")?,
        inline,
        calendar: invitation(content, &to, delivery.now)?,
        to,
        reply_to,
        unsubscribe: unsubscribe.map(|links| links.one_click),
        language: recipient.language,
        date: delivery.now,
        key: delivery.key.clone(),
    })
}

/// Why the reader gets this mail, for its last line.
fn why(content: &Content, moments: &Moments<'_>) -> &'static str {
    let words = &moments.spoken.words;
    match content {
        Content::VerifyEmail { .. } | Content::ResetPassword { .. } | Content::AlreadyRegistered { .. } => {
            words.why_account
        }
        Content::NewBooking { .. } => words.why_organizer,
        _ => words.why_guest,
    }
}

/// Templates leave empty lines where an optional part is missing; no more than one stays.
fn clean_text(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && kept.last().is_none_or(|last| last.is_empty())) {
            kept.push(line);
        }
    }
    kept.join("\n").trim_end().to_owned()
}

fn address(name: &str, email: &str, whose: &'static str) -> Result<Address, ComposeError> {
    match clean::is_address(email) {
        true => Ok(Address { name: clean::line(name), email: email.to_owned() }),
        false => Err(ComposeError::Address(whose)),
    }
}

fn our_link(link: &str, which: &'static str) -> Result<String, ComposeError> {
    if clean::is_web_link(link) { Ok(link.to_owned()) } else { Err(ComposeError::Link(which)) }
}

/// A ticket, as templates see it.
#[derive(Serialize)]
struct Stub {
    number: u32,
    of: usize,
    holder: String,
    link: String,
    cid: String,
}

fn stubs(tickets: &[TicketStub], key: &str) -> Result<(Vec<Stub>, Vec<Inline>), ComposeError> {
    let mut stubs = Vec::new();
    let mut inline = Vec::new();
    for ticket in tickets {
        // The token is what admits, so it stands in the picture only, and not in the text.
        let cid = format!("ticket-{}.{}", ticket.number, crate::mime::id(key));
        let link = our_link(&ticket.page_link, "ticket's page link")?;
        inline.push(Inline { cid: cid.clone(), png: qr::png(&ticket.token)? });
        stubs.push(Stub { number: ticket.number, of: tickets.len(), holder: clean::line(&ticket.holder), link, cid });
    }
    Ok((stubs, inline))
}

/// A place, as templates see it.
#[derive(Serialize)]
struct Place {
    name: String,
    address: String,
    /// Name and address on one line.
    line: String,
    map_link: Option<String>,
}

fn place(line: &PlaceLine) -> Place {
    let (name, address) = (clean::line(&line.name), clean::line(&line.address));
    let line_of = [name.as_str(), address.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>();
    Place { line: line_of.join(", "), name, address, map_link: line.map_link.as_deref().map(clean::line) }
}

/// The event, as templates see it.
fn card(event: &EventCard, moments: &Moments<'_>) -> Result<Value, ComposeError> {
    Ok(context! {
        name => clean::line(&event.name),
        when => moments.when(&event.starts, &event.ends),
        your_time => moments.your_time(&event.starts),
        day => moments.day(event.starts.date()),
        relative_day => moments.relative_day(&event.starts),
        start_time => moments.start_time(&event.starts),
        place => event.place.as_ref().map(place).filter(|at| !at.line.is_empty()).map(|at| Value::from(Serde(at))),
        online_link => event.online_link.as_deref().map(clean::line),
        page_link => our_link(&event.page_link, "event's page link")?,
        organizer => clean::line(&event.organizer_name),
    })
}

/// What each mail knows beyond the event and its tickets.
fn own(content: &Content, moments: &Moments<'_>) -> Result<Value, ComposeError> {
    let lasts = moments.spoken.lasts;
    Ok(match content {
        Content::VerifyEmail { code, link, minutes } => context! {
            code => clean::line(code), link => our_link(link, "verification link")?, lasts => lasts(*minutes),
        },
        Content::ResetPassword { link, minutes } => context! {
            link => our_link(link, "reset link")?, lasts => lasts(*minutes),
        },
        Content::AlreadyRegistered { sign_in_link, reset_link } => context! {
            sign_in_link => our_link(sign_in_link, "sign-in link")?, reset_link => our_link(reset_link, "reset link")?,
        },
        Content::Ticket { tickets, .. } if tickets.is_empty() => return Err(ComposeError::Nothing("ticket")),
        Content::Ticket { booking_link, .. }
        | Content::ReminderDayBefore { booking_link, .. }
        | Content::ReminderHourBefore { booking_link, .. } => {
            context! { booking_link => our_link(booking_link, "booking link")? }
        }
        Content::BookingCancelled { by_organizer, .. } => context! { by_organizer },
        Content::EventChanged { changes, .. } if changes.is_empty() => return Err(ComposeError::Nothing("change")),
        Content::EventChanged { event, changes, booking_link, .. } => context! {
            booking_link => our_link(booking_link, "booking link")?,
            changes => changes.iter().map(|one| change(one, event, moments)).collect::<Vec<_>>(),
        },
        Content::EventCancelled { message, .. } => context! {
            message => message.as_deref().map(clean::paragraphs).filter(|text| !text.is_empty()).map(split),
        },
        Content::Announcement { title, body, .. } => context! {
            title => clean::line(title), body => split(clean::paragraphs(body)),
        },
        Content::NewBooking { guests_link, guest_name, party_size, places_taken, capacity, .. } => context! {
            guests_link => our_link(guests_link, "guest list's link")?,
            guest => clean::line(guest_name), party_size, places_taken, capacity,
        },
    })
}

/// Paragraphs, each a list of its lines, so that HTML can break them without trusting them.
fn split(text: String) -> Vec<Vec<String>> {
    let filled = text.split("\n\n").filter(|paragraph| !paragraph.is_empty());
    filled.map(|paragraph| paragraph.lines().map(str::to_owned).collect()).collect()
}

/// One change as templates see it: its kind, and what was and is, as text; either may be absent.
fn change(change: &Change, event: &EventCard, moments: &Moments<'_>) -> Value {
    match change {
        Change::Time { starts, ends } => context! {
            kind => "time",
            before => moments.when(starts, ends),
            after => moments.when(&event.starts, &event.ends),
            same_day => starts.date() == event.starts.date(),
            start => clock(&event.starts),
        },
        Change::Place { before } => context! {
            kind => "place",
            before => before.as_ref().map(|line| place(line).line),
            after => event.place.as_ref().map(|line| place(line).line),
        },
        Change::OnlineLink => context! {
            kind => "online", before => (), after => event.online_link.as_deref().map(clean::line),
        },
        Change::Name { before } => context! {
            kind => "name", before => clean::line(before), after => clean::line(&event.name),
        },
    }
}

/// The calendar entry of the mails that carry one.
fn invitation(content: &Content, to: &Address, now: Timestamp) -> Result<Option<Invitation>, ComposeError> {
    let (event, slot, method, link) = match content {
        Content::Ticket { event, calendar, booking_link, .. }
        | Content::EventChanged { event, calendar, booking_link, .. } => {
            (event, calendar, Method::Request, booking_link)
        }
        Content::BookingCancelled { event, calendar, .. } | Content::EventCancelled { event, calendar, .. } => {
            (event, calendar, Method::Cancel, &event.page_link)
        }
        _ => return Ok(None),
    };
    let entry = event.calendar_entry(slot, method, to, link, now)?;
    Ok(Some(Invitation { method, ics: calendar::render(&entry) }))
}

impl EventCard {
    /// The event as a calendar entry, for a mail or a file: `link` is the page that the entry points to, `now` its
    /// stamp.
    pub fn calendar_entry(
        &self,
        slot: &CalendarSlot,
        method: Method,
        attendee: &Address,
        link: &str,
        now: Timestamp,
    ) -> Result<Entry, ComposeError> {
        let online = self.online_link.as_deref().map(clean::line);
        let at = self.place.as_ref().map(place);
        let description = [Some(link.to_owned()), online.clone()].into_iter().flatten().collect::<Vec<_>>();
        Ok(Entry {
            uid: slot.uid.clone(),
            sequence: slot.sequence,
            method,
            summary: clean::line(&self.name),
            starts: self.starts.clone(),
            ends: self.ends.clone(),
            location: at.map(|at| at.line).filter(|line| !line.is_empty()).or(online).unwrap_or_default(),
            geo: self.place.as_ref().and_then(|line| line.coordinates),
            url: link.to_owned(),
            description: description.join("\n"),
            organizer: address(&self.organizer_name, &slot.organizer_email, "calendar organizer's")?,
            attendee: attendee.clone(),
            stamp: now,
        })
    }
}
