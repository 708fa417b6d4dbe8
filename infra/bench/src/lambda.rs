//! A function's process with everything around it that it speaks to, each over TLS as in the cloud; and the inputs that it gets.

use crate::Result;
use crate::stand_in::StandIn;
use crate::tls::TlsFront;
use crate::world::World;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use testbed::runtime_api::Launch;
use testbed::stage::{BASE, KEYS};

/// Where Linux systems keep the authorities that they trust; Lambda's is the second.
const AUTHORITIES: [&str; 3] =
    ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"];

/// What stands around a process.
pub struct Around {
    /// SQS, SES and Parameter Store.
    pub services: StandIn,
    /// How many authorities are trusted.
    pub authorities: usize,
    /// A file of them, and of our own.
    bundle: PathBuf,
    /// A file of our own alone.
    only_ours: PathBuf,
    binary: PathBuf,
    tables: TlsFront,
    others: TlsFront,
    plain: String,
}

impl Drop for Around {
    fn drop(&mut self) {
        for file in [&self.bundle, &self.only_ours] {
            drop(std::fs::remove_file(file));
        }
    }
}

impl Around {
    /// Starts it around a world, for processes of this binary.
    ///
    /// # Errors
    /// No port, or no file.
    pub async fn start(world: &World, binary: &Path) -> Result<Self> {
        let plain = world.embedded.endpoint().to_owned();
        let address = plain.strip_prefix("http://").ok_or("an endpoint of another kind")?.parse()?;
        let services = StandIn::start(world.parameters.clone()).await?;
        let (tables, others) = (TlsFront::start(address).await?, TlsFront::start(services.address).await?);
        // What a process in Lambda trusts, and our own endpoints: reading a hundred authorities is part of a cold start.
        let system = AUTHORITIES.iter().find_map(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
        let ours = format!("{}{}", tables.pem, others.pem);
        let file = |name: &str| std::env::temp_dir().join(format!("guestlist-bench-{}-{name}.pem", std::process::id()));
        let (bundle, only_ours) = (file("all"), file("ours"));
        let trusted = format!("{system}\n{ours}");
        std::fs::write(&bundle, &trusted)?;
        std::fs::write(&only_ours, &ours)?;
        let authorities = trusted.matches("BEGIN CERTIFICATE").count();
        let binary = binary.to_owned();
        Ok(Self { services, authorities, bundle, only_ours, binary, tables, others, plain })
    }

    /// A process of this function.
    pub fn launch(&self, function: &str) -> Launch {
        let others = format!("https://localhost:{}", self.others.port);
        Launch::new(&self.binary, function)
            .env("GUESTLIST_PREFIX", "bench-")
            .env("GUESTLIST_KEYS", KEYS)
            .env("GUESTLIST_BASE_URL", BASE)
            .env("GUESTLIST_SENDER", "tickets@guestlist.example")
            .env("GUESTLIST_QUEUES", format!("{others}/000000000000/bench-"))
            .env("GUESTLIST_BUCKET", "bench-pictures")
            .env("GUESTLIST_UPLOADS", "/uploads")
            // Nothing stands before it.
            .env("GUESTLIST_ORIGIN_HASHES", "none")
            .env("AWS_ENDPOINT_URL_DYNAMODB", format!("https://localhost:{}", self.tables.port))
            .env("AWS_ENDPOINT_URL_SQS", &others)
            .env("AWS_ENDPOINT_URL_SESV2", &others)
            .env("AWS_ENDPOINT_URL_SSM", &others)
            .env("SSL_CERT_FILE", self.bundle.to_string_lossy())
    }

    /// The same, trusting our own endpoints alone.
    pub fn trusting_ours(&self, launch: Launch) -> Launch {
        launch.env("SSL_CERT_FILE", self.only_ours.to_string_lossy())
    }

    /// The same, with DynamoDB in the clear.
    pub fn in_the_clear(&self, launch: Launch) -> Launch {
        launch.env("AWS_ENDPOINT_URL_DYNAMODB", &self.plain)
    }
}

/// A request as API Gateway's HTTP API hands it over (payload format 2.0).
pub fn request(method: &str, route: &str, path: &str, token: Option<&str>, body: &Value) -> Value {
    let route = format!("{method} {route}");
    let mut input = json!({
        "version": "2.0", "routeKey": route, "rawPath": path, "rawQueryString": "",
        "headers": { "host": "guestlist.example", "accept": "application/json" },
        "requestContext": {
            "accountId": "000000000000", "apiId": "bench", "domainName": "guestlist.example", "domainPrefix": "guestlist",
            "http": {
                "method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "bench",
            },
            "requestId": "bench", "routeKey": route, "stage": "$default",
            "time": "20/Nov/2026:12:00:00 +0000", "timeEpoch": 1_795_176_000_000_u64,
        },
        "isBase64Encoded": false,
    });
    if let Some(token) = token {
        input["headers"]["authorization"] = json!(format!("Bearer {token}"));
    }
    if !body.is_null() {
        input["headers"]["content-type"] = json!("application/json");
        input["body"] = json!(body.to_string());
    }
    input
}
