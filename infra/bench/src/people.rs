//! The people who put load on the runner: they sign up, read the code in their mail and sign in, as anybody does.

use crate::Result;
use crate::client::{Ask, Client};
use crate::runner::Runner;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep;

const PASSWORD: &str = "a long enough password";
/// How many sign up from one network address: fewer than its limits.
const PER_ADDRESS: usize = 50;
/// How long a code may take to come.
const PATIENCE: Duration = Duration::from_secs(60);

/// Makes `count` verified people; gives their access tokens.
///
/// # Errors
/// Somebody can't sign up.
pub async fn sign_up(runner: &Runner, count: usize) -> Result<Vec<String>> {
    let mut groups = JoinSet::new();
    let numbers: Vec<usize> = (0..count).collect();
    for (at, group) in numbers.chunks(PER_ADDRESS).enumerate() {
        let (port, group) = (runner.port, group.to_vec());
        let from = Ipv4Addr::new(127, 0, 1, u8::try_from(at + 1)?);
        groups.spawn(async move {
            let mut client = Client::connect(port, from).await?;
            let mut tokens = Vec::with_capacity(group.len());
            for number in group {
                tokens.push(settle(&mut client, number).await?);
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(tokens)
        });
    }
    let mut tokens = Vec::with_capacity(count);
    while let Some(group) = groups.join_next().await {
        tokens.extend(group??);
    }
    Ok(tokens)
}

async fn settle(client: &mut Client, number: usize) -> Result<String> {
    let email = format!("load{number}@example.org");
    let person = json!({ "email": email, "password": PASSWORD, "name": format!("Load {number}") });
    client.send(&Ask::post("/api/users", person)).await?.expect(202)?;
    let begun = Instant::now();
    let code = loop {
        let mails = client.send(&Ask::get(format!("/dev/mailbox.json?to={email}"))).await?.expect(200)?;
        if let Some(code) = mails.pointer("/0/codes/0").and_then(Value::as_str) {
            break code.to_owned();
        }
        if begun.elapsed() > PATIENCE {
            return Err(format!("no code came to {email}").into());
        }
        sleep(Duration::from_millis(50)).await;
    };
    let verify = json!({ "email": email, "code": code });
    client.send(&Ask::post("/api/users/verify-email", verify)).await?.expect(204)?;
    let sign_in = json!({ "email": email, "password": PASSWORD });
    let session = client.send(&Ask::post("/api/tokens", sign_in)).await?.expect(200)?;
    let token = session["access_token"].as_str().ok_or("a session without its token")?;
    Ok(token.to_owned())
}

/// An event of `capacity` places in a month's time, published by who holds `token`; gives its id. It is unlisted, so that
/// lists stay those of the city.
///
/// # Errors
/// It is refused.
pub async fn event(client: &mut Client, token: &str, name: &str, capacity: usize) -> Result<String> {
    let day = jiff::SignedDuration::from_hours(24);
    let starts = kit::Clock::system().now() + day * 30;
    let wall = |at: jiff::Timestamp| at.to_string().chars().take(16).collect::<String>();
    let body = json!({
        "name": name, "kind": "concert", "description": "A rush for *places*.", "zone": "UTC",
        "starts": wall(starts), "ends": wall(starts + jiff::SignedDuration::from_hours(3)),
        "place": { "name": "The hall" }, "capacity": capacity, "visibility": "unlisted",
    });
    let event = client.send(&Ask::post("/api/events", body).by(token)).await?.expect(201)?;
    let id = event["id"].as_str().ok_or("an event without its id")?.to_owned();
    let publish = Ask::post(format!("/api/events/{id}/publish"), json!({ "allow_overlap": true })).by(token);
    client.send(&publish).await?.expect(200)?;
    Ok(id)
}
