//! What surrounds the functions: CloudFront before web and API, and no way around it.

use super::Steps;
use super::api::{Api, Ask};
use super::deployment::Deployment;
use super::drive::holds;
use super::stand_in::StandIn;
use crate::site::{Answer, Site};
use crate::{Result, publish, write};
use serde_json::json;
use std::path::Path;
use tokio::task::JoinSet;

/// What stands for the built apps, which need Node: a page each, and what it is made of.
const FILES: [(&str, &str); 6] = [
    ("web/attendee/dist/index.html", "the attendees' app"),
    ("web/attendee/dist/assets/app.js", "app()"),
    ("web/attendee/dist/assets/home-D6L2WMlL.js", "home()"),
    ("web/attendee/dist/sw.js", "worker()"),
    ("web/organizer/dist/index.html", "the organizers' app"),
    ("web/organizer/dist/assets/app-abcd1234.js", "app()"),
];

/// How many password resets an address may ask for in an hour (`functions/src/accounts/request_password_reset.rs`).
const RESETS_OF_AN_ADDRESS: usize = 100;
/// How many ask at once, each as somebody else.
const LANES: usize = 5;

/// All of it.
pub async fn run(stand_in: &StandIn, deployment: &Deployment, bin: &Path, steps: &Steps) -> Result<()> {
    steps.say("edge: who goes around CloudFront is refused");
    let past = Api::direct(stand_in, deployment)?;
    for ask in [Ask::get("/api/events"), Ask::get("/openapi.json"), Ask::get("/api/nowhere")] {
        let refused = past.send(ask).await?.expect(403)?;
        holds(refused["code"] == "not_by_this_way", || format!("it should be not_by_this_way, but: {refused}"))?;
    }
    let apps = stand_in.mails().with_file_name("apps");
    for (file, text) in FILES {
        write(&apps.join(file), text)?;
    }
    steps.say(format_args!("publish-web: {}", publish::upload(&apps, &stand_in.aws(bin)?, "test")?));
    pages(stand_in, deployment).await?;
    limited(stand_in, deployment).await?;
    steps.say("edge: who calls too often is limited, whoever they say that they are");
    Ok(())
}

/// CloudFront writes over who somebody says that they are, so that nobody gets past the limit of an address. Asked for is what no
/// drill asks for later, of people whom nobody knows.
async fn limited(stand_in: &StandIn, deployment: &Deployment) -> Result<()> {
    let mut lanes = JoinSet::new();
    for lane in 0..LANES {
        let said = format!("203.0.113.{lane}");
        let host = deployment.site.as_str();
        let headers = [("host", host), ("x-forwarded-proto", "https"), ("x-guestlist-client", said.as_str())];
        let site = Site::new(&stand_in.endpoint(), &headers)?;
        lanes.spawn(async move {
            let mut refused = 0;
            for number in 0..=RESETS_OF_AN_ADDRESS / LANES {
                let nobody = json!({ "email": format!("nobody{lane}x{number}@example.org") });
                let answer = site.send(Ask::post("/api/password-resets", nobody)).await?;
                match answer.status {
                    202 => {}
                    429 => refused += 1,
                    _ => return Err(format!("a password reset is answered with {}: {}", answer.status, answer.told())),
                }
            }
            Ok(refused)
        });
    }
    let refused: usize = lanes.join_all().await.into_iter().sum::<Result<usize>>()?;
    // One in each lane is too many.
    holds(refused == LANES, || format!("{LANES} of the password resets should be too many, but {refused} are"))
}

async fn pages(stand_in: &StandIn, deployment: &Deployment) -> Result<()> {
    let headers = [("host", deployment.site.as_str()), ("x-forwarded-proto", "https"), ("accept", "text/html")];
    let site = Site::new(&stand_in.endpoint(), &headers)?;
    let get = async |path: &str| site.send(Ask::get(path)).await;
    let shows = |answer: &Answer, path: &str, text: &str, wanted: &[(&str, &str)]| {
        holds(answer.status == 200 && answer.text() == text, || {
            format!("{path} should show {text:?}, but is {}: {}", answer.status, answer.text())
        })?;
        for (name, part) in wanted {
            let sent = answer.header(name);
            holds(sent.contains(part), || format!("{path} should have {part:?} in {name}, but: {sent:?}"))?;
        }
        Ok::<_, String>(())
    };
    let secure = [
        ("strict-transport-security", "max-age=63072000"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("content-security-policy", "frame-ancestors 'none'"),
        ("cache-control", "no-cache"),
        ("content-type", "text/html"),
    ];
    for path in ["/", "/tickets", "/log-in"] {
        shows(&get(path).await?, path, "the attendees' app", &secure)?;
    }
    for path in ["/organize/", "/organize/events", "/organize/door"] {
        let answer = get(path).await?;
        shows(&answer, path, "the organizers' app", &secure)?;
        let bucket = format!("connect-src 'self' https://guestlist-test-pictures-{}", "0".repeat(12));
        let more = [("content-security-policy", bucket.as_str()), ("permissions-policy", "camera=(self)")];
        shows(&answer, path, "the organizers' app", &more)?;
    }
    let kept = [("cache-control", "immutable"), ("content-type", "text/javascript")];
    shows(&get("/assets/home-D6L2WMlL.js").await?, "a hashed file", "home()", &kept)?;
    let moved = get("/organize").await?;
    holds((moved.status, moved.header("location")) == (307, "/organize/"), || "/organize leads nowhere".to_owned())?;
    // AWS says 404, since CloudFront may list the bucket; ministack asks nothing but whether it may read the file.
    let missing = get("/assets/gone-D6L2WMlL.js").await?;
    holds([403, 404].contains(&missing.status), || format!("a file that isn't there is {}", missing.status))
}
