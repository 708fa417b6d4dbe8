//! When mails to an address are suppressed, what goes out in spite of it, and what ends it.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use domain::accounts::Suppressed::{Bounced, Complained};
use domain::accounts::{Exception, MailReports, Passage, PasswordReset, Suppressed, User, UserPatch, Verification};
use domain::facts::{What, may_mail};
use domain::ids::{Identifier, PasswordResetId};
use jiff::{SignedDuration, Timestamp};

fn hour(number: i64) -> Timestamp {
    now() + SignedDuration::from_hours(number)
}

/// Somebody who showed at hour 0 that the address is theirs.
fn ada() -> User {
    user(2)
}

fn after(user: &User, why: Suppressed, sent_at: Timestamp) -> User {
    user.reported(why, sent_at).unwrap()
}

fn code() -> What {
    What::VerificationRequested { email: "ada@example.org".to_owned(), requested_at: now() }
}

fn reset() -> What {
    What::PasswordResetRequested { email: "ada@example.org".to_owned(), reset: PasswordResetId::from_ulid(1) }
}

fn ticket() -> What {
    What::TicketsRequested { booking: booking_id(1) }
}

#[test]
fn a_bounce_stands_until_a_later_code_was_entered() {
    assert_eq!(ada().suppressed(), None);
    let bounced = after(&ada(), Bounced, hour(2));
    assert_eq!((bounced.suppressed(), bounced.version), (Some(Bounced), ada().version + 1));
    assert_eq!(bounced.verified(hour(3)).suppressed(), None, "the mailbox works now");
    assert_eq!(
        bounced.patched(UserPatch { resumed_at: Some(hour(3)), ..UserPatch::default() }).suppressed(),
        Some(Bounced)
    );
    let again = after(&bounced.verified(hour(3)), Bounced, hour(4));
    assert_eq!(again.suppressed(), Some(Bounced));
}

#[test]
fn a_complaint_stands_until_its_reader_asks_for_mails_again() {
    let complained = after(&ada(), Complained, hour(2));
    assert_eq!(complained.suppressed(), Some(Complained));
    assert_eq!(complained.verified(hour(3)).suppressed(), Some(Complained), "a code isn't that they want mails");
    let resumed = complained.patched(UserPatch { resumed_at: Some(hour(3)), ..UserPatch::default() });
    assert_eq!(resumed.suppressed(), None);
    assert_eq!(resumed.patched(UserPatch::default()).suppressed(), None, "another change leaves it at that");
    assert_eq!(after(&resumed, Complained, hour(4)).suppressed(), Some(Complained));
}

#[test]
fn a_report_that_was_overtaken_changes_nothing() {
    assert_eq!(ada().reported(Bounced, hour(-1)), None, "sent before the address was shown to work");
    let resumed = User { reports: MailReports { resumed_at: Some(hour(1)), ..MailReports::default() }, ..ada() };
    assert_eq!(resumed.reported(Complained, hour(0)), None, "of a mail from before they asked for more");
    let bounced = after(&ada(), Bounced, hour(2));
    for (sent_at, why) in [(hour(2), "told twice"), (hour(1), "an older one")] {
        assert_eq!(bounced.reported(Bounced, sent_at), None, "{why}");
    }
    assert_eq!(after(&bounced, Bounced, hour(3)).reports.bounced, Some(hour(3)), "the newest counts");
}

#[test]
fn the_order_in_which_reports_come_makes_no_difference() {
    let one = after(&after(&ada(), Bounced, hour(2)), Complained, hour(1));
    let other = after(&after(&ada(), Complained, hour(1)), Bounced, hour(2));
    assert_eq!((one.reports, one.suppressed()), (other.reports, other.suppressed()));
    assert_eq!(one.suppressed(), Some(Complained), "what takes their own word comes first");
    // Should an overtaken one have been written all the same, it counts for nothing.
    let late = User { reports: MailReports { bounced: Some(hour(1)), ..MailReports::default() }, ..ada() };
    assert_eq!(late.verified(hour(2)).suppressed(), None);
}

#[test]
fn in_spite_of_it_goes_the_way_back_now_and_then() {
    let once_in = |days| Passage::OnceIn { days };
    let unverified = User { email_verified_at: None, ..ada() };
    let table = [
        (ada(), [Passage::Free; 3]),
        (after(&ada(), Bounced, hour(1)), [once_in(1), once_in(1), Passage::Suppressed]),
        (after(&ada(), Complained, hour(1)), [once_in(1), once_in(1), Passage::Suppressed]),
        (after(&unverified, Bounced, hour(1)), [once_in(1), once_in(1), Passage::Suppressed]),
        (after(&unverified, Complained, hour(1)), [once_in(30), once_in(30), Passage::Suppressed]),
    ];
    for (user, expected) in table {
        assert_eq!([code(), reset(), ticket()].map(|what| user.passage(&what)), expected, "{:?}", user.reports);
        let notice = What::KnownAddressSignedUp { email: "ada@example.org".to_owned() };
        assert_eq!(user.passage(&notice), user.passage(&ticket()));
    }
}

#[test]
fn what_went_out_in_spite_of_it_stays_until_the_next_may_go() {
    let (email, day) = (text("Ada@example.org"), Passage::OnceIn { days: 1 });
    let until = |hours| Some(Exception { delivery: "first".to_owned(), until: hour(hours) });
    let asked = Verification::asked(&email, None, "111111".to_owned(), now());
    assert_eq!(asked.mailed(Passage::Free, "first", now()), Some(asked.clone()));
    assert_eq!(asked.mailed(Passage::Suppressed, "first", now()), None);
    let code = asked.mailed(day, "first", now()).unwrap();
    assert_eq!((code.version, code.expires_at, code.exception.clone()), (asked.version + 1, hour(24), until(24)));
    assert_eq!(code.mailed(day, "first", hour(1)), Some(code.clone()), "tried anew");
    assert_eq!(code.mailed(day, "second", hour(23)), None);
    let guessed = code.tried("000000", hour(1)).1;
    let again = Verification::asked(&email, Some(&guessed), "222222".to_owned(), hour(23));
    assert_eq!(again, Verification { version: guessed.version + 1, ..guessed.clone() });
    let next = Verification::asked(&email, Some(&again), "222222".to_owned(), hour(24));
    assert_eq!((next.code.as_str(), next.exception), ("222222", None));

    let ids = [1, 2].map(PasswordResetId::from_ulid);
    let reset = PasswordReset::asked(&email, None, ids[0], now()).mailed(day, "first", now()).unwrap();
    assert_eq!((reset.expires_at, reset.exception.clone()), (hour(24), until(24)));
    let again = PasswordReset::asked(&email, Some(&reset), ids[1], hour(23));
    assert_eq!((again.id, again.expires_at, again.requested_at), (ids[0], hour(24), hour(23)));
    assert_eq!(again.mailed(day, "second", hour(23)), None);
    assert_eq!(again.mailed(Passage::Free, "second", hour(23)), Some(again.clone()));
    let other = PasswordReset::asked(&email, Some(&again), ids[1], hour(24));
    assert_eq!((other.id, other.exception), (ids[1], None), "it has run out");
}

/// How long it was to stand was for who hadn't shown yet that they read the mail.
#[test]
fn what_is_entered_or_redeemed_keeps_the_next_back_no_longer() {
    let (email, month) = (text("Ada@example.org"), Passage::OnceIn { days: 30 });
    let code = Verification::asked(&email, None, "111111".to_owned(), now()).mailed(month, "first", now()).unwrap();
    let (right, entered) = code.tried("111111", hour(1));
    assert!(right);
    for held in [entered, code.without_exception().unwrap()] {
        assert_eq!((held.version, held.exception.clone(), held.without_exception()), (code.version + 1, None, None));
        let next = Verification::asked(&email, Some(&held), "222222".to_owned(), hour(1));
        assert_eq!((next.code.as_str(), next.requested_at), ("222222", hour(1)));
        assert!(next.mailed(Passage::OnceIn { days: 1 }, "second", hour(1)).is_some());
    }
    let wrong = code.tried("000000", hour(1)).1;
    assert_eq!(wrong.exception, code.exception, "a guess shows nothing");

    let ids = [1, 2].map(PasswordResetId::from_ulid);
    let reset = PasswordReset::asked(&email, None, ids[0], now()).mailed(month, "first", now()).unwrap();
    for held in [reset.redeemed(ids[0], hour(1)).unwrap(), reset.without_exception().unwrap()] {
        assert_eq!((held.version, held.exception.clone(), held.without_exception()), (reset.version + 1, None, None));
        let next = PasswordReset::asked(&email, Some(&held), ids[1], hour(1));
        assert_eq!((next.id, next.requested_at), (ids[1], hour(1)));
        assert!(next.mailed(Passage::OnceIn { days: 1 }, "second", hour(1)).is_some());
    }
}

#[test]
fn who_is_verified_gets_a_code_where_mails_came_back_and_only_there() {
    assert!(!may_mail(&ada(), &code()));
    assert!(may_mail(&after(&ada(), Bounced, hour(1)), &code()));
    assert!(!may_mail(&after(&ada(), Complained, hour(1)), &code()), "theirs to ask for in their profile");
}

#[test]
fn users_who_were_stored_before_there_were_reports_can_be_read() {
    let mut stored = serde_json::to_value(ada()).unwrap();
    stored.as_object_mut().unwrap().remove("reports");
    assert_eq!(serde_json::from_value::<User>(stored).unwrap(), ada());
}
