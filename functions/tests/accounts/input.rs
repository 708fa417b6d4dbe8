//! Requests that are too large, too deep, or hold what no name holds.

use super::world::World;
use bytes::Bytes;
use serde_json::{Value, json};

async fn raw(
    world: &World,
    method: &str,
    path: &str,
    token: Option<&str>,
    body: impl Into<Bytes>,
    media: &str,
) -> super::Reply {
    let mut request = http::Request::builder().method(method).uri(path).header("content-type", media);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    world.send(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn a_body_has_its_limits() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let send = async |body: String| raw(&world, "PATCH", "/api/me", ada.token(), body, "application/json").await;
    let padded = |length: usize| {
        let body = r#"{"bio":"x"}"#;
        format!("{}{body}", " ".repeat(length - body.len()))
    };
    send(padded(64 * 1024)).await.expect(200);
    assert_eq!(send(padded(64 * 1024 + 1)).await.problem(413), "body_too_large");
    let deep = |depth: usize| format!(r#"{{"bio":{}1{}}}"#, "[".repeat(depth), "]".repeat(depth));
    assert_eq!(send(deep(30_000)).await.problem(400), "malformed_json");
    assert_eq!(send(deep(100)).await.problem(422), "invalid", "deep, but not too deep to read");
    for bad in ["{", "[]", "null", "\"name\"", "{'name':'Ada'}", "\u{FEFF}{}", "{\"name\":NaN}"] {
        assert_eq!(send(bad.to_owned()).await.problem(400), "malformed_json", "{bad}");
    }
    let bytes = Bytes::from_static(b"{\"name\":\"\xff\xfe\"}");
    assert_eq!(
        raw(&world, "PATCH", "/api/me", ada.token(), bytes, "application/json").await.problem(400),
        "malformed_json"
    );
    let media = raw(&world, "PATCH", "/api/me", ada.token(), r#"{"bio":"x"}"#, "text/plain").await;
    assert_eq!(media.problem(415), "unsupported_media_type");
    raw(&world, "PATCH", "/api/me", ada.token(), r#"{"bio":"y"}"#, "Application/JSON; charset=utf-8").await.expect(200);
}

#[tokio::test]
async fn an_unknown_field_is_named_and_nothing_is_changed() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let before = world.stored();
    let cases = [
        (json!({ "nmae": "Ada" }), "/nmae"),
        (json!({ "bio": "x", "email_verified": true }), "/email_verified"),
        (json!({ "id": "usr_00000000000000000000000001" }), "/id"),
        (
            json!({ "mails": { "reminder_day_before": true, "reminder_hour_before": true, "announcement": true, "tickets": false } }),
            "/mails/tickets",
        ),
        (json!({ "mails": { "announcement": null } }), "/mails/announcement"),
        (json!({ "zone": "Mars/Olympus" }), "/zone"),
        (json!({ "language": "tlh" }), "/language"),
        (json!({ "name": 7 }), "/name"),
        (json!({ "name": "" }), "/name"),
        (json!({ "name": "x".repeat(81) }), "/name"),
    ];
    for (body, pointer) in cases {
        let refused = world.patch("/api/me", ada.token(), body.clone()).await.expect(422);
        let pointers: Vec<&str> =
            refused.json["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
        // What is wrong inside a field is told of the field at least.
        assert!(pointers.len() == 1 && pointer.starts_with(pointers[0]), "{body}: {pointers:?}");
    }
    assert_eq!(world.stored(), before);
    let query = world.get("/api/events?limit=5&page=2", None).await.expect(422);
    assert_eq!(query.str("/errors/0/pointer"), "/page");
}

#[tokio::test]
async fn every_fault_has_a_code_and_a_limit_where_its_words_have_one() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let told = |reply: super::Reply| -> Vec<String> {
        let faults = reply.expect(422).json["errors"].as_array().unwrap().clone();
        faults
            .iter()
            .map(|fault| {
                assert!(fault["detail"].as_str().is_some_and(|detail| !detail.contains(['{', '}'])), "{fault}");
                let limit = fault.get("limit").map(|limit| format!(" {limit}")).unwrap_or_default();
                format!("{} {}{limit}", fault["pointer"].as_str().unwrap(), fault["code"].as_str().unwrap())
            })
            .collect()
    };
    let shape = json!({
        "name": "x".repeat(121), "kind": "rave", "starts": "tonight", "ends": 7, "zone": "Mars/Olympus",
        "place": { "name": "Park", "latitude": 91 }, "online_link": "zoom.us/j/1", "capacity": "many",
        "price": { "amount": 0, "currency": "EUR" }, "colour": "red",
    });
    assert_eq!(
        told(world.post("/api/events", ada.token(), shape).await),
        [
            "/name too_long 120",
            "/kind not_one_of",
            "/starts not_a_time",
            "/ends not_text",
            "/zone zone_unknown",
            "/place/latitude too_large 90",
            "/online_link not_a_link",
            "/capacity not_a_whole_number",
            "/price/amount too_small 1",
            "/colour unknown_field",
        ]
    );
    let sense = json!({
        "name": "Jazz", "kind": "concert", "starts": "2039-12-24T19:30", "ends": "2039-12-24T19:30", "zone": "UTC",
        "capacity": 0,
    });
    assert_eq!(
        told(world.post("/api/events", ada.token(), sense).await),
        [
            "/ends end_before_start",
            "/starts too_far_ahead 10",
            "/place place_or_link_required",
            "/capacity too_small 1",
        ]
    );
    assert_eq!(told(world.get("/api/events?limit=101&cursor=x", None).await), ["/limit too_large 100"]);
    assert_eq!(told(world.get("/api/events?cursor=x", None).await), ["/cursor cursor_unknown"]);
    let words = json!({ "current_password": "not my password", "new_password": "short" });
    assert_eq!(told(world.post("/api/me/password", ada.token(), words).await), ["/new_password too_short 10"]);
}

#[tokio::test]
async fn a_name_can_hide_nothing() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let rename = async |name: &str| world.patch("/api/me", ada.token(), json!({ "name": name })).await;
    for bad in [
        "Ada\u{0}",
        "Ada\u{1b}[31m",
        "Ada\u{7f}",
        "Ada\u{85}\u{9b}x",
        "\u{200B}",
        "\u{2066}\u{2069}",
        "   ",
        "\u{3164}",
    ] {
        let refused = rename(bad).await.expect(422);
        assert_eq!(refused.str("/errors/0/pointer"), "/name", "{bad:?}");
        assert!(!refused.text().chars().any(|c| c.is_control()), "{bad:?} came back");
    }
    let shown = [
        // Marks that turn the direction of what follows are taken out (UAX #9).
        ("Ada\u{202E}ecilA\u{202C}", "AdaecilA"),
        ("\u{2067}Ada\u{2069}", "Ada"),
        ("A\u{200B}d\u{00AD}a\u{FEFF}", "Ada"),
        // A line is one line, and one form of a letter stands for all (NFC).
        ("  Ada \n\t Lovelace  ", "Ada Lovelace"),
        ("Zoe\u{0308}", "Zo\u{00EB}"),
        // What names are made of stays.
        ("Анна-Мария О'Нил", "Анна-Мария О'Нил"),
        ("نور", "نور"),
        ("👩\u{200D}🚀 Ada", "👩\u{200D}🚀 Ada"),
        ("<b>Ada</b>", "<b>Ada</b>"),
    ];
    for (sent, kept) in shown {
        assert_eq!(rename(sent).await.expect(200).str("/name"), kept, "{sent:?}");
    }
    let body = json!({ "email": "eve@example.org\r\nBcc: all@example.org", "password": "a long enough password", "name": "Eve" });
    let refused = world.post("/api/users", None, body).await.expect(422);
    assert_eq!(refused.str("/errors/0/pointer"), "/email");
}

#[tokio::test]
async fn a_profile_is_changed_field_by_field() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let first = world.get("/api/me", ada.token()).await.expect(200);
    let etag = first.header("etag").to_owned();
    let body = json!({ "city": "Tbilisi", "zone": "Asia/Tbilisi" });
    let changed = world.call_with("PATCH", "/api/me", ada.token(), &[("if-match", &etag)], body).await.expect(200);
    assert_eq!(
        (changed.str("/city"), changed.str("/zone"), changed.str("/name")),
        ("Tbilisi".into(), "Asia/Tbilisi".into(), "Ada".into())
    );
    assert_ne!(changed.header("etag"), etag);
    // A lost update is refused; so is a guard that can't be read, rather than be dropped.
    for (guard, status, code) in [(etag.as_str(), 412, "changed_meanwhile"), ("\"x\"", 400, "if_match_invalid")] {
        let lost =
            world.call_with("PATCH", "/api/me", ada.token(), &[("if-match", guard)], json!({ "city": "Rome" })).await;
        assert_eq!(lost.problem(status), code, "{guard}");
    }
    let mut request = http::Request::patch("/api/me").header("authorization", format!("Bearer {}", ada.token));
    request = request.header("content-type", "application/json");
    let mut request = request.body(Bytes::from(r#"{"city":"Rome"}"#)).unwrap();
    request.headers_mut().insert("if-match", http::HeaderValue::from_bytes("\"ж\"".as_bytes()).unwrap());
    assert_eq!(world.send(request).await.problem(400), "if_match_invalid");
    // A star holds whatever the version is (RFC 9110, section 13.1.1).
    let any = world.call_with("PATCH", "/api/me", ada.token(), &[("if-match", "*")], json!({ "city": "Rome" })).await;
    any.expect(200);
    // `null` takes out what can be absent, what isn't sent stays.
    assert_eq!(world.patch("/api/me", ada.token(), json!({ "name": null })).await.problem(422), "invalid");
    let cleared = world.patch("/api/me", ada.token(), json!({ "city": null })).await.expect(200);
    assert_eq!((&cleared.json["city"], cleared.str("/zone")), (&Value::Null, "Asia/Tbilisi".into()));
    // Others see no address and no zone.
    let public = world.get(&format!("/api/users/{}", ada.id), None).await.expect(200);
    let names: Vec<&str> = public.json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["id", "name", "bio", "city"]);
}

#[tokio::test]
async fn one_choice_of_mails_changes_no_other() {
    let world = World::new().await;
    let ada = world.settle("Ada", true).await;
    let choose = async |mails: serde_json::Value| world.patch("/api/me", ada.token(), json!({ "mails": mails })).await;
    let one = choose(json!({ "announcement": false })).await.expect(200);
    let rest = json!({ "reminder_day_before": true, "reminder_hour_before": true, "announcement": false });
    assert_eq!(one.json["mails"], rest);
    let other = choose(json!({ "reminder_day_before": false })).await.expect(200);
    assert_eq!(other.json["mails"]["announcement"], false);
    assert_eq!(other.json["mails"]["reminder_day_before"], false);
    for bad in [json!({ "announcement": null }), json!({ "announcements": true }), json!(null)] {
        assert_eq!(choose(bad.clone()).await.problem(422), "invalid", "{bad}");
    }
}
