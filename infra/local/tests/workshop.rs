//! The pages under /dev, on a runner without functions.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod http;

use http::{Answer, call};
use local::disk::machine_now;
use local::options::Options;
use local::runner::Runner;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const MAIL: &str = "From: a@guestlist.test\r\nTo: Anna <anna@example.com>\r\nSubject: 123456 <b>is</b> your code\r\n\
MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n\
--m\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html><head></head><body><script>alert(1)</script><a href=\"https://x.test/\">x</a></body></html>\r\n\
--m\r\nContent-Type: text/calendar; method=REQUEST\r\nContent-Disposition: attachment; filename=\"a\\\"b.ics\"\r\n\r\nBEGIN:VCALENDAR\r\n--m--\r\n";

async fn start() -> Runner {
    let options = Options { port: 0, data: None, seed: false, web: None, ..Options::default() };
    Runner::start(&options, &[]).await.unwrap()
}

async fn send(
    runner: &Runner,
    method: &'static str,
    path: &str,
    headers: Vec<(&'static str, &'static str)>,
    body: &'static str,
) -> Answer {
    let (port, path) = (runner.address.port(), path.to_owned());
    tokio::task::spawn_blocking(move || call(port, method, &path, &headers, body).unwrap()).await.unwrap()
}

async fn get(runner: &Runner, path: &str) -> Answer {
    send(runner, "GET", path, vec![], "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_and_loads_nothing_from_elsewhere() {
    let runner = start().await;
    runner.front.mailbox.put(&["Anna@example.com".to_owned()], MAIL.as_bytes(), machine_now()).unwrap();
    for path in ["/", "/dev", "/dev/mailbox", "/dev/mailbox/1", "/dev/mailbox/1?phone=1", "/dev/queues"] {
        let answer = get(&runner, path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        assert!(answer.head.contains("content-security-policy: default-src 'none'"), "{path}: {}", answer.head);
        let local = answer.text().contains("exists only on this machine");
        assert_eq!(local, path.starts_with("/dev"), "{path}");
    }
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_shown_without_letting_it_do_anything() {
    let runner = start().await;
    runner.front.mailbox.put(&["Anna@example.com".to_owned()], MAIL.as_bytes(), machine_now()).unwrap();
    let page = get(&runner, "/dev/mailbox/1").await.text();
    assert!(page.contains("123456 &lt;b&gt;is&lt;"), "the subject is text");
    assert!(page.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\""), "no script, no same origin");
    let html = get(&runner, "/dev/mailbox/1/html").await;
    assert!(html.head.contains("default-src 'none'") && html.head.contains("sandbox allow-popups"), "{}", html.head);
    assert!(html.text().contains("<head><base target=\"_blank\">"));
    let letter = get(&runner, "/dev/mailbox.json?to=ANNA@").await.json();
    assert_eq!(letter[0]["codes"][0], "123456");
    assert_eq!(get(&runner, "/dev/mailbox.json?to=boris@").await.json(), serde_json::json!([]));
    let number = letter[0]["parts"][0]["number"].as_u64().unwrap();
    let part = get(&runner, &format!("/dev/mailbox/1/parts/{number}")).await;
    assert!(part.head.contains("content-disposition: attachment; filename=\"a_b.ics\""), "{}", part.head);
    assert!(part.text().starts_with("BEGIN:VCALENDAR"));
    assert_eq!(get(&runner, "/dev/mailbox/1/raw").await.text(), MAIL);
    for path in ["/dev/mailbox/2", "/dev/mailbox/x", "/dev/mailbox/1/parts/99", "/dev/mailbox/1/parts/-1"] {
        let answer = get(&runner, path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.text().contains("There is nothing here"), "{path}");
    }
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_reads_or_moves_anything() {
    let runner = start().await;
    for path in ["/dev", "/dev/mailbox.json", "/dev/queues.json", "/dev/clock.json"] {
        assert_eq!(send(&runner, "GET", path, vec![("host", "evil.example")], "").await.status, 403, "{path}");
    }
    let forward = |headers| send(&runner, "POST", "/dev/clock", headers, "forward=1h");
    assert_eq!(forward(vec![FORM, ("host", "evil.example")]).await.status, 403);
    assert_eq!(forward(vec![FORM, ("origin", "https://evil.example")]).await.status, 403);
    assert_eq!(forward(vec![FORM, ("sec-fetch-site", "cross-site")]).await.status, 403);
    assert!(runner.front.clock.ahead().is_zero());
    let moved = forward(vec![FORM, ("origin", "http://localhost")]).await;
    assert_eq!(moved.status, 303, "{}", moved.text());
    assert_eq!(runner.front.clock.ahead().as_hours(), 1);
    assert_eq!(send(&runner, "POST", "/dev/queues/mails/redrive", vec![FORM], "").await.status, 404);
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_is_a_page_for_people_and_a_problem_for_programs() {
    let runner = start().await;
    let page = send(&runner, "GET", "/nowhere", vec![("accept", "text/html")], "").await;
    assert_eq!(page.status, 404);
    assert!(page.head.contains("text/html") && page.text().contains("There is nothing here"));
    for (path, accept) in [("/nowhere", "*/*"), ("/api/nowhere", "text/html")] {
        let problem = send(&runner, "GET", path, vec![("accept", accept)], "").await;
        assert_eq!(problem.status, 404);
        assert!(problem.head.contains("application/problem+json"), "{path}: {}", problem.head);
    }
    runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_what_the_gateway_takes_is_a_problem() {
    let runner = start().await;
    let body = "x".repeat(10 * 1024 * 1024 + 1).leak();
    let answer = send(&runner, "POST", "/api/events", vec![], body).await;
    assert_eq!(answer.status, 413, "{}", answer.text());
    assert!(answer.head.contains("application/problem+json"), "{}", answer.head);
    assert_eq!(answer.json()["code"], "body_too_large");
    assert_eq!(answer.json()["type"], "urn:guestlist:problem:body_too_large");
    runner.stop().await;
}
