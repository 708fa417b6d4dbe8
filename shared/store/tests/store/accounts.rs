//! Reading accounts.

use crate::sample::*;
use domain::Record;
use domain::accounts::{EmailClaim, TokenFamily};
use domain::ids::{Identifier, TokenFamilyId};

#[tokio::test]
async fn a_user_is_found_by_their_address() {
    let desk = Desk::new().await;
    let ada = user(7);
    let folded = ada.email.folded();
    assert_eq!(desk.store.user_by_email(&folded).await.unwrap(), None);
    desk.put([Record::EmailClaim(EmailClaim::new(&ada.email, ada.id))]).await;
    assert_eq!(desk.store.user_by_email(&folded).await.unwrap(), None, "a claim without its user leads to nobody");
    desk.put([Record::User(ada.clone())]).await;
    assert_eq!(desk.store.user_by_email(&folded).await.unwrap(), Some(ada));
}

#[tokio::test]
async fn a_log_in_needs_its_family_and_its_user() {
    let desk = Desk::new().await;
    let (ada, id) = (user(7), TokenFamilyId::from_ulid(1));
    let family = TokenFamily::new(id, &ada, "hash".to_owned(), now());
    desk.put([Record::TokenFamily(family.clone())]).await;
    assert_eq!(desk.store.token_family(ada.id, id).await.unwrap(), None);
    desk.put([Record::User(ada.clone())]).await;
    assert_eq!(desk.store.token_family(ada.id, id).await.unwrap(), Some((family, ada.clone())));
    assert_eq!(desk.store.token_family(ada.id, TokenFamilyId::from_ulid(2)).await.unwrap(), None);
    assert_eq!(desk.store.token_family(user_id(8), id).await.unwrap(), None, "nobody else's");
}

/// More than one call takes; who isn't there is left out.
#[tokio::test]
async fn users_are_read_together() {
    let desk = Desk::new().await;
    for number in 1..=130 {
        desk.store.commit(&[domain::Change::Insert(Record::User(user(number)))], None).await.unwrap();
    }
    let (read, cost) = store::counted(desk.store.users((1..=150).map(user_id))).await;
    let mut ids: Vec<_> = read.unwrap().into_iter().map(|user| user.id).collect();
    ids.sort_unstable();
    assert_eq!(ids, (1..=130).map(user_id).collect::<Vec<_>>());
    assert_eq!((cost.calls, cost.round_trips), (2, 1), "side by side");
    assert_eq!(desk.store.users([]).await.unwrap(), []);
}
