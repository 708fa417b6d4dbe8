//! The rush under the contention model: what a hundred places, two thousand requests and the rules of AWS's DynamoDB come to,
//! by the number of seat pools.

use crate::report::{Aim, Report, ms, percentile};
use crate::world::{Person, World, said};
use crate::{Result, Scale};
use domain::bookings::Calendar;
use domain::events::Event;
use domain::{Change, Record, pools};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use testbed::Contention;
use testbed::stage;
use tokio::task::JoinSet;

const CLIENTS: usize = 64;
/// A rush that takes longer is cut short, and the bench fails.
const LONGEST: Duration = Duration::from_secs(120);

/// Rushes at 1, 4, 16 and 64 pools.
///
/// # Errors
/// Too many or too few got a place, or somebody got a 5xx.
pub async fn measure(report: &mut Report, scale: Scale) -> Result<()> {
    let (places, requests) = (scale.of(100, 20), scale.of(2_000, 200));
    for count in [1, 4, 16, 64] {
        one(report, count, places, requests).await?;
    }
    report.note(format!(
        "Rush under the model: in one process, {requests} people, one request each from {CLIENTS} clients at once, on the \
         embedded DynamoDB in memory under `testbed::Contention` with its own figures (a transaction holds its items for \
         10 ms, a refusal takes 5 ms, 1,000 write units a second and partition key). {places} places would get one pool by \
         the domain's own rule; here they are spread over as many as the line says. Cut off after {} s.",
        LONGEST.as_secs(),
    ));
    Ok(())
}

async fn one(report: &mut Report, count: u8, places: u32, requests: usize) -> Result<()> {
    let contention = Contention::default();
    let world = Arc::new(World::new(|http| contention.wrap(http)).await?);
    let organizer = world.crowd(requests, 1).await?.pop().ok_or("nobody")?;
    let people = Arc::new(world.crowd(0, requests).await?);
    let path: Arc<str> = format!("/api/events/{}/bookings", event(&world, &organizer, count, places).await?).into();
    let next = Arc::new(AtomicUsize::new(0));
    let before = contention.counts();
    let begun = Instant::now();
    let mut clients = JoinSet::new();
    for _ in 0..CLIENTS {
        let (world, people, next, path) =
            (Arc::clone(&world), Arc::clone(&people), Arc::clone(&next), Arc::clone(&path));
        clients.spawn(async move {
            let mut answers = Vec::new();
            while let Some(person) = people.get(next.fetch_add(1, Ordering::Relaxed)) {
                let asked = Instant::now();
                if begun.elapsed() > LONGEST {
                    break;
                }
                let key = format!("rush-{}", person.id);
                let (status, _) = world.call("POST", &path, Some(&person.token), Some(&key), &json!({})).await?;
                answers.push((status, begun.elapsed(), asked.elapsed()));
            }
            Ok::<_, Box<dyn std::error::Error + Send + Sync>>(answers)
        });
    }
    let mut answers = Vec::with_capacity(requests);
    while let Some(some) = clients.join_next().await {
        answers.extend(some??);
    }
    let confirmed = answers.iter().filter(|(status, ..)| *status == 201).count();
    let failed = answers.iter().filter(|(status, ..)| *status >= 500).count();
    if confirmed > usize::try_from(places)? {
        return Err(format!("{confirmed} people got one of {places} places, with {count} pools").into());
    }
    let sold_out = answers.iter().filter(|(status, ..)| *status == 201).map(|(_, at, _)| *at).max().unwrap_or_default();
    let all = answers.iter().map(|(_, at, _)| *at).max().unwrap_or_default();
    let mut times: Vec<_> = answers.iter().map(|(.., took)| *took).collect();
    times.sort_unstable();
    let after = contention.counts();
    let words = format!(
        "sold out after {}, all answered after {}, p99 {}; {confirmed} confirmed, {failed} of 5xx; {} transactions held, {} \
         refused for conflicts",
        ms(sold_out),
        ms(all),
        ms(percentile(&times, 0.99)),
        after.transactions - before.transactions,
        after.conflicts - before.conflicts,
    );
    let why = "whoever loses every race within the bounds of its retries gets 503 with Retry-After instead of an answer. \
               More patience in `Store::commit` and the kit would turn those into waits.";
    let fair = confirmed == usize::try_from(places)? && failed == 0 && answers.len() == requests;
    let aim = Aim::of(format!("exactly {places} confirmed, no 5xx"), fair, why);
    let pools = if count == 1 { "1 pool".to_owned() } else { format!("{count} pools") };
    report.row("rush", format!("under the contention model, {pools}"), words, aim);
    Ok(())
}

/// A published event whose places lie in so many pools.
async fn event(world: &World, organizer: &Person, count: u8, places: u32) -> Result<String> {
    let body = stage::event(&json!({ "capacity": places }));
    let (status, draft) = world.call("POST", "/api/events", Some(&organizer.token), None, &body).await?;
    let id = draft["id"].as_str().filter(|_| status == 201).ok_or_else(|| format!("no event: {status} {draft}"))?;
    let store = world.store();
    let draft = store.event(id.parse().map_err(said)?).await?.ok_or("the draft is gone")?;
    let calendar = Calendar::empty(draft.organizer);
    let (published, changes) = draft.published(&calendar, true, world.now()).map_err(said)?;
    // As the domain publishes it, but for the number of pools.
    let spread = Event { pools: count, ..published };
    let mut changes: Vec<_> = changes
        .into_iter()
        .filter(|change| !matches!(change, Change::Insert(Record::Pool(_))))
        .map(|change| match change {
            Change::Replace(Record::Event(_)) => Change::Replace(Record::Event(spread.clone())),
            other => other,
        })
        .collect();
    changes.extend(pools::opened(&spread).into_iter().map(|pool| Change::Insert(Record::Pool(pool))));
    store.commit(&changes, None).await?;
    let (_, seen): (u16, Value) = world.call("GET", &format!("/api/events/{id}"), None, None, &Value::Null).await?;
    if seen["places_left"] != places {
        return Err(format!("{count} pools don't hold {places} places: {seen}").into());
    }
    Ok(id.to_owned())
}
