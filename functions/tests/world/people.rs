use super::World;
use serde_json::{Value, json};

pub const PASSWORD: &str = "a long enough password";

/// Somebody who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub email: String,
    pub token: String,
    pub refresh: String,
}

impl Person {
    pub fn token(&self) -> Option<&str> {
        Some(&self.token)
    }
}

impl World {
    /// Somebody who signed up but never verified.
    pub async fn newcomer(&self, name: &str) -> Person {
        let email = format!("{}@example.org", name.to_lowercase().replace(' ', "."));
        let body = json!({ "email": email, "password": PASSWORD, "name": name });
        self.post("/api/users", None, body).await.expect(202);
        self.sign_in(&email).await
    }

    pub async fn sign_in(&self, email: &str) -> Person {
        let session = self.post("/api/tokens", None, json!({ "email": email, "password": PASSWORD })).await.expect(200);
        Person {
            id: session.str("/user"),
            email: email.to_owned(),
            token: session.str("/access_token"),
            refresh: session.str("/refresh_token"),
        }
    }

    /// Somebody who verified their address by the code from the mail.
    pub async fn person(&self, name: &str) -> Person {
        let person = self.newcomer(name).await;
        let mails = self.new_mails().await;
        let code = mails.iter().find(|mail| mail.to == person.email).expect("a mail with the code").code();
        let body = json!({ "email": person.email, "code": code });
        self.post("/api/users/verify-email", None, body).await.expect(204);
        self.sign_in(&person.email).await
    }

    /// An event of 40 places on the evening of Saturday the 28th in Berlin, changed by `with`.
    pub fn event_body(with: Value) -> Value {
        let mut body = json!({
            "name": "Jazz in the Park",
            "kind": "concert",
            "description": "An *evening* of jazz.",
            "starts": "2026-11-28T19:30",
            "ends": "2026-11-28T23:00",
            "zone": "Europe/Berlin",
            "place": { "name": "Volkspark", "address": "Am Friedrichshain 1, Berlin", "latitude": 52.527, "longitude": 13.436 },
            "capacity": 40,
        });
        for (name, value) in with.as_object().expect("an object") {
            body[name] = value.clone();
        }
        body
    }

    pub async fn draft(&self, organizer: &Person, with: Value) -> String {
        let reply = self.post("/api/events", organizer.token(), World::event_body(with)).await;
        reply.expect(201).str("/id")
    }

    pub async fn event(&self, organizer: &Person, with: Value) -> String {
        let id = self.draft(organizer, with).await;
        self.post(&format!("/api/events/{id}/publish"), organizer.token(), json!({})).await.expect(200);
        id
    }

    /// A booking: its reply's JSON.
    pub async fn book(&self, person: &Person, event: &str, party_size: u8) -> Value {
        let body = json!({ "party_size": party_size });
        self.post(&format!("/api/events/{event}/bookings"), person.token(), body).await.expect(201).json
    }

    /// Many verified people, without mails and hashing: straight into the store, with tokens by signing in.
    pub async fn crowd(&self, count: usize) -> Vec<Person> {
        use domain::accounts::{MailChoices, User};
        use domain::{Change, Record};
        let store = self.store();
        let mut people = Vec::with_capacity(count);
        let password_hash =
            kit::hash_password(PASSWORD.to_owned().try_into().unwrap(), self.house.chance()).await.unwrap();
        for at in 0..count {
            let email: domain::text::Email = format!("guest{at}@example.org").parse().unwrap();
            let user = User {
                id: self.house.chance().id(self.now()).unwrap(),
                version: 1,
                name: format!("Guest {at}").parse().unwrap(),
                email: email.clone(),
                email_verified_at: Some(self.now()),
                password_hash: password_hash.clone(),
                login_epoch: 1,
                language: Default::default(),
                zone: None,
                bio: Default::default(),
                city: None,
                mails: MailChoices::default(),
                registered_at: self.now(),
            };
            let token = kit::access_token_for(&store, kit::Access::of(&user), self.now()).await.unwrap();
            let claim = domain::accounts::EmailClaim { email: email.folded(), user: user.id };
            let changes = [Change::Insert(Record::User(user.clone())), Change::Insert(Record::EmailClaim(claim))];
            store.commit(&changes, None).await.unwrap();
            people.push(Person { id: user.id.to_string(), email: email.to_string(), token, refresh: String::new() });
        }
        people
    }
}
