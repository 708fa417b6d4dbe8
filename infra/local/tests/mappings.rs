//! What Lambda's event source mappings promise, for queues and for streams.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use local::database::Tables;
use local::disk::{Disk, machine_now};
use local::handler::{Handler, Stop};
use local::mapping::Mapping;
use local::queues::{Outgoing, QueueSpec, Queues};
use local::streams::Stream;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Notify;

/// Calls that the function got: the bodies of each batch.
type Seen = Arc<Mutex<Vec<Vec<String>>>>;

/// How the function answers a batch.
type Answer = fn(&Value) -> Result<Value, String>;

fn spec(name: &str, dead: Option<&str>) -> QueueSpec {
    QueueSpec {
        name: name.to_owned(),
        dead_letters: dead.map(str::to_owned),
        max_receives: 2,
        visibility: Duration::from_secs(60),
    }
}

fn queues() -> Arc<Queues> {
    let specs = [spec("mails", Some("mails-dead")), spec("mails-dead", None), spec("unpublished", None)];
    Arc::new(Queues::open(Disk::memory().unwrap(), specs).unwrap())
}

fn mapping(queues: &Arc<Queues>, answer: Answer) -> (Arc<Mapping>, Seen) {
    let seen = Seen::default();
    let noted = Arc::clone(&seen);
    let handler = Handler::new("send_email", Duration::from_secs(5), move |input: Value| {
        let bodies =
            input["Records"].as_array().unwrap().iter().map(|r| r["body"].as_str().unwrap().to_owned()).collect();
        noted.lock().unwrap().push(bodies);
        async move { answer(&input) }
    });
    let mapping = Mapping {
        queues: Arc::clone(queues),
        queue: "mails".to_owned(),
        arn: "arn:aws:sqs:local:000000000000:guestlist-local-mails".to_owned(),
        handler,
        batch: 10,
        concurrency: 2,
    };
    (Arc::new(mapping), seen)
}

fn send(queues: &Queues, bodies: &[&str]) {
    let messages: Vec<Outgoing> =
        bodies.iter().map(|body| Outgoing { body: (*body).to_owned(), delay: Duration::ZERO }).collect();
    queues.send("mails", &messages, machine_now()).unwrap();
}

/// Everything in the queue, received or not, by body.
fn left(queues: &Queues, queue: &str) -> Vec<String> {
    queues.list(queue, 100).unwrap().into_iter().map(|message| message.body).collect()
}

/// One batch, as `run` would take it.
async fn once(queues: &Queues, mapping: &Mapping) {
    let batch = queues.receive("mails", 10, machine_now() + 100_000).unwrap();
    assert!(!batch.is_empty());
    mapping.deliver(batch).await;
}

fn failed(input: &Value, bad: &str) -> Value {
    let bad = input["Records"].as_array().unwrap().iter().filter(|record| record["body"] == bad);
    json!({ "batchItemFailures": bad.map(|record| json!({ "itemIdentifier": record["messageId"] })).collect::<Vec<_>>() })
}

#[tokio::test]
async fn what_succeeded_is_gone_and_what_failed_comes_back() {
    let queues = queues();
    let (mapping, _) = mapping(&queues, |input| Ok(failed(input, "bad")));
    send(&queues, &["good", "bad", "fine"]);
    once(&queues, &mapping).await;
    assert_eq!(left(&queues, "mails"), ["bad"]);
    once(&queues, &mapping).await;
    assert_eq!(left(&queues, "mails"), [""; 0]);
    assert_eq!(left(&queues, "mails-dead"), ["bad"]);
}

#[tokio::test]
async fn an_error_a_panic_or_a_wrong_answer_brings_the_whole_batch_back() {
    let answers: [Answer; 5] = [
        |_| Err("no".to_owned()),
        |_| panic!("on purpose"),
        |_| Ok(json!("done")),
        |_| Ok(json!({ "batchItemFailures": [{ "itemIdentifier": "a stranger" }] })),
        |_| Ok(json!({ "batchItemFailures": [{}] })),
    ];
    for answer in answers {
        let queues = queues();
        let (mapping, _) = mapping(&queues, answer);
        send(&queues, &["a", "b"]);
        once(&queues, &mapping).await;
        assert_eq!(left(&queues, "mails"), ["a", "b"]);
        assert!(queues.list("mails", 10).unwrap().iter().all(|m| m.reason.is_some() && !m.in_flight));
    }
}

#[tokio::test]
async fn an_answer_without_failures_means_all_done() {
    for answer in
        [(|_: &Value| Ok(Value::Null)) as Answer, |_| Ok(json!({})), |_| Ok(json!({ "batchItemFailures": [] }))]
    {
        let queues = queues();
        let (mapping, _) = mapping(&queues, answer);
        send(&queues, &["a"]);
        once(&queues, &mapping).await;
        assert_eq!(left(&queues, "mails"), [""; 0]);
    }
}

#[tokio::test]
async fn a_call_that_hangs_is_ended_and_its_batch_comes_back() {
    let queues = queues();
    let handler = Handler::new("send_email", Duration::from_millis(20), |_| std::future::pending());
    let (mapping, _) = mapping(&queues, |_| Ok(Value::Null));
    let mapping = Mapping {
        handler,
        queue: "mails".into(),
        arn: String::new(),
        queues: mapping.queues.clone(),
        batch: 1,
        concurrency: 1,
    };
    send(&queues, &["a"]);
    once(&queues, &mapping).await;
    assert!(queues.list("mails", 1).unwrap()[0].reason.as_deref().unwrap().contains("took longer"));
}

#[tokio::test]
async fn the_running_mapping_delivers_what_arrives_and_ends_when_asked() {
    let queues = queues();
    let (mapping, seen) = mapping(&queues, |_| Ok(Value::Null));
    let (switch, stop) = Stop::new();
    let running = tokio::spawn(mapping.run(stop));
    send(&queues, &["first"]);
    while !left(&queues, "mails").is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    send(&queues, &["second"]);
    while !left(&queues, "mails").is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    switch.send(true).unwrap();
    running.await.unwrap();
    assert_eq!(seen.lock().unwrap().concat(), ["first", "second"]);
}

const TABLE: &str = "test-events";

struct Bench {
    tables: Tables,
    disk: Disk,
    queues: Arc<Queues>,
}

impl Bench {
    fn new() -> Self {
        let tables = Tables::memory().unwrap();
        tables.create("test-").unwrap();
        Self { tables, disk: Disk::memory().unwrap(), queues: queues() }
    }

    fn put(&self, names: &[&str]) {
        for name in names {
            let item = json!({ "TableName": TABLE, "Item": { "pk": { "S": name }, "sk": { "S": "#" } } });
            self.tables.database.put_item(serde_json::from_value(item).unwrap()).unwrap();
        }
    }

    /// A consumer that fails, or marks as failed, whatever batch has a `bad` name in it.
    fn stream(&self, partial: bool, bad: &'static [&'static str]) -> (Stream, Seen) {
        let seen = Seen::default();
        let noted = Arc::clone(&seen);
        let handler = Handler::new("publish_facts", Duration::from_secs(5), move |input: Value| {
            let records = input["Records"].as_array().unwrap().clone();
            let name = |record: &Value| record["dynamodb"]["Keys"]["pk"]["S"].as_str().unwrap().to_owned();
            noted.lock().unwrap().push(records.iter().map(name).collect());
            let failed: Vec<Value> = records
                .iter()
                .filter(|record| bad.contains(&name(record).as_str()))
                .map(|record| json!({ "itemIdentifier": record["dynamodb"]["SequenceNumber"] }))
                .collect();
            async move {
                if partial || failed.is_empty() {
                    Ok(json!({ "batchItemFailures": failed }))
                } else {
                    Err("no".to_owned())
                }
            }
        });
        let stream = Stream {
            database: self.tables.database.clone(),
            table: TABLE.to_owned(),
            disk: self.disk.clone(),
            queues: Arc::clone(&self.queues),
            unpublished: "unpublished".to_owned(),
            handler,
            batch: 100,
            attempts: 2,
            written: Arc::new(Notify::new()),
        };
        (stream, seen)
    }

    fn unpublished(&self) -> Vec<String> {
        let bodies = left(&self.queues, "unpublished");
        bodies
            .iter()
            .map(|body| {
                let kept: Value = serde_json::from_str(body).unwrap();
                assert!(kept["error"].is_string());
                let record = &kept["record"];
                assert_eq!(record["eventSource"], "aws:dynamodb", "the record is kept whole");
                record["dynamodb"]["NewImage"]["pk"]["S"].as_str().unwrap().to_owned()
            })
            .collect()
    }
}

#[tokio::test]
async fn records_come_in_order_as_lambda_has_them_and_only_once_when_all_goes_well() {
    let bench = Bench::new();
    bench.put(&["a", "b", "c"]);
    let (stream, seen) = bench.stream(true, &[]);
    assert_eq!(stream.step().await.unwrap(), 3);
    assert_eq!(stream.step().await.unwrap(), 0);
    bench.put(&["d"]);
    assert_eq!(stream.step().await.unwrap(), 1);
    assert_eq!(*seen.lock().unwrap(), [vec!["a", "b", "c"], vec!["d"]]);
    // A runner that starts anew goes on from the checkpoint.
    let (stream, seen) = bench.stream(true, &[]);
    assert_eq!(stream.step().await.unwrap(), 0);
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_poisoned_record_is_found_set_aside_and_blocks_nothing() {
    for partial in [false, true] {
        let bench = Bench::new();
        bench.put(&["a", "b", "c", "d", "bad", "e", "worse", "f"]);
        let (stream, seen) = bench.stream(partial, &["bad", "worse"]);
        while stream.step().await.unwrap() > 0 {}
        assert_eq!(bench.unpublished(), ["bad", "worse"]);
        let calls = seen.lock().unwrap().clone();
        for good in ["a", "b", "c", "d", "e", "f"] {
            let done = calls.iter().any(|call| {
                call.iter().any(|n| n == good) && (partial || !call.iter().any(|n| n == "bad" || n == "worse"))
            });
            assert!(done, "{good} got through, partial {partial}: {calls:?}");
        }
        assert_eq!(calls.iter().filter(|call| **call == ["bad"]).count(), 2, "tried twice alone, and no more");
        let firsts: Vec<&str> = calls.iter().filter_map(|call| call.first()).map(String::as_str).collect();
        let order = ["a", "b", "c", "d", "bad", "e", "worse", "f"];
        let places: Vec<usize> =
            firsts.iter().map(|first| order.iter().position(|name| name == first).unwrap()).collect();
        assert!(places.is_sorted(), "never backwards: {firsts:?}");
    }
}

#[tokio::test]
async fn the_checkpoint_moves_only_over_what_is_done() {
    let bench = Bench::new();
    bench.put(&["a", "bad", "b"]);
    let (mut stream, seen) = bench.stream(true, &["bad"]);
    stream.attempts = u32::MAX;
    // The process dies while it retries the bad record.
    tokio::select! {
        _ = stream.step() => panic!("it can't get past the bad record"),
        () = async { while seen.lock().unwrap().len() < 2 { tokio::time::sleep(Duration::from_millis(1)).await; } } => {}
    }
    let (stream, seen) = bench.stream(true, &[]);
    stream.step().await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [["bad", "b"]], "`a` was done, the others come again");
}

#[tokio::test]
async fn the_index_serves_what_dynoxide_asks() {
    let bench = Bench::new();
    bench.put(&["a"]);
    // On disk, since the plan is asked for on a second connection.
    let folder = std::env::temp_dir().join(format!("guestlist-plan-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("tables.sqlite");
    let tables = Tables::open(&file).unwrap();
    tables.create("test-").unwrap();
    let beside = rusqlite::Connection::open(&file).unwrap();
    for query in [
        "SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) + 1 FROM _stream_records WHERE table_name = 'x'",
        "SELECT event_name FROM _stream_records WHERE table_name = 'x' AND shard_id = 's'
         AND CAST(sequence_number AS INTEGER) > 1 ORDER BY CAST(sequence_number AS INTEGER) ASC LIMIT 5",
    ] {
        let plan: String = beside.query_row(&format!("EXPLAIN QUERY PLAN {query}"), [], |row| row.get(3)).unwrap();
        assert!(plan.contains("guestlist_stream_records"), "{plan}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn pruning_takes_delivered_records_only() {
    let folder = std::env::temp_dir().join(format!("guestlist-prune-{}", std::process::id()));
    drop(std::fs::remove_dir_all(&folder));
    std::fs::create_dir_all(&folder).unwrap();
    let tables = Tables::open(&folder.join("tables.sqlite")).unwrap();
    tables.create("test-").unwrap();
    let bench = Bench { tables, disk: Disk::memory().unwrap(), queues: queues() };
    bench.put(&["a", "b", "c"]);
    assert_eq!(bench.tables.prune(&bench.disk, &[TABLE.to_owned()]).unwrap(), 0, "nothing was delivered yet");
    let (stream, _) = bench.stream(true, &[]);
    stream.step().await.unwrap();
    bench.put(&["d"]);
    assert_eq!(bench.tables.prune(&bench.disk, &[TABLE.to_owned()]).unwrap(), 2, "the last delivered one stays");
    let (stream, seen) = bench.stream(true, &[]);
    stream.step().await.unwrap();
    assert_eq!(*seen.lock().unwrap(), [["d"]]);
    std::fs::remove_dir_all(folder).unwrap();
}
