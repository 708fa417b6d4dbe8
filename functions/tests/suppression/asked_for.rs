//! What is asked for comes all the same, once a day: codes and resets.

use super::world::{Person, World};
use super::{ask_for_code, bounce, complaint, evening, later, readers, suppressed, tell, told};
use jiff::SignedDuration;
use serde_json::{Value, json};
use testbed::faults::{Calls, Fault};

const PASSWORD: &str = "a long enough password";

/// The token of the mailed link, if a mail goes out.
async fn ask_for_reset(world: &World, person: &Person) -> Option<String> {
    world.post("/api/password-resets", None, json!({ "email": person.email })).await.expect(202);
    let mails = world.new_mails().await;
    let link = mails.iter().find(|mail| mail.to == person.email)?.link("/account/reset?");
    link.split_once("token=").map(|(_, token)| token.to_owned())
}

async fn enter(world: &World, person: &Person, code: &str) -> u16 {
    let body = json!({ "email": person.email, "code": code });
    world.post("/api/users/verify-email", None, body).await.status
}

async fn redeem(world: &World, token: &str) -> u16 {
    let body = json!({ "token": token, "password": "quite another password" });
    world.post("/api/password-resets/redeem", None, body).await.status
}

/// Six digits that aren't these.
fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

#[tokio::test]
async fn what_is_asked_for_goes_out_once_a_day_in_spite_of_it() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    let first = (ask_for_code(&world, &ada).await.unwrap(), ask_for_reset(&world, &ada).await.unwrap());
    for _ in 0..2 {
        world.advance(SignedDuration::from_hours(1));
        assert_eq!((ask_for_code(&world, &ada).await, ask_for_reset(&world, &ada).await), (None, None));
    }
    world.advance(SignedDuration::from_hours(22));
    let next = (ask_for_code(&world, &ada).await, ask_for_reset(&world, &ada).await);
    assert!(next.0.is_some() && next.1.is_some(), "a day later");
    assert_eq!(enter(&world, &ada, &first.0).await, 409, "that day's is over");
    assert_eq!(redeem(&world, &first.1).await, 409);
}

/// A stranger asks first, or the reader does and opens the page again: what was mailed works until the next mail may go.
#[tokio::test]
async fn asking_again_leaves_what_was_mailed_as_it_is() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    let (code, link) = (ask_for_code(&world, &ada).await.unwrap(), ask_for_reset(&world, &ada).await.unwrap());
    for _ in 0..3 {
        later(&world);
        assert_eq!((ask_for_code(&world, &ada).await, ask_for_reset(&world, &ada).await), (None, None));
    }
    world.advance(SignedDuration::from_hours(23));
    assert_eq!((ask_for_code(&world, &ada).await, ask_for_reset(&world, &ada).await), (None, None));
    assert_eq!(enter(&world, &ada, &code).await, 204);
    assert_eq!(suppressed(&world, &ada).await, Value::Null);
    assert_eq!(redeem(&world, &link).await, 204);
    assert_eq!(redeem(&world, &link).await, 409, "once");
}

/// Five guesses spoil the day's only code. A reset's link can't be guessed, and who has it reads the mail.
#[tokio::test]
async fn a_stranger_who_spoils_the_code_locks_nobody_out() {
    let (world, [olga, ada, ben], event) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    let code = ask_for_code(&world, &ada).await.unwrap();
    for _ in 0..5 {
        assert_eq!(enter(&world, &ada, wrong(&code)).await, 409);
    }
    later(&world);
    assert_eq!(enter(&world, &ada, &code).await, 409);
    let link = ask_for_reset(&world, &ada).await.unwrap();
    assert_eq!(suppressed(&world, &ada).await, "bounced", "asking alone shows nothing");
    assert_eq!(redeem(&world, &link).await, 204);
    assert_eq!(suppressed(&world, &ada).await, Value::Null);
    assert_eq!(told(&world, &olga, &event).await, [ada.email.as_str(), ben.email.as_str()]);
    // Should mails come back once more, the spoilt code is no reason to have none.
    later(&world);
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    let next = ask_for_code(&world, &ada).await.expect("another on the same day");
    assert_eq!(enter(&world, &ada, &next).await, 204);
}

/// Who never verified the address and called a mail unwanted has one code a month.
#[tokio::test]
async fn who_redeems_a_reset_may_ask_for_mails_again() {
    let world = World::new().await;
    let ada = world.newcomer("Ada").await;
    world.new_mails().await;
    later(&world);
    assert!(tell(&world, &complaint(&world, &ada.email, None)).await);
    let code = ask_for_code(&world, &ada).await.unwrap();
    for _ in 0..5 {
        assert_eq!(enter(&world, &ada, wrong(&code)).await, 409);
    }
    later(&world);
    let link = ask_for_reset(&world, &ada).await.unwrap();
    assert_eq!(redeem(&world, &link).await, 204);
    assert_eq!(suppressed(&world, &ada).await, "complained", "that isn't that they want mails");
    // Nor is it for whoever held a token before.
    let stranger = world.patch("/api/me", ada.token(), json!({ "resume_mails": true })).await;
    assert_eq!(stranger.problem(401), "token_invalid");
    assert_eq!(suppressed(&world, &ada).await, "complained");
    let session = json!({ "email": ada.email, "password": "quite another password" });
    let token = world.post("/api/tokens", None, session).await.expect(200).str("/access_token");
    let me = world.patch("/api/me", Some(&token), json!({ "resume_mails": true })).await.expect(200).json;
    assert_eq!((me.get("suppressed"), &me["email_verified"]), (None, &json!(true)));
}

/// Once a month is for addresses that nobody has verified. What went out then doesn't keep back what goes out once a day.
#[tokio::test]
async fn who_has_verified_meanwhile_waits_no_month() {
    let world = World::new().await;
    let [ada, ben] = [world.newcomer("Ada").await, world.newcomer("Ben").await];
    world.new_mails().await;
    later(&world);
    for person in [&ada, &ben] {
        assert!(tell(&world, &complaint(&world, &person.email, None)).await);
        later(&world);
    }
    // Ada enters the code, and asks for a reset later.
    let unused = ask_for_reset(&world, &ada).await.unwrap();
    let code = ask_for_code(&world, &ada).await.unwrap();
    assert_eq!(enter(&world, &ada, &code).await, 204);
    world.advance(SignedDuration::from_hours(25));
    let link = ask_for_reset(&world, &ada).await.expect("a day later");
    assert_eq!(ask_for_reset(&world, &ada).await, None, "and once");
    assert_eq!((redeem(&world, &link).await, redeem(&world, &unused).await), (204, 409));

    // Ben redeems a reset, and asks for a code later, when mails have come back.
    let unused = ask_for_code(&world, &ben).await.unwrap();
    let link = ask_for_reset(&world, &ben).await.unwrap();
    assert_eq!(redeem(&world, &link).await, 204);
    let session = json!({ "email": ben.email, "password": "quite another password" });
    let token = world.post("/api/tokens", None, session).await.expect(200).str("/access_token");
    world.patch("/api/me", Some(&token), json!({ "resume_mails": true })).await.expect(200);
    later(&world);
    assert!(tell(&world, &bounce(&world, &ben.email, &json!({}))).await);
    world.advance(SignedDuration::from_hours(25));
    let code = ask_for_code(&world, &ben).await.expect("a day later");
    assert_eq!(ask_for_code(&world, &ben).await, None, "and once");
    assert_eq!((code == unused, enter(&world, &ben, &code).await), (false, 204));
}

/// The mail says how long that is.
#[tokio::test]
async fn what_is_mailed_in_spite_of_it_says_that_it_works_for_a_day() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    for path in ["/api/users/request-verification", "/api/password-resets"] {
        world.post(path, None, json!({ "email": ada.email })).await.expect(202);
        let mails = world.new_mails().await;
        assert!(mails[0].text.contains("24 hours"), "{}", mails[0].text);
    }
}

/// A code that lives for a day is no easier to guess than one of fifteen minutes: asking again makes no room for more guesses.
#[tokio::test]
async fn a_code_of_a_day_takes_five_guesses_however_often_it_is_asked_for() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    let code = ask_for_code(&world, &ada).await.unwrap();
    for guess in 0..4 {
        assert_eq!(enter(&world, &ada, wrong(&code)).await, 409);
        later(&world);
        assert_eq!(ask_for_code(&world, &ada).await, None);
        let held = world.store().verification(&ada.email).await.unwrap().unwrap();
        assert_eq!((held.attempts_left, held.code.as_str()), (4 - guess, code.as_str()));
    }
    assert_eq!(enter(&world, &ada, wrong(&code)).await, 409);
    world.advance(SignedDuration::from_hours(2));
    assert_eq!(ask_for_code(&world, &ada).await, None);
    let spent = world.store().verification(&ada.email).await.unwrap().unwrap();
    assert_eq!((spent.attempts_left, spent.code.as_str()), (0, code.as_str()), "no new one to guess at");
    assert_eq!(enter(&world, &ada, &code).await, 409);
    world.advance(SignedDuration::from_hours(22));
    let next = ask_for_code(&world, &ada).await.expect("the next day's");
    assert_eq!(enter(&world, &ada, &next).await, 204);
}

/// Asked for twice before the first is sent: the one mail brings what counts.
#[tokio::test]
async fn what_is_asked_for_twice_at_once_comes_once_and_works() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    for path in ["/api/users/request-verification", "/api/password-resets"] {
        for _ in 0..2 {
            world.post(path, None, json!({ "email": ada.email })).await.expect(202);
            world.advance(SignedDuration::from_secs(1));
        }
    }
    let mails = world.new_mails().await;
    assert_eq!(mails.len(), 2, "{:?}", mails.iter().map(|mail| &mail.subject).collect::<Vec<_>>());
    let reset = mails.iter().find(|mail| mail.text.contains("/account/reset?")).unwrap().link("/account/reset?");
    assert_eq!(redeem(&world, reset.split_once("token=").unwrap().1).await, 204);
    let code = mails.iter().find(|mail| mail.subject.contains("code")).unwrap().code();
    assert_eq!(enter(&world, &ada, &code).await, 204);
}

/// What the mail brings is kept before it goes; where that was overtaken (here by itself, as its answer was lost), it goes all the
/// same, and once.
#[tokio::test(start_paused = true)]
async fn what_is_kept_and_overtaken_goes_out_all_the_same() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    world.post("/api/users/request-verification", None, json!({ "email": ada.email })).await.expect(202);
    // After the claim on the delivery.
    world.faults.next(Calls::To("PutItem"), 1, Fault::TimeoutAfter);
    let mails = world.new_mails().await;
    assert_eq!((world.faults.left(), readers(&mails)), (0, vec![ada.email.clone()]));
    assert_eq!(ask_for_code(&world, &ada).await, None);
    assert_eq!(enter(&world, &ada, &mails[0].code()).await, 204);
}

/// Mails go to them again, so the day's one mail is no bound any more.
#[tokio::test]
async fn who_gets_mails_again_gets_a_reset_as_anybody_does() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    let first = ask_for_reset(&world, &ada).await.unwrap();
    let code = ask_for_code(&world, &ada).await.unwrap();
    later(&world);
    assert_eq!(enter(&world, &ada, &code).await, 204);
    let again = ask_for_reset(&world, &ada).await.expect("a mail, since the first may have come back");
    assert_eq!(redeem(&world, &first).await, 409, "the newest counts, as for anybody");
    assert_eq!(redeem(&world, &again).await, 204);
    later(&world);
    let third = ask_for_reset(&world, &ada).await.expect("another");
    assert_eq!(redeem(&world, &third).await, 204);
}

/// To ask for mails again is for who reads them, and anybody can sign up with an address that isn't theirs.
#[tokio::test]
async fn a_stranger_does_not_lift_the_readers_complaint() {
    let world = World::new().await;
    let eve = world.newcomer("Eve").await;
    world.new_mails().await;
    later(&world);
    assert!(tell(&world, &complaint(&world, &eve.email, None)).await);
    later(&world);
    let session = json!({ "email": eve.email, "password": PASSWORD });
    let token = world.post("/api/tokens", None, session).await.expect(200).str("/access_token");
    let refused = world.patch("/api/me", Some(&token), json!({ "resume_mails": true })).await;
    assert_eq!(refused.problem(403), "email_unverified");
    assert_eq!(world.get("/api/me", Some(&token)).await.json["suppressed"], "complained");
    // Its reader has shown that it is theirs; now they may say so.
    let code = ask_for_code(&world, &eve).await.unwrap();
    assert_eq!(ask_for_code(&world, &eve).await, None);
    world.advance(SignedDuration::from_hours(24 * 29));
    assert_eq!(enter(&world, &eve, &code).await, 204, "good for as long as no other may come");
    let token =
        world.post("/api/tokens", None, json!({ "email": eve.email, "password": PASSWORD })).await.str("/access_token");
    let me = world.patch("/api/me", Some(&token), json!({ "resume_mails": true })).await.expect(200).json;
    assert_eq!(me.get("suppressed"), None);
}

/// The one mail of a day that SES has no room for isn't lost by being tried anew.
#[tokio::test(start_paused = true)]
async fn the_one_mail_of_a_day_may_be_tried_again() {
    let (world, [_, ada, _], _) = evening().await;
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    world.faults.next(Calls::To("SendEmail"), 0, Fault::Throttled);
    assert!(ask_for_code(&world, &ada).await.is_some());
    assert_eq!(world.faults.left(), 0);
}

#[tokio::test]
async fn who_called_the_first_mail_unwanted_is_left_alone_for_a_month() {
    let world = World::new().await;
    let ada = world.newcomer("Ada").await;
    assert_eq!(world.new_mails().await.len(), 1);
    later(&world);
    assert!(tell(&world, &complaint(&world, &ada.email, None)).await);
    assert!(ask_for_code(&world, &ada).await.is_some(), "should it have been a mistake");
    world.advance(SignedDuration::from_hours(24 * 29));
    assert_eq!(ask_for_code(&world, &ada).await, None);
    let again = json!({ "email": ada.email, "password": PASSWORD, "name": "Ada" });
    world.post("/api/users", None, again).await.expect(202);
    assert_eq!(world.new_mails().await.len(), 0);
    world.advance(SignedDuration::from_hours(25));
    assert!(ask_for_code(&world, &ada).await.is_some());
}

/// Anybody can sign up with her address again; that takes nothing from her, nor her way back.
#[tokio::test]
async fn a_contested_address_that_bounced_comes_back_by_its_code_with_its_password() {
    let world = World::new().await;
    let ada = world.person("Ada").await;
    later(&world);
    assert!(tell(&world, &bounce(&world, &ada.email, &json!({}))).await);
    let stranger = json!({ "email": ada.email, "password": "a stranger's password", "name": "Ada" });
    world.post("/api/users", None, stranger).await.expect(202);
    assert_eq!(readers(&world.new_mails().await), [""; 0]);
    later(&world);
    let code = ask_for_code(&world, &ada).await.unwrap();
    world.post("/api/users/verify-email", None, json!({ "email": ada.email, "code": code })).await.expect(204);
    assert_eq!(suppressed(&world, &ada).await, Value::Null);
    assert_eq!(world.sign_in(&ada.email).await.id, ada.id);
}
