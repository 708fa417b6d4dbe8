//! What a mail is about: plain data, mapped from the domain by whoever sends it.

use domain::Language;
use jiff::{Zoned, tz::TimeZone};

/// What one mail tells its reader.
#[derive(Clone, Debug)]
pub enum Content {
    /// Proves that the address belongs to who signed up.
    VerifyEmail {
        /// The one-time code, as it is to be typed. It is in the subject too.
        code: String,
        /// A page that takes the code from the link.
        link: String,
        /// For how many minutes the code works.
        minutes: u32,
    },
    /// Lets somebody who forgot the password choose a new one.
    ResetPassword {
        /// The page where the new password is chosen.
        link: String,
        /// For how many minutes the link works.
        minutes: u32,
    },
    /// Somebody signed up with an address that already has an account.
    AlreadyRegistered {
        /// Where to sign in.
        sign_in_link: String,
        /// Where to ask for a new password.
        reset_link: String,
    },
    /// A booking is confirmed: every ticket of the party, with its code.
    Ticket {
        /// The event.
        event: EventCard,
        /// One stub per person of the party, in order.
        tickets: Vec<TicketStub>,
        /// The page of the booking, with all of its tickets.
        booking_link: String,
        /// The calendar entry; sent as a REQUEST.
        calendar: CalendarSlot,
    },
    /// One booking was cancelled, by its guest or by the organizer.
    BookingCancelled {
        /// The event, which still takes place.
        event: EventCard,
        /// Whether the organizer did it, rather than the guest.
        by_organizer: bool,
        /// The calendar entry; sent as a CANCEL.
        calendar: CalendarSlot,
    },
    /// The event moved in time or space.
    EventChanged {
        /// The event as it is now.
        event: EventCard,
        /// What was different before; never empty.
        changes: Vec<Change>,
        /// The page of the booking.
        booking_link: String,
        /// The calendar entry; sent as a REQUEST, with a higher sequence number than before.
        calendar: CalendarSlot,
    },
    /// The event won't take place.
    EventCancelled {
        /// The event.
        event: EventCard,
        /// What the organizer has to say about it, as plain text.
        message: Option<String>,
        /// The calendar entry; sent as a CANCEL.
        calendar: CalendarSlot,
    },
    /// The event is tomorrow.
    ReminderDayBefore {
        /// The event.
        event: EventCard,
        /// One stub per person of the party, in order.
        tickets: Vec<TicketStub>,
        /// The page of the booking.
        booking_link: String,
    },
    /// The event starts within the hour.
    ReminderHourBefore {
        /// The event.
        event: EventCard,
        /// One stub per person of the party, in order.
        tickets: Vec<TicketStub>,
        /// The page of the booking.
        booking_link: String,
    },
    /// The organizer has news for the guests.
    Announcement {
        /// The event.
        event: EventCard,
        /// The headline, one line of plain text.
        title: String,
        /// The news as plain text; an empty line parts paragraphs.
        body: String,
    },
    /// For the organizer: somebody booked.
    NewBooking {
        /// The event.
        event: EventCard,
        /// Where the organizer sees who comes.
        guests_link: String,
        /// Who booked.
        guest_name: String,
        /// How many places the booking took.
        party_size: u32,
        /// How many places are taken now.
        places_taken: u32,
        /// How many places there are; none when the event is open to any number.
        capacity: Option<u32>,
    },
}

impl Content {
    /// The folder of its templates, and the value of a metric's dimension.
    pub fn name(&self) -> &'static str {
        match self {
            Content::VerifyEmail { .. } => "verify_email",
            Content::ResetPassword { .. } => "reset_password",
            Content::AlreadyRegistered { .. } => "already_registered",
            Content::Ticket { .. } => "ticket",
            Content::BookingCancelled { .. } => "booking_cancelled",
            Content::EventChanged { .. } => "event_changed",
            Content::EventCancelled { .. } => "event_cancelled",
            Content::ReminderDayBefore { .. } => "reminder_day_before",
            Content::ReminderHourBefore { .. } => "reminder_hour_before",
            Content::Announcement { .. } => "announcement",
            Content::NewBooking { .. } => "new_booking",
        }
    }

    /// The name of every mail there is.
    pub const NAMES: &[&str] = &[
        "verify_email",
        "reset_password",
        "already_registered",
        "ticket",
        "booking_cancelled",
        "event_changed",
        "event_cancelled",
        "reminder_day_before",
        "reminder_hour_before",
        "announcement",
        "new_booking",
    ];

    /// Whether its readers may turn it off. Only such mails carry List-Unsubscribe; tickets, changes and
    /// cancellations concern a place that somebody holds.
    pub fn can_be_turned_off(&self) -> bool {
        matches!(
            self,
            Content::ReminderDayBefore { .. } | Content::ReminderHourBefore { .. } | Content::Announcement { .. }
        )
    }

    pub(crate) fn event(&self) -> Option<&EventCard> {
        match self {
            Content::VerifyEmail { .. } | Content::ResetPassword { .. } | Content::AlreadyRegistered { .. } => None,
            Content::Ticket { event, .. }
            | Content::BookingCancelled { event, .. }
            | Content::EventChanged { event, .. }
            | Content::EventCancelled { event, .. }
            | Content::ReminderDayBefore { event, .. }
            | Content::ReminderHourBefore { event, .. }
            | Content::Announcement { event, .. }
            | Content::NewBooking { event, .. } => Some(event),
        }
    }

    pub(crate) fn tickets(&self) -> &[TicketStub] {
        match self {
            Content::Ticket { tickets, .. }
            | Content::ReminderDayBefore { tickets, .. }
            | Content::ReminderHourBefore { tickets, .. } => tickets,
            _ => &[],
        }
    }
}

/// An event as a mail shows it. What the reader may not see (a hidden address, the link of an online event before the
/// booking is confirmed) must be absent.
#[derive(Clone, Debug)]
pub struct EventCard {
    /// Its name.
    pub name: String,
    /// When it starts, in the event's own zone.
    pub starts: Zoned,
    /// When it ends.
    pub ends: Zoned,
    /// Where it is, if it is somewhere.
    pub place: Option<PlaceLine>,
    /// The link to take part online.
    pub online_link: Option<String>,
    /// The public page of the event: its short link.
    pub page_link: String,
    /// Who invites.
    pub organizer_name: String,
    /// Where answers to the mail go; without it they go to the sender.
    pub organizer_email: Option<String>,
}

/// Where an event is.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaceLine {
    /// "Kino Rodina", or empty.
    pub name: String,
    /// "ul. Karavannaya 12, St Petersburg", or empty.
    pub address: String,
    /// A map that shows it.
    pub map_link: Option<String>,
    /// Latitude and longitude in degrees (WGS 84), for the calendar entry.
    pub coordinates: Option<(f64, f64)>,
}

/// One ticket of a booking.
#[derive(Clone, Debug)]
pub struct TicketStub {
    /// Its place in the party, from 1.
    pub number: u32,
    /// Whom it admits.
    pub holder: String,
    /// The page that shows it.
    pub page_link: String,
    /// The signed token: what the QR code says.
    pub token: String,
}

/// What the calendar entry of a booking needs beyond the event.
#[derive(Clone, Debug)]
pub struct CalendarSlot {
    /// The same for the whole life of the booking (RFC 5545, section 3.8.4.7), such as `bkg_...@guestlist.example`.
    pub uid: String,
    /// Rises with each change of the event, and with the cancellation (RFC 5546, section 2.1.4).
    pub sequence: u32,
    /// The ORGANIZER of the entry: an address that accepts answers.
    pub organizer_email: String,
}

/// What an event was before it changed. What it is now is in the [`EventCard`].
#[derive(Clone, Debug)]
pub enum Change {
    /// It had another time, in the zone it then had.
    Time {
        /// When it was to start.
        starts: Zoned,
        /// When it was to end.
        ends: Zoned,
    },
    /// It was somewhere else.
    Place {
        /// Where; none if it had no place.
        before: Option<PlaceLine>,
    },
    /// The link to take part online is another one, is new, or is gone. The old link isn't repeated.
    OnlineLink,
    /// It had another name.
    Name {
        /// The old name.
        before: String,
    },
}

/// Who reads the mail.
#[derive(Clone, Debug)]
pub struct Recipient {
    /// The name to greet by. Mails about an account, which go to unproven addresses, leave it out.
    pub name: String,
    /// The address.
    pub email: String,
    /// The language of the mail.
    pub language: Language,
    /// The reader's own zone if it is known; the mail then says what the event's time is there.
    pub zone: Option<TimeZone>,
}

/// A name and an address, for From, To and Reply-To.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The name shown.
    pub name: String,
    /// The address, `local@domain`.
    pub email: String,
}
