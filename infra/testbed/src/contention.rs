//! The contention model: what AWS's DynamoDB does under a rush and an embedded one doesn't.
//!
//! It wraps the HTTP client of the SDK, so the code under test meets exactly the errors that AWS sends. The rules:
//!
//! | rule | source |
//! |---|---|
//! | A write or check in a transaction is refused while another transaction holds the item: `TransactionCanceledException`, reason `TransactionConflict` at that action. | [conflict handling] |
//! | The same while a plain write to the item runs: "an ongoing operation is in the process of updating the same item". | [TransactWriteItems] |
//! | `PutItem`, `UpdateItem`, `DeleteItem` are refused while a transaction holds the item: `TransactionConflictException`. | [conflict handling] |
//! | `TransactGetItems` is refused while its item is being written. | [conflict handling] |
//! | Plain writes to one item are applied one after the other. | [item updates] |
//! | A partition key takes 1,000 write units a second, also on demand; over it a plain write gets `ThrottlingException`, an action in a transaction the reason `ThrottlingError`. | [partition limits], [throttling], [TransactWriteItems] |
//! | A write costs a unit per KB begun, in a transaction two: one to prepare, one to commit. | [capacity] |
//! | A `BatchWriteItem` does what it can and returns the rest as `UnprocessedItems`; if throttling stops all of it, it fails. | [BatchWriteItem] |
//!
//! [conflict handling]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-conflict-handling
//! [TransactWriteItems]: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
//! [item updates]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/WorkingWithItems.html
//! [partition limits]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
//! [throttling]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
//! [capacity]: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html#transaction-capacity-handling
//! [BatchWriteItem]: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
//!
//! Where AWS says nothing the model takes the harsher way: two checks (`ConditionCheck`) of one item conflict, a
//! refused transaction still pays for its preparation, and there is no burst above the second's 1,000 units.
//! Not modelled: limits on reads, throttled indexes, the split of a hot partition, `TransactionInProgressException`.
//! PartiQL is refused, since the model can't see what it touches.

use crate::touched::{Call, Item, Touch, call};
use crate::wire::{self, Answer, Reason, around, body_of, operation_of, other};
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The figures of the model.
#[derive(Clone, Copy, Debug)]
pub struct Model {
    /// How long a write call takes; a transaction holds its items for all of it, and takes effect in its middle.
    /// 10 ms: AWS names no figure for a transaction, only single-digit milliseconds for one
    /// write, and a transaction is a write in two phases.
    pub service_time: Duration,
    /// How long a refusal takes. 5 ms: it is known when the first phase ends.
    pub refusal_time: Duration,
    /// How long a plain write keeps others from its item. 1 ms, since AWS takes 1,000 of them a second.
    pub write_hold: Duration,
    /// Write units that one partition key takes in any `window`. 1,000.
    pub units: u32,
    /// 1 s.
    pub window: Duration,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            service_time: Duration::from_millis(10),
            refusal_time: Duration::from_millis(5),
            write_hold: Duration::from_millis(1),
            units: 1_000,
            window: Duration::from_secs(1),
        }
    }
}

/// What the model has seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Write transactions passed on.
    pub transactions: u64,
    /// Plain writes passed on, each one of a batch counted.
    pub writes: u64,
    /// Calls refused for a conflict; of a batch, each item.
    pub conflicts: u64,
    /// Calls refused by throttling; of a batch, each item.
    pub throttled: u64,
}

/// The model's state: which items are being written now, and what each partition key has spent. Clones share it: wrap
/// the clients of all functions in clones of one.
#[derive(Clone, Debug)]
pub struct Contention {
    model: Model,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    busy: HashMap<Item, Busy>,
    spent: HashMap<(String, String), Spent>,
    counts: Counts,
}

/// An item that somebody is writing.
#[derive(Debug, Default)]
struct Busy {
    in_transaction: bool,
    /// Plain writes under way or in line.
    writers: usize,
    /// The line that plain writes stand in.
    line: Arc<tokio::sync::Mutex<()>>,
}

/// What a partition key spent within the last window.
#[derive(Debug, Default)]
struct Spent {
    log: VecDeque<(Instant, u32)>,
    units: u32,
}

impl Default for Contention {
    fn default() -> Self {
        Self::new(Model::default())
    }
}

impl Contention {
    /// A model in which nothing has happened yet.
    pub fn new(model: Model) -> Self {
        Self { model, state: Arc::default() }
    }

    /// The same state under other figures: for a test in which one call must hold its items until it is given up,
    /// while others go on as usual.
    #[must_use]
    pub fn with(&self, model: Model) -> Self {
        Self { model, state: Arc::clone(&self.state) }
    }

    /// The client `inner`, under this model.
    pub fn wrap(&self, inner: SharedHttpClient) -> SharedHttpClient {
        let this = self.clone();
        around(inner, move |connector, request| {
            let this = this.clone();
            HttpConnectorFuture::new(async move { this.answer(connector, request).await })
        })
    }

    /// What the model has seen so far.
    pub fn counts(&self) -> Counts {
        self.state().counts
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn answer(&self, inner: SharedHttpConnector, request: HttpRequest) -> Answer {
        let (_, operation) = operation_of(&request);
        match call(&operation, &body_of(&request)) {
            Call::Transaction(touches) => self.transaction(touches, inner, request).await,
            Call::ReadTransaction(items) => self.read_transaction(&items, inner, request).await,
            Call::Write(touch) => self.write(touch, inner, request).await,
            Call::Batch(writes) => self.batch(writes, inner, request).await,
            Call::PartiQl => Err(other(format!("the contention model can't see what {operation} touches"))),
            Call::Other => inner.call(request).await,
        }
    }

    async fn transaction(&self, touches: Vec<Touch>, inner: SharedHttpConnector, request: HttpRequest) -> Answer {
        let admitted = self.state().admit(&self.model, &touches);
        if let Err(reasons) = admitted {
            return self.refuse(wire::cancelled(&reasons)).await;
        }
        let held = Held { state: &self.state, items: items(&touches), transaction: true };
        sleep(self.model.service_time / 2).await;
        let answer = inner.call(request).await;
        sleep(self.model.service_time / 2).await;
        drop(held);
        answer
    }

    async fn read_transaction(&self, items: &[Item], inner: SharedHttpConnector, request: HttpRequest) -> Answer {
        let reasons = {
            let mut state = self.state();
            let reasons = state.conflicts(items);
            state.counts.conflicts += u64::from(reasons.contains(&Reason::Conflict));
            reasons
        };
        if reasons.contains(&Reason::Conflict) {
            return self.refuse(wire::cancelled(&reasons)).await;
        }
        inner.call(request).await
    }

    async fn write(&self, touch: Touch, inner: SharedHttpConnector, request: HttpRequest) -> Answer {
        let joined = self.state().join(&self.model, &touch);
        match joined {
            Ok(()) => self.in_line(vec![touch.item], inner, request).await,
            Err(Reason::Throttled) => self.refuse(wire::throttled(&touch.item.table)).await,
            Err(_) => self.refuse(wire::conflict()).await,
        }
    }

    async fn batch(&self, writes: Vec<(Touch, Value)>, inner: SharedHttpConnector, mut request: HttpRequest) -> Answer {
        let (mut taken, mut left, mut items) = (json!({}), json!({}), Vec::new());
        let mut all_throttled = !writes.is_empty();
        for (touch, write) in writes {
            let joined = self.state().join(&self.model, &touch);
            all_throttled &= joined == Err(Reason::Throttled);
            let side = if joined.is_ok() { &mut taken } else { &mut left };
            let table = &mut side[&touch.item.table];
            match table.as_array_mut() {
                Some(writes) => writes.push(write),
                None => *table = json!([write]),
            }
            if joined.is_ok() {
                items.push(touch.item);
            }
        }
        if all_throttled {
            return self.refuse(wire::throttled("")).await;
        }
        if items.is_empty() && left != json!({}) {
            let body = json!({ "UnprocessedItems": left }).to_string();
            let ok = 200.try_into().map_err(other)?;
            return self.refuse(Ok(HttpResponse::new(ok, SdkBody::from(body)))).await;
        }
        let mut body = body_of(&request);
        body["RequestItems"] = taken;
        let body = body.to_string();
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = SdkBody::from(body);
        // One order for all, so that two batches never wait for each other.
        items.sort();
        let response = self.in_line(items, inner, request).await?;
        if left == json!({}) || !response.status().is_success() {
            return Ok(response);
        }
        unprocessed(response, left).await
    }

    /// Passes the request on when it is its turn on each of `items`, which it has joined.
    async fn in_line(&self, items: Vec<Item>, inner: SharedHttpConnector, request: HttpRequest) -> Answer {
        let lines: Vec<_> = {
            let mut state = self.state();
            items.iter().map(|item| Arc::clone(&state.busy.entry(item.clone()).or_default().line)).collect()
        };
        let held = Held { state: &self.state, items, transaction: false };
        let mut turns = Vec::new();
        for line in &lines {
            turns.push(line.lock().await);
        }
        sleep(self.model.write_hold).await;
        let answer = inner.call(request).await;
        drop(turns);
        drop(held);
        sleep(self.model.service_time.saturating_sub(self.model.write_hold)).await;
        answer
    }

    async fn refuse(&self, answer: Answer) -> Answer {
        sleep(self.model.refusal_time).await;
        answer
    }
}

impl State {
    /// Takes the items of a transaction, or says at which action it is refused. All or nothing.
    fn admit(&mut self, model: &Model, touches: &[Touch]) -> Result<(), Vec<Reason>> {
        let mut cost: HashMap<(String, String), u32> = HashMap::new();
        for touch in touches {
            *cost.entry(partition(&touch.item)).or_default() += 2 * touch.units;
        }
        let full = |state: &mut Self, item: &Item| {
            let partition = partition(item);
            !state.spent.entry(partition.clone()).or_default().fits(cost[&partition], model)
        };
        let throttled: Vec<_> = touches
            .iter()
            .map(|touch| if full(self, &touch.item) { Reason::Throttled } else { Reason::None })
            .collect();
        if throttled.contains(&Reason::Throttled) {
            self.counts.throttled += 1;
            return Err(throttled);
        }
        let items = items(touches);
        let conflicts = self.conflicts(&items);
        let refused = conflicts.contains(&Reason::Conflict);
        for (partition, cost) in cost {
            let cost = if refused { cost / 2 } else { cost };
            self.spent.entry(partition).or_default().spend(cost);
        }
        if refused {
            self.counts.conflicts += 1;
            return Err(conflicts);
        }
        self.counts.transactions += 1;
        for item in items {
            self.busy.entry(item).or_default().in_transaction = true;
        }
        Ok(())
    }

    /// Puts a plain write in its item's line, or says why it is refused.
    fn join(&mut self, model: &Model, touch: &Touch) -> Result<(), Reason> {
        let spent = self.spent.entry(partition(&touch.item)).or_default();
        if !spent.fits(touch.units, model) {
            self.counts.throttled += 1;
            return Err(Reason::Throttled);
        }
        spent.spend(touch.units);
        if self.busy.get(&touch.item).is_some_and(|busy| busy.in_transaction) {
            self.counts.conflicts += 1;
            return Err(Reason::Conflict);
        }
        self.counts.writes += 1;
        self.busy.entry(touch.item.clone()).or_default().writers += 1;
        Ok(())
    }

    fn conflicts(&self, items: &[Item]) -> Vec<Reason> {
        let reason = |item| if self.busy.contains_key(item) { Reason::Conflict } else { Reason::None };
        items.iter().map(reason).collect()
    }
}

impl Spent {
    fn fits(&mut self, units: u32, model: &Model) -> bool {
        while let Some((_, old)) = self.log.pop_front_if(|(at, _)| at.elapsed() >= model.window) {
            self.units -= old;
        }
        self.units + units <= model.units
    }

    fn spend(&mut self, units: u32) {
        self.log.push_back((Instant::now(), units));
        self.units += units;
    }
}

/// Items that a call holds; let go when the call ends or is given up.
struct Held<'a> {
    state: &'a Mutex<State>,
    items: Vec<Item>,
    transaction: bool,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for item in &self.items {
            let Some(busy) = state.busy.get_mut(item) else { continue };
            if self.transaction {
                busy.in_transaction = false;
            } else {
                busy.writers -= 1;
            }
            if !busy.in_transaction && busy.writers == 0 {
                state.busy.remove(item);
            }
        }
    }
}

fn items(touches: &[Touch]) -> Vec<Item> {
    touches.iter().map(|touch| touch.item.clone()).collect()
}

fn partition(item: &Item) -> (String, String) {
    (item.table.clone(), item.pk.clone())
}

/// A batch's response, with the writes that the model kept back.
async fn unprocessed(mut response: HttpResponse, left: Value) -> Answer {
    let body = ByteStream::new(response.take_body()).collect().await.map_err(other)?;
    let mut body: Value = serde_json::from_slice(&body.into_bytes()).map_err(other)?;
    body["UnprocessedItems"] = left;
    let body = body.to_string();
    let headers = response.headers_mut();
    headers.remove("x-amz-crc32");
    headers.insert("content-length", body.len().to_string());
    *response.body_mut() = SdkBody::from(body);
    Ok(response)
}
