//! `cargo xtask smoke` at deployments that fail: what failed is said, nobody stays signed in, and no token is told.
#![allow(clippy::unwrap_used)]

use jiff::Timestamp;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use xtask::site::Site;
use xtask::smoke::{Accounts, book_one};

/// A deployment that answers what it should but for what `fails`: method and path, and the answer in its place.
async fn tried(fails: &[(&'static str, u16, Value)]) -> (String, Vec<String>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (asked, fails) = (Arc::new(Mutex::new(Vec::new())), fails.to_vec());
    let all = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), &fails, &all);
        }
    });
    let accounts =
        Accounts { organizer: "organizer".to_owned(), guest: "guest".to_owned(), password: "password".to_owned() };
    let why = book_one(&Site::new(&base, &[]).unwrap(), &accounts, Timestamp::UNIX_EPOCH).await.unwrap_err();
    let asked = asked.lock().unwrap().clone();
    (why, asked)
}

fn answer(stream: TcpStream, fails: &[(&str, u16, Value)], all: &Mutex<Vec<String>>) {
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first).unwrap();
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        length = line.strip_prefix("content-length: ").map_or(length, |value| value.trim().parse().unwrap());
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let asked = first.rsplit_once(' ').unwrap().0;
    // Sessions are told apart by whose they are.
    let who = body["email"].as_str().or(body["refresh_token"].as_str()).map_or(String::new(), |who| format!(" {who}"));
    let asked = format!("{asked}{who}");
    all.lock().unwrap().push(asked.clone());
    let usual = match asked.as_str() {
        "POST /api/events" => (201, json!({ "id": "party", "slug": "party" })),
        "POST /api/events/party/publish" | "POST /api/events/party/cancel" => (200, json!({})),
        tokens if tokens.starts_with("POST /api/tokens ") => {
            (200, json!({ "access_token": "s3cret", "refresh_token": body["email"] }))
        }
        _ => (204, Value::Null),
    };
    let failing = fails.iter().find(|(what, ..)| *what == asked).map(|(_, status, said)| (*status, said.clone()));
    let (status, said) = failing.unwrap_or(usual);
    let said = if status == 204 { String::new() } else { said.to_string() };
    let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\n");
    let head = if status == 204 { head } else { format!("{head}content-length: {}\r\n", said.len()) };
    write!(stream.get_mut(), "{head}\r\n{said}").unwrap();
}

const SIGNED_OUT: [&str; 2] = ["POST /api/tokens/revoke guest", "POST /api/tokens/revoke organizer"];

#[tokio::test]
async fn the_first_failure_is_said_first_and_all_is_put_in_order() {
    let failed = |status| (status, json!({ "code": format!("failed_{status}") }));
    let (publish, revoke) = (failed(502), failed(500));
    let fails = [("POST /api/events/party/publish", publish.0, publish.1), (SIGNED_OUT[0], revoke.0, revoke.1)];
    let (why, asked) = tried(&fails).await;
    assert!(why.starts_with("POST /api/events/party/publish answered 502") && why.contains("failed_502"), "{why}");
    assert!(why.contains("and then: POST /api/tokens/revoke answered 500"), "{why}");
    let last = ["POST /api/events/party/cancel", SIGNED_OUT[0], SIGNED_OUT[1]];
    assert_eq!(asked[asked.len() - 3..], last);
}

#[tokio::test]
async fn who_is_signed_in_is_signed_out_whatever_fails() {
    let (why, asked) = tried(&[("POST /api/tokens guest", 401, json!({ "code": "wrong" }))]).await;
    assert!(why.contains("answered 401"), "{why}");
    assert_eq!(asked.last().unwrap(), SIGNED_OUT[1]);
    let (why, asked) = tried(&[("POST /api/events", 503, Value::Null)]).await;
    assert!(why.contains("answered 503"), "{why}");
    assert_eq!(asked[asked.len() - 2..], SIGNED_OUT);
}

#[tokio::test]
async fn an_event_that_was_never_published_is_discarded() {
    let fails =
        [("POST /api/events/party/publish", 500, Value::Null), ("POST /api/events/party/cancel", 409, Value::Null)];
    let (why, asked) = tried(&fails).await;
    assert!(why.contains("publish answered 500") && !why.contains("left behind"), "{why}");
    assert!(asked.contains(&"DELETE /api/events/party".to_owned()), "{asked:?}");
    let more = ("DELETE /api/events/party", 409, Value::Null);
    let (why, _) = tried(&[fails[0].clone(), fails[1].clone(), more]).await;
    assert!(why.contains("the event is left behind"), "{why}");
}

#[tokio::test]
async fn no_token_is_told() {
    let session = |status| [("POST /api/tokens organizer", status, json!({ "access_token": "s3cret" }))];
    for status in [200, 201] {
        let (why, _) = tried(&session(status)).await;
        assert!(!why.contains("s3cret"), "{why}");
    }
}
