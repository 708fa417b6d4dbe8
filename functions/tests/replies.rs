//! What every route answers to its sample, as it is written down in `events/replies.json`: the examples of the API's description.
//! Time and ids are fixed, so the same comes out each time; what changes, changes in review.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod world;

use serde_json::{Map, Value};
use tokio::task::JoinSet;
use world::World;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../events/replies.json");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_reply_is_as_it_is_written_down() {
    let mut running = JoinSet::new();
    let mut replies: Vec<(usize, &str, Value)> = Vec::new();
    for (at, function) in pictures::every().iter().enumerate() {
        let is_described = |docs: kit::RouteDocs| docs.media.iter().any(|media| media.schema.is_some());
        if !function.docs.is_some_and(is_described) {
            continue;
        }
        while running.len() >= 4 {
            replies.extend(running.join_next().await.map(Result::unwrap));
        }
        running.spawn(async move {
            let f = World::fixture().await;
            let reply = f.world.send(f.request(function).await).await;
            assert!((200..300).contains(&reply.status), "{}: {}", function.name, reply.text());
            (at, function.name, reply.json)
        });
    }
    while let Some(reply) = running.join_next().await {
        replies.push(reply.unwrap());
    }
    replies.sort_by_key(|(at, ..)| *at);
    let replies: Map<String, Value> = replies.into_iter().map(|(_, name, reply)| (name.to_owned(), reply)).collect();
    if std::env::var_os("GUESTLIST_RECORD").is_some() {
        std::fs::write(FILE, serde_json::to_string_pretty(&replies).unwrap() + "\n").unwrap();
        return;
    }
    let written: Map<String, Value> = serde_json::from_str(&std::fs::read_to_string(FILE).unwrap()).unwrap();
    let mend = "Where that is meant, write it down with: cargo xtask record";
    for (name, reply) in &replies {
        assert_eq!(written.get(name), Some(reply), "{name} answers otherwise than events/replies.json says. {mend}");
    }
    assert_eq!(written.len(), replies.len(), "events/replies.json has a reply of no function. {mend}");
}
