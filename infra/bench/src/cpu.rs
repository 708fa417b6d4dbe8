//! How much CPU time an invocation takes: the binary that ships, run as Lambda runs it, over TLS to everything it speaks to,
//! warm. The kernel counts it for the process alone, so neither the database nor the bench is in it.

use crate::deployed::silent_records;
use crate::lambda::request;
use crate::report::{Aim, Report, median, ms};
use crate::scene::Scene;
use crate::world::text;
use crate::{Result, Scale, process};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use testbed::LambdaProcess;
use testbed::stage::message;

const PASSWORD: &str = "a long enough password";
/// The first invocations of a process aren't counted: they read keys.
const WARM: usize = 3;

/// The scene, and what was found.
struct Cpu {
    scene: Scene,
    found: BTreeMap<String, f64>,
    keys: u32,
}

/// Milliseconds of CPU time by function, and how long a start of `book_place` takes until it is ready.
///
/// # Errors
/// A process fails.
pub async fn measure(report: &mut Report, binary: &Path, scale: Scale) -> Result<(BTreeMap<String, f64>, f64)> {
    let count = WARM + scale.of(60, 4);
    let mut cpu = Cpu { scene: Scene::set(binary).await?, found: BTreeMap::new(), keys: 0 };
    cpu.guests(count).await?;
    cpu.accounts(WARM + scale.of(8, 1)).await?;
    for schedule in ["remind_day_before", "remind_hour_before"] {
        cpu.run(schedule, vec![json!({ "time": "2026-11-21T12:00:00Z" }); count]).await?;
    }
    let mut ready = Vec::new();
    for _ in 0..scale.of(15, 2) {
        ready.push(LambdaProcess::start(&cpu.scene.around.launch("book_place")).await?.ready_after());
    }
    let ready = median(&ready);
    for (function, millis) in &cpu.found {
        let took = Duration::from_secs_f64(millis / 1_000.0);
        report.row("cpu", format!("`{function}`"), format!("CPU {} an invocation", ms(took)), Aim::None);
    }
    report.note(format!(
        "CPU: {} invocations of each function, one after the other, in a warm process of `bootstrap` as it ships under a Runtime \
         API; DynamoDB, SQS, SES and Parameter Store over TLS 1.3 on loopback. Of consumers it is that of one message. Counted \
         by the kernel for that process alone.",
        count - WARM,
    ));
    Ok((cpu.found, ready.as_secs_f64() * 1_000.0))
}

impl Cpu {
    /// Runs a function on these inputs; gives the answers.
    async fn run(&mut self, function: &str, inputs: Vec<Value>) -> Result<Vec<Value>> {
        let mut lambda = LambdaProcess::start(&self.scene.around.launch(function)).await?;
        let pid = lambda.id().ok_or("the process has ended")?;
        let counted = inputs.len().saturating_sub(WARM).max(1);
        let (mut answers, mut before) = (Vec::with_capacity(inputs.len()), Duration::ZERO);
        for (at, input) in inputs.into_iter().enumerate() {
            if at == WARM {
                before = process::young_cpu(pid)?;
            }
            let answer = lambda.invoke(input).await?;
            let refused = answer["statusCode"].as_u64().is_some_and(|status| status >= 300);
            let failed = answer["batchItemFailures"].as_array().is_some_and(|failures| !failures.is_empty());
            if refused || failed {
                return Err(format!("{function} answered {answer}; its log: {}", lambda.stdout()).into());
            }
            answers.push(answer);
        }
        let took = process::young_cpu(pid)?.saturating_sub(before) / u32::try_from(counted)?;
        self.found.insert(function.to_owned(), took.as_secs_f64() * 1_000.0);
        Ok(answers)
    }

    fn post(&mut self, route: &str, path: &str, token: Option<&str>, body: &Value) -> Value {
        self.keys += 1;
        let mut input = request("POST", route, path, token, body);
        input["headers"]["idempotency-key"] = json!(format!("cpu-key-{:06}", self.keys));
        input
    }

    /// What guests cause: looks, bookings, what follows from them, tickets, admissions, cancellations.
    async fn guests(&mut self, count: usize) -> Result<()> {
        let (event, slug) = (self.scene.event.clone(), self.scene.slug.clone());
        let people = self.scene.world.crowd(0, count).await?;
        self.scene.world.records()?;
        let path = format!("/api/events/{event}");
        let look = request("GET", "/api/events/{event}", &path, None, &Value::Null);
        self.run("read_event", vec![look; count]).await?;
        let page = request("GET", "/e/{slug}", &format!("/e/{slug}"), None, &Value::Null);
        self.run("render_event_page", vec![page; count]).await?;

        let route = "/api/events/{event}/bookings";
        let bookings = format!("{path}/bookings");
        let inputs = people.iter().map(|who| self.post(route, &bookings, Some(&who.token), &json!({}))).collect();
        self.run("book_place", inputs).await?;
        let silent = silent_records()?;
        let mut records = self.scene.world.records()?;
        records.retain(|record| {
            let tag = record["dynamodb"]["NewImage"]["record"]["S"].as_str();
            tag.is_some_and(|tag| !silent.iter().any(|silent| silent == tag))
        });
        let alone = |messages: Vec<Value>| messages.iter().map(|one| json!({ "Records": [one] })).collect::<Vec<_>>();
        self.run("publish_facts", alone(records)).await?;
        for (queue, consumer) in [("facts", "fan_out"), ("mails", "send_email")] {
            let messages: Vec<Value> = self.scene.around.services.take(queue).iter().map(message).collect();
            self.run(consumer, alone(messages)).await?;
        }

        let tickets = |token: &str| request("GET", "/api/me/tickets", "/api/me/tickets", Some(token), &Value::Null);
        let mine = self.run("list_my_tickets", people.iter().map(|who| tickets(&who.token)).collect()).await?;
        let over = json!({ "door": "North" });
        let pass = self.scene.call("POST", &format!("{path}/door-passes"), &self.scene.organizer.token, &over).await?;
        let (door, scans) = (text(&pass, "/token")?, format!("{path}/check-ins"));
        let mut inputs = Vec::with_capacity(mine.len());
        for (at, tickets) in mine.iter().enumerate() {
            let tickets: Value = serde_json::from_str(&text(tickets, "/body")?)?;
            let scan = json!({ "scan": format!("scan-{at:08}"), "token": text(&tickets, "/items/0/token")? });
            inputs.push(self.post("/api/events/{event}/check-ins", &scans, Some(&door), &scan));
        }
        self.run("check_in_ticket", inputs).await?;

        // Who is in calls nothing off: others book for that.
        let more = self.scene.world.crowd(count, count).await?;
        let mut inputs = Vec::with_capacity(more.len());
        for who in &more {
            let booking = text(&self.scene.call("POST", &bookings, &who.token, &json!({})).await?, "/id")?;
            let path = format!("/api/bookings/{booking}/cancel");
            inputs.push(self.post(
                "/api/bookings/{booking}/cancel",
                &path,
                Some(&who.token),
                &json!({ "event": event }),
            ));
        }
        self.run("cancel_booking", inputs).await?;
        Ok(())
    }

    /// Signing up, verifying, signing in.
    async fn accounts(&mut self, count: usize) -> Result<()> {
        let email = |at: usize| format!("new{at}@example.org");
        let person = |at: usize| json!({ "email": email(at), "password": PASSWORD, "name": "Nora Neu" });
        let inputs = (0..count).map(|at| self.post("/api/users", "/api/users", None, &person(at))).collect();
        self.run("register_user", inputs).await?;
        let path = "/api/users/verify-email";
        let mut inputs = Vec::with_capacity(count);
        for at in 0..count {
            let code = self.scene.world.store().verification(&email(at)).await?.ok_or("no verification")?.code;
            inputs.push(self.post(path, path, None, &json!({ "email": email(at), "code": code })));
        }
        self.run("verify_email", inputs).await?;
        let sign_in = |at: usize| json!({ "email": email(at), "password": PASSWORD });
        let inputs = (0..count).map(|at| self.post("/api/tokens", "/api/tokens", None, &sign_in(at))).collect();
        self.run("issue_tokens", inputs).await?;
        Ok(())
    }
}
