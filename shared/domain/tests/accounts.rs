//! Accounts: codes, resets, refresh tokens.
#![allow(clippy::unwrap_used)]

mod common;

use common::*;
use domain::accounts::{
    MailChoicesPatch, PasswordReset, REFRESH_DAYS, REFRESH_LEEWAY_SECONDS, RESET_MINUTES, Refresh, Step, TokenFamily,
    User, UserPatch, VERIFICATION_ATTEMPTS, VERIFICATION_MINUTES, Verification,
};
use domain::ids::{Identifier, PasswordResetId, TokenFamilyId, UserId};
use jiff::{SignedDuration, Timestamp};

fn after(seconds: i64) -> Timestamp {
    now() + SignedDuration::from_secs(seconds)
}

fn family() -> TokenFamily {
    TokenFamily::new(TokenFamilyId::from_ulid(1), &user(2), "one".to_owned(), now())
}

fn step(presented: &str, next: &str) -> Step {
    Step { presented: presented.to_owned(), salt: format!("from {presented} to {next}"), next: next.to_owned() }
}

fn refreshed(family: &TokenFamily, presented: &str, next: &str, at: Timestamp) -> Refresh {
    family.refreshed(&user(2), step(presented, next), at)
}

fn rotated(family: &TokenFamily, presented: &str, next: &str, at: Timestamp) -> TokenFamily {
    match refreshed(family, presented, next, at) {
        Refresh::Rotated(family) => family,
        other => panic!("{presented} led to {other:?}"),
    }
}

fn is_reuse(refresh: &Refresh) -> bool {
    matches!(refresh, Refresh::Reused(family) if family.ended)
}

#[test]
fn each_refresh_token_works_once() {
    let second = rotated(&family(), "one", "two", after(3_600));
    assert_eq!((second.secret_hash.as_str(), second.version), ("two", 2));
    assert_eq!(second.expires_at, after(3_600 + REFRESH_DAYS * 86_400), "used, it holds longer");
    let third = rotated(&second, "two", "three", after(7_200));
    for old in ["one", "two", "guess"] {
        let refresh = refreshed(&third, old, "four", after(10_800));
        assert!(is_reuse(&refresh), "{old} led to {refresh:?}");
    }
}

#[test]
fn a_lost_answer_logs_nobody_out() {
    let second = rotated(&family(), "one", "two", after(100));
    let leeway = 100 + REFRESH_LEEWAY_SECONDS;
    // The clock of another machine may be a little behind.
    for at in [99, 100, 101, leeway] {
        let again = refreshed(&second, "one", "another", after(at));
        assert_eq!(again, Refresh::Repeated("from one to two".to_owned()), "{at}: nothing forks");
    }
    assert!(is_reuse(&refreshed(&second, "one", "another", after(leeway + 1))), "too late");
    assert!(is_reuse(&refreshed(&second, "guess", "another", after(101))), "a guess has no leeway");
    // The first token has none before it.
    assert!(is_reuse(&refreshed(&family(), "guess", "another", after(1))));
}

#[test]
fn only_the_token_used_last_has_a_leeway() {
    let second = rotated(&family(), "one", "two", after(100));
    let third = rotated(&second, "two", "three", after(101));
    assert_eq!(refreshed(&third, "two", "another", after(102)), Refresh::Repeated("from two to three".to_owned()));
    assert!(is_reuse(&refreshed(&third, "one", "another", after(102))), "its grandparent was used a second ago");
}

#[test]
fn who_knows_the_newest_token_or_the_one_before_was_logged_in() {
    let third = rotated(&rotated(&family(), "one", "two", after(1)), "two", "three", after(2));
    assert_eq!(["one", "two", "three", "guess"].map(|hash| third.knows(hash)), [false, true, true, false]);
    assert!(family().knows("one") && !family().knows("two"));
}

#[test]
fn ended_families_stay_so() {
    let family = family();
    let refused =
        |family: &TokenFamily, user: &User, at| family.refreshed(user, step("one", "two"), at) == Refresh::Refused;
    assert!(!refused(&family, &user(2), now()));
    let ended = rotated(&family, "one", "two", now()).ended();
    assert!(refused(&ended, &user(2), now()), "nor is there any leeway");
    assert!(refused(&family.ended(), &user(2), now()));
    assert!(refused(&family, &user(3), now()), "somebody else's");
    let with_new_password = user(2).with_password("$argon2id$new".to_owned());
    assert!(refused(&family, &with_new_password, now()), "a new password ends every log-in");
    let expires = now() + SignedDuration::from_hours(24 * REFRESH_DAYS);
    assert!(refused(&family, &user(2), expires));
    assert!(!refused(&family, &user(2), expires - SignedDuration::from_secs(1)));
}

#[test]
fn a_code_holds_for_a_few_tries_and_minutes() {
    let code = Verification::new(&text("Ada@Example.org"), 7, "123456".to_owned(), now());
    assert_eq!((code.email.as_str(), code.version, code.attempts_left), ("ada@example.org", 8, VERIFICATION_ATTEMPTS));
    let ends = VERIFICATION_MINUTES * 60;
    assert!(code.tried("123456", after(ends - 1)).0);
    assert!(!code.tried("123456", after(ends)).0, "it has run out");
    let (right, spent) = code.tried("123456", now());
    assert_eq!((right, spent.attempts_left, spent.version), (true, 0, 9));
    assert!(!spent.tried("123456", now()).0, "it works once");

    let mut guessed = code;
    for _ in 0..VERIFICATION_ATTEMPTS - 1 {
        guessed = guessed.tried("000000", now()).1;
    }
    assert!(guessed.tried("123456", now()).0, "the fifth try is right");
    guessed = guessed.tried("000000", now()).1;
    assert_eq!(guessed.attempts_left, 0);
    assert!(!guessed.tried("123456", now()).0, "void after five guesses");
    assert_eq!(guessed.tried("000000", now()).1.attempts_left, 0);
}

#[test]
fn a_reset_link_works_once() {
    let id = PasswordResetId::from_ulid(1);
    let reset = PasswordReset::asked(&text("Ada@Example.org"), None, id, now());
    let ends = RESET_MINUTES * 60;
    let used = reset.redeemed(id, after(ends - 1)).unwrap();
    assert_eq!((used.used, used.version), (true, reset.version + 1));
    assert_eq!(code(used.redeemed(id, now())), "reset_invalid");
    assert_eq!(code(reset.redeemed(id, after(ends))), "reset_invalid");
    assert_eq!(code(reset.redeemed(PasswordResetId::from_ulid(2), now())), "reset_invalid");
    let newer = PasswordReset::asked(&text("ada@example.org"), Some(&reset), PasswordResetId::from_ulid(2), after(1));
    assert_eq!(
        (newer.id, newer.version),
        (PasswordResetId::from_ulid(2), reset.version + 1),
        "a newer one takes its place"
    );
}

#[test]
fn users_change_what_they_ask_for() {
    let before = user(2);
    assert_eq!(before.patched(UserPatch::default()), User { version: 2, ..before.clone() });
    let patch = UserPatch {
        name: Some(text("Ada King")),
        zone: Some(Some(zone("Europe/London"))),
        city: Some(Some(text("London"))),
        mails: MailChoicesPatch { announcement: Some(false), ..MailChoicesPatch::default() },
        ..UserPatch::default()
    };
    let after = before.patched(patch);
    assert_eq!((after.name.as_str(), after.city.as_ref().unwrap().as_str()), ("Ada King", "London"));
    assert!(!after.mails.announcement && after.mails.reminder_day_before);
    let bare = after.patched(UserPatch { zone: Some(None), city: Some(None), ..UserPatch::default() });
    assert_eq!((&bare.zone, &bare.city, bare.version), (&None, &None, 3));

    let unverified = User { email_verified_at: None, ..before.clone() };
    assert_eq!(unverified.verified(now()).email_verified_at, Some(now()));
    assert_eq!(before.verified(at(ENDS)).email_verified_at, Some(at(ENDS)), "the last time counts");
    assert_eq!(before.with_password("x".to_owned()).login_epoch, before.login_epoch + 1);
    assert_eq!(before.id, UserId::from_ulid(2));

    let reclaimed = User { city: Some(text("London")), ..unverified }.reclaimed("none".to_owned(), now());
    assert_eq!((reclaimed.email_verified_at, reclaimed.password_hash.as_str()), (Some(now()), "none"));
    assert_eq!((reclaimed.login_epoch, &reclaimed.city), (before.login_epoch + 1, &None));
}
