//! Every function of Guestlist, one file each, and the registry that everything else is derived from.

pub mod accounts;
pub mod bookings;
pub mod checkins;
pub mod deliveries;
pub mod docs;
pub mod entry;
pub mod events;
pub mod pages;
mod present;
pub mod reminders;
pub mod tickets;

use kit::{Function, consumer, route, schedule};
use std::sync::LazyLock;

static ALL: LazyLock<Vec<Function>> = LazyLock::new(|| {
    vec![
        // accounts
        route::<accounts::register_user::RegisterUser>(),
        route::<accounts::verify_email::VerifyEmail>(),
        route::<accounts::request_email_verification::RequestEmailVerification>(),
        route::<accounts::issue_tokens::IssueTokens>(),
        route::<accounts::refresh_tokens::RefreshTokens>(),
        route::<accounts::revoke_tokens::RevokeTokens>(),
        route::<accounts::request_password_reset::RequestPasswordReset>(),
        route::<accounts::reset_password::ResetPassword>(),
        route::<accounts::change_password::ChangePassword>(),
        route::<accounts::read_me::ReadMe>(),
        route::<accounts::update_me::UpdateMe>(),
        route::<accounts::read_user::ReadUser>(),
        route::<accounts::read_signing_keys::ReadSigningKeys>(),
        route::<accounts::unsubscribe::Unsubscribe>(),
        // events
        route::<events::create_event::CreateEvent>(),
        route::<events::read_event::ReadEvent>(),
        route::<events::update_event::UpdateEvent>(),
        route::<events::preview_update::PreviewUpdate>(),
        route::<events::publish_event::PublishEvent>(),
        route::<events::cancel_event::CancelEvent>(),
        route::<events::discard_event::DiscardEvent>(),
        route::<events::list_events::ListEvents>(),
        route::<events::list_my_events::ListMyEvents>(),
        route::<events::announce::Announce>(),
        route::<events::list_announcements::ListAnnouncements>(),
        // bookings
        route::<bookings::book_place::BookPlace>(),
        route::<bookings::cancel_booking::CancelBooking>(),
        route::<bookings::read_booking::ReadBooking>(),
        route::<bookings::list_my_bookings::ListMyBookings>(),
        route::<bookings::list_event_bookings::ListEventBookings>(),
        route::<bookings::read_attendance::ReadAttendance>(),
        route::<bookings::read_timeline::ReadTimeline>(),
        // tickets
        route::<tickets::list_my_tickets::ListMyTickets>(),
        route::<tickets::read_ticket::ReadTicket>(),
        route::<tickets::render_ticket_qr::RenderTicketQr>(),
        route::<tickets::render_ticket_calendar::RenderTicketCalendar>(),
        route::<tickets::resend_ticket::ResendTicket>(),
        route::<tickets::read_ticket_keys::ReadTicketKeys>(),
        // checkins
        route::<checkins::create_door_pass::CreateDoorPass>(),
        route::<checkins::list_door_passes::ListDoorPasses>(),
        route::<checkins::read_door_pass::ReadDoorPass>(),
        route::<checkins::revoke_door_pass::RevokeDoorPass>(),
        route::<checkins::check_in_ticket::CheckInTicket>(),
        route::<checkins::undo_check_in::UndoCheckIn>(),
        route::<checkins::list_check_ins::ListCheckIns>(),
        // reminders
        schedule::<reminders::remind_day_before::RemindDayBefore>(),
        schedule::<reminders::remind_hour_before::RemindHourBefore>(),
        // deliveries
        consumer::<deliveries::publish_facts::PublishFacts>(),
        consumer::<deliveries::fan_out::FanOut>(),
        consumer::<deliveries::send_email::SendEmail>(),
        consumer::<deliveries::suppress_address::SuppressAddress>(),
        // pages
        route::<pages::render_event_page::RenderEventPage>(),
        route::<pages::render_ticket_page::RenderTicketPage>(),
        route::<pages::render_account_page::RenderAccountPage>(),
        route::<pages::render_cover::RenderCover>(),
        route::<pages::follow_short_link::FollowShortLink>(),
        // docs
        route::<docs::read_openapi::ReadOpenapi>(),
    ]
});

/// Every function, one line each, grouped by noun.
pub fn all() -> &'static [Function] {
    &ALL
}
