//! A cover through the running house: the form that the API gives, posted as a browser posts it, to the picture on the page.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod http;

use http::{Answer, call};
use jiff::SignedDuration;
use local::letter;
use local::options::Options;
use local::runner::Runner;
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

const PHOTO: &[u8] = include_bytes!("../../../pictures/tests/files/located.jpg");
const BOUNDARY: &str = "----guestlist7MA4YWxkTrZu0gW";

struct House {
    runner: Runner,
    token: String,
    event: String,
}

impl House {
    /// A house with one organizer, who has an event.
    async fn new() -> Self {
        let options = Options { port: 0, data: None, seed: false, web: None, ..Options::default() };
        let runner = Runner::start(&options, pictures::every()).await.unwrap();
        let mut house = House { runner, token: String::new(), event: String::new() };
        let login = json!({ "email": "olga@example.org", "password": "a long enough password" });
        let sign_up = json!({ "email": login["email"], "password": login["password"], "name": "Olga" });
        assert_eq!(house.api("POST", "/api/users", sign_up).await.status, 202);
        let code = house.code().await;
        let verified = json!({ "email": login["email"], "code": code });
        assert_eq!(house.api("POST", "/api/users/verify-email", verified).await.status, 204);
        house.token = text(&house.api("POST", "/api/tokens", login).await, "/access_token");
        let day = house.runner.front.clock.now() + SignedDuration::from_hours(24 * 7);
        let day = day.strftime("%Y-%m-%d");
        let event = json!({
            "name": "Night of Unfinished Songs", "kind": "concert", "zone": "Europe/Berlin", "place": { "name": "Lichthof" },
            "starts": format!("{day}T20:00"), "ends": format!("{day}T23:00"),
        });
        house.event = text(&house.api("POST", "/api/events", event).await, "/id");
        let published = house.api("POST", &format!("/api/events/{}/publish", house.event), json!({})).await;
        assert_eq!(published.status, 200, "{}", published.text());
        house
    }

    async fn send(
        &self,
        method: &'static str,
        path: &str,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    ) -> Answer {
        let (port, path) = (self.runner.address.port(), path.to_owned());
        let sent = move || {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            call(port, method, &path, &headers, body).unwrap()
        };
        tokio::task::spawn_blocking(sent).await.unwrap()
    }

    async fn api(&self, method: &'static str, path: &str, body: Value) -> Answer {
        let mut headers = vec![("content-type", "application/json".to_owned())];
        if !self.token.is_empty() {
            headers.push(("authorization", format!("Bearer {}", self.token)));
        }
        self.send(method, path, headers, body.to_string().into_bytes()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, vec![], vec![]).await
    }

    async fn code(&self) -> String {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            let mails = self.runner.front.mailbox.list(None, None, 1).unwrap();
            if let Some(code) = mails.first().and_then(|mail| letter::read(&mail.raw).codes.into_iter().next()) {
                return code;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("no code came");
    }

    /// A form to upload a cover with.
    async fn form(&self) -> Value {
        let body = json!({ "content_type": "image/jpeg", "bytes": PHOTO.len() });
        let form = self.api("POST", &format!("/api/events/{}/cover-uploads", self.event), body).await;
        assert_eq!(form.status, 201, "{}", form.text());
        form.json()
    }

    async fn post(&self, fields: &Value, file: Option<&[u8]>) -> Answer {
        let headers = vec![("content-type", format!("multipart/form-data; boundary={BOUNDARY}"))];
        self.send("POST", "/uploads", headers, multipart(fields.as_object().unwrap(), file)).await
    }

    async fn set(&self, form: &Value) -> Answer {
        let body = json!({ "upload": form["upload"] });
        self.api("PUT", &format!("/api/events/{}/cover", self.event), body).await
    }
}

fn text(answer: &Answer, pointer: &str) -> String {
    let json = answer.json();
    json.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
}

/// A form as browsers write it (RFC 7578).
fn multipart(fields: &Map<String, Value>, file: Option<&[u8]>) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, value) in fields {
        let value = value.as_str().unwrap();
        let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.into_bytes());
    }
    if let Some(file) = file {
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"hall.jpg\"\r\nContent-Type: image/jpeg";
        body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes());
        body.extend(file);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    body
}

/// What S3 would say, and with which status.
fn refused(answer: &Answer) -> (u16, String) {
    let text = answer.text();
    let code = text.split("<Code>").nth(1).and_then(|rest| rest.split("</Code>").next()).unwrap_or(&text);
    (answer.status, code.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cover_is_posted_set_and_shown() {
    let house = House::new().await;
    let form = house.form().await;
    assert_eq!(form["url"], "/uploads", "the same origin, whatever it is called");
    let posted = house.post(&form["fields"], Some(PHOTO)).await;
    assert_eq!(posted.status, 204, "{}", posted.text());
    let set = house.set(&form).await;
    assert_eq!(set.status, 200, "{}", set.text());

    let url = text(&set, "/cover_url");
    let shown = house.get(&url).await;
    assert_eq!((shown.status, &shown.body[..3]), (200, &b"\xFF\xD8\xFF"[..]));
    for header in ["content-type: image/jpeg", "cache-control: public, max-age=31536000, immutable", "nosniff"] {
        assert!(shown.head.contains(header), "{}", shown.head);
    }
    let narrow = house.get(&url.replace("-960", "-480")).await;
    assert!(narrow.status == 200 && narrow.body.len() < shown.body.len());
    let card = house.get(&format!("/e/{}/card.png", text(&set, "/slug"))).await;
    assert_eq!((card.status, &card.body[..4]), (200, &b"\x89PNG"[..]));
    // What was uploaded is for nobody to read.
    for path in [format!("/{}", form["fields"]["key"].as_str().unwrap()), "/pictures/none.jpg".to_owned()] {
        assert_eq!(house.get(&path).await.status, 404, "{path}");
    }
    house.runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_lets_through_what_it_was_signed_for_and_nothing_else() {
    let house = House::new().await;
    let form = house.form().await;
    let with = |name: &str, value: &str| {
        let mut fields = form["fields"].clone();
        fields[name] = json!(value);
        fields
    };
    let without = |name: &str| {
        let mut fields = form["fields"].clone();
        fields.as_object_mut().unwrap().remove(name);
        fields
    };
    let denied = (403, "AccessDenied".to_owned());
    for fields in [
        with("key", "uploads/evt_other/upl_other"),
        with("Content-Type", "text/html"),
        with("acl", "public-read"),
        without("Content-Type"),
    ] {
        assert_eq!(refused(&house.post(&fields, Some(PHOTO)).await), denied, "{fields}");
    }
    let forged = with("x-amz-signature", &"0".repeat(64));
    assert_eq!(refused(&house.post(&forged, Some(PHOTO)).await), (403, "SignatureDoesNotMatch".to_owned()));
    let policy = form["fields"]["policy"].as_str().unwrap();
    let altered = with("policy", &format!("{policy}AAAA"));
    assert_eq!(refused(&house.post(&altered, Some(PHOTO)).await), (403, "SignatureDoesNotMatch".to_owned()));
    let foreign = with("x-amz-credential", "AKIDOTHER/20261121/local/s3/aws4_request");
    assert_eq!(refused(&house.post(&foreign, Some(PHOTO)).await), (403, "InvalidAccessKeyId".to_owned()));
    for fields in [without("policy"), without("x-amz-signature"), without("x-amz-credential")] {
        assert_eq!(refused(&house.post(&fields, Some(PHOTO)).await).1, "MalformedPOSTRequest");
    }
    assert_eq!(refused(&house.post(&form["fields"], None).await).1, "MalformedPOSTRequest", "no file");
    assert_eq!(refused(&house.post(&form["fields"], Some(b"")).await), (400, "EntityTooSmall".to_owned()));
    let large = vec![0xFF; 11 * 1024 * 1024];
    assert_eq!(refused(&house.post(&form["fields"], Some(&large)).await), (400, "EntityTooLarge".to_owned()));

    let absent = house.set(&form).await;
    assert_eq!((absent.status, text(&absent, "/errors/0/pointer").as_str()), (422, "/upload"), "nothing came through");
    house.runner.front.clock.forward(SignedDuration::from_mins(9)).unwrap();
    assert_eq!(house.post(&form["fields"], Some(PHOTO)).await.status, 204);
    house.runner.front.clock.forward(SignedDuration::from_mins(2)).unwrap();
    assert_eq!(refused(&house.post(&form["fields"], Some(PHOTO)).await), denied, "after ten minutes");
    house.runner.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_in_a_picture_s_clothes_is_refused_when_it_is_set() {
    let house = House::new().await;
    let form = house.form().await;
    assert_eq!(house.post(&form["fields"], Some(b"no picture, whatever the form says")).await.status, 204);
    let refused = house.set(&form).await;
    assert_eq!((refused.status, text(&refused, "/errors/0/pointer").as_str()), (422, "/upload"));
    assert!(text(&refused, "/errors/0/detail").contains("is not a JPEG, PNG or WebP file"));
    house.runner.stop().await;
}
