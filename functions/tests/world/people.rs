use super::World;
use domain::accounts::User;
use serde_json::{Value, json};
use std::sync::OnceLock;
use testbed::Stage;

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
    /// Somebody who was written down, with their token.
    pub fn of((user, token): (User, String)) -> Self {
        Person { id: user.id.to_string(), email: user.email.to_string(), token, refresh: String::new() }
    }

    pub fn token(&self) -> Option<&str> {
        Some(&self.token)
    }
}

impl World {
    /// Somebody who signed up but never verified.
    pub async fn newcomer(&self, name: &str) -> Person {
        let email = address(name);
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

    pub async fn draft(&self, organizer: &Person, with: Value) -> String {
        let reply = self.post("/api/events", organizer.token(), testbed::stage::event(&with)).await;
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

    /// Many verified people, without mails and hashing: straight into the store.
    pub async fn crowd(&self, count: usize) -> Vec<Person> {
        let hash = everybodys_hash().await;
        let mut people = Vec::with_capacity(count);
        for at in 0..count {
            let (name, email) = (format!("Guest {at}"), format!("guest{at}@example.org"));
            people.push(Person::of(Stage::settle(self, &name, &email, hash.clone()).await.unwrap()));
        }
        people
    }
}

/// The hash of everybody's password, reckoned once: it is slow on purpose.
pub async fn everybodys_hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    if let Some(hash) = HASH.get() {
        return hash.clone();
    }
    let hash =
        functions::accounts::password::hash_password(PASSWORD.to_owned().try_into().unwrap(), &kit::Chance::seeded(99))
            .await
            .unwrap();
    HASH.get_or_init(|| hash).clone()
}

/// The address of somebody of this name.
pub fn address(name: &str) -> String {
    format!("{}@example.org", name.to_lowercase().replace(' ', "."))
}
