//! The runner: puts the parts together, starts them, and stops them again.

use crate::apps::Apps;
use crate::aws;
use crate::clock::Clock;
use crate::database::Tables;
use crate::disk::Disk;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::front::{self, Api, Front};
use crate::handler::{Handler, Stop};
use crate::log::Log;
use crate::mailbox::Mailbox;
use crate::mapping::Mapping;
use crate::objects::Objects;
use crate::options::Options;
use crate::parameters::Parameters;
use crate::queues::{QueueSpec, Queues};
use crate::schedules::Schedule;
use crate::seed;
use crate::streams::Stream;
use crate::uploads::{self, Uploads};
use crate::wire::{self, Wire};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use aws_types::region::Region;
use kit::{Chance, Function, House, Kind, Queue, Router, Settings, Source, Table};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use store::{Access, KeyUse, Location};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

/// What the names of tables and queues begin with.
pub const PREFIX: &str = "guestlist-local-";
/// What the names of private keys begin with.
const KEYS: &str = "/guestlist/local/signing-keys/";
/// How often a stream record is tried by itself, and how many go in one batch: as in the template.
const STREAM_ATTEMPTS: u32 = 5;
const STREAM_BATCH: usize = 100;
/// How long what is under way may take when the runner stops. What isn't done by then is done after the next start.
const GRACE: Duration = Duration::from_millis(1500);
/// How often expired items and delivered stream records are removed.
const CLEANING: Duration = Duration::from_secs(600);

/// A running house.
#[derive(Debug)]
pub struct Runner {
    /// What the front shows: API, queues, mailbox, clock.
    pub front: Front,
    /// Where it listens.
    pub address: SocketAddr,
    /// The data folder, when there is one.
    pub data: Option<PathBuf>,
    switch: watch::Sender<bool>,
    stop: Stop,
    parts: JoinSet<()>,
    /// It ends when nobody is left who may call it.
    database: std::thread::JoinHandle<()>,
    _folder: Option<Folder>,
}

impl Runner {
    /// Starts everything. When it returns, the port is open and answers.
    ///
    /// # Errors
    /// What is in the way, as a sentence.
    pub async fn start(options: &Options, functions: &'static [Function]) -> Result<Self, Failure> {
        let listener = listen(options.port).await?;
        let address = listener.local_addr().map_err(Failure::part("The port can't be named"))?;
        let folder = options.data.as_deref().map(|path| Folder::open(path, options.fresh)).transpose()?;
        let opened = |why: &dyn std::fmt::Display| match &folder {
            Some(folder) => Failure::Unwritable { folder: folder.path().to_owned(), why: why.to_string() },
            None => Failure::Part { what: "Memory can't be had", why: why.to_string() },
        };
        let disk = match &folder {
            Some(folder) => Disk::open(&folder.file("local.sqlite")),
            None => Disk::memory(),
        }
        .map_err(|error| opened(&error))?;
        let tables = match &folder {
            Some(folder) => Tables::open(&folder.file("tables.sqlite")),
            None => Tables::memory(),
        }
        .map_err(|error| opened(&error))?;
        tables.create(PREFIX).map_err(Failure::part("The tables can't be made"))?;
        let log = Log::open(folder.as_ref().filter(|_| !options.verbose), options.verbose).map_err(|e| opened(&e))?;

        let clock = Clock::open(disk.clone()).map_err(|error| opened(&error))?;
        let queues = Queues::open(disk.clone(), specs(functions)).map_err(|error| opened(&error))?;
        let queues = Arc::new(queues);
        let mailbox = Mailbox::new(disk.clone());
        let parameters = Parameters::open(folder.as_ref().map(Folder::path)).map_err(|error| opened(&error))?;

        let apps = Apps::open(options.web.as_deref(), options.build);

        let (switch, stop) = Stop::new();
        let mut parts = JoinSet::new();
        let (calls, database) = tables.serve().map_err(Failure::part("The embedded DynamoDB can't be started"))?;
        let wire = Wire {
            queues: Arc::clone(&queues),
            mailbox: mailbox.clone(),
            parameters,
            clock: clock.clone(),
            prefix: PREFIX.to_owned(),
        };
        let uploads = Uploads { objects: Objects::new(disk.clone()), clock: clock.clone() };
        let client = aws::client(wire::router(wire).merge(uploads::wire(uploads.clone())), calls);

        let origin = format!("http://localhost:{}", address.port());
        let endpoint = || Some(aws::ENDPOINT.to_owned());
        let settings = Settings {
            store: Location { prefix: PREFIX.to_owned(), keys: KEYS.to_owned(), dynamodb: endpoint(), ssm: endpoint() },
            base_url: origin.clone(),
            sender: "hello@guestlist.test".to_owned(),
            mail_set: Some("guestlist-local".to_owned()),
            queues: format!("{}/000000000000/", aws::ENDPOINT),
            sqs: endpoint(),
            ses: endpoint(),
            bucket: uploads::BUCKET.to_owned(),
            uploads: uploads::PATH.to_owned(),
            s3: endpoint(),
        };
        let house = House::new(&sdk(client), settings, clock.for_functions(), Chance::System)
            .with_log(move |line| log.line(line));
        make_keys(&house).await?;

        let router = Router::new(functions)
            .map_err(|error| Failure::Part { what: "Two routes clash", why: format!("{error:?}") })?;
        let api = Api { house: house.clone(), router: Arc::new(router) };
        let written = Arc::new(Notify::new());
        let publisher = functions.iter().find(|f| matches!(f.kind, Kind::Consumer { source: Source::Streams(_) }));
        let front = Front {
            api,
            queues: Arc::clone(&queues),
            mailbox,
            clock: clock.clone(),
            accounts: if options.seed { seed::ACCOUNTS.into() } else { Vec::new().into() },
            data: folder.as_ref().map(|folder| folder.path().display().to_string()),
            origin,
            apps,
            uploads: uploads.clone(),
            written: Arc::clone(&written),
            unpublished: publisher.map(|f| (kit::UNPUBLISHED.name.to_owned(), handler(f, &house, &written))),
        };

        for function in functions {
            let handler = handler(function, &house, &written);
            match function.kind {
                Kind::Route { .. } => {}
                Kind::Schedule { every } => {
                    parts.spawn(Schedule { handler, every }.run(clock.clone(), stop.clone()));
                }
                Kind::Consumer { source: Source::Queue(queue) } => {
                    parts.spawn(Arc::new(mapping(queue, handler, &queues)).run(stop.clone()));
                }
                Kind::Consumer { source: Source::Streams(streamed) } => {
                    for table in streamed {
                        let stream = Stream {
                            database: tables.database.clone(),
                            table: full_name(*table),
                            disk: disk.clone(),
                            queues: Arc::clone(&queues),
                            unpublished: kit::UNPUBLISHED.name.to_owned(),
                            handler: handler.clone(),
                            batch: STREAM_BATCH,
                            attempts: STREAM_ATTEMPTS,
                            written: Arc::clone(&written),
                        };
                        parts.spawn(stream.run(stop.clone()));
                    }
                }
            }
        }
        parts.spawn(clean(tables, disk.clone(), uploads, stop.clone()));
        parts.spawn(serve_front(listener, front.clone(), stop.clone()));
        if options.seed {
            parts.spawn(seed::run(front.clone(), disk, stop.clone()));
        }
        let data = options.data.clone();
        Ok(Self { front, address, data, switch, stop, parts, database, _folder: folder })
    }

    /// Builds the web apps where they aren't yet, while everything else goes on.
    pub fn build_apps(&mut self) {
        self.parts.spawn(self.front.apps.clone().build_until(self.stop.clone()));
    }

    /// Stops everything: no new work, what is under way gets a moment, then the database closes.
    pub async fn stop(self) {
        let Self { front, switch, mut parts, database, .. } = self;
        switch.send_replace(true);
        let all = async { while parts.join_next().await.is_some() {} };
        drop(tokio::time::timeout(GRACE, all).await);
        parts.shutdown().await;
        drop(front);
        let waited = tokio::task::spawn_blocking(|| database.join());
        drop(tokio::time::timeout(Duration::from_millis(500), waited).await);
    }
}

fn full_name(table: Table) -> String {
    format!("{PREFIX}{}", table.name())
}

/// The port for people. Loopback only: there is no password on the workshop.
async fn listen(port: u16) -> Result<TcpListener, Failure> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
        Ok(listener) => Ok(listener),
        Err(why) if why.kind() == std::io::ErrorKind::AddrInUse => Err(Failure::PortTaken { port }),
        Err(why) => Err(Failure::Port { port, why }),
    }
}

/// The SDK as the cloud has it, but for the keys, which open nothing, and what answers.
fn sdk(client: SharedHttpClient) -> SdkConfig {
    let keys = Credentials::from_keys(uploads::ACCESS_KEY, uploads::SECRET, None);
    SdkConfig::builder()
        .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .http_client(client)
        .build()
}

/// The queues that the functions consume, each with its dead letters, and the one for what can't be published.
fn specs(functions: &[Function]) -> Vec<QueueSpec> {
    let consumed = functions.iter().filter_map(|function| match function.kind {
        Kind::Consumer { source: Source::Queue(queue) } => Some((queue, function.timeout)),
        _ => None,
    });
    let mut specs = vec![resting(kit::UNPUBLISHED.name.to_owned())];
    for (queue, timeout) in consumed {
        let dead = format!("{}-dead", queue.name);
        specs.push(QueueSpec {
            name: queue.name.to_owned(),
            dead_letters: Some(dead.clone()),
            max_receives: queue.tries,
            // Six times the function's timeout, as AWS advises
            // (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
            visibility: timeout * 6,
        });
        specs.push(resting(dead));
    }
    specs
}

/// A queue that nobody consumes but a person.
fn resting(name: String) -> QueueSpec {
    QueueSpec { name, dead_letters: None, max_receives: 1, visibility: Duration::from_secs(30) }
}

fn mapping(queue: Queue, handler: Handler, queues: &Arc<Queues>) -> Mapping {
    Mapping {
        queues: Arc::clone(queues),
        queue: queue.name.to_owned(),
        arn: format!("arn:aws:sqs:local:000000000000:{PREFIX}{}", queue.name),
        handler,
        batch: usize::try_from(queue.batch).unwrap_or(1),
        concurrency: queue.concurrency.map_or(1, |most| usize::try_from(most).unwrap_or(1)),
    }
}

fn handler(function: &'static Function, house: &House, written: &Arc<Notify>) -> Handler {
    let (house, written) = (house.clone(), Arc::clone(written));
    Handler::new(function.name, function.timeout, move |input| {
        let (house, written) = (house.clone(), Arc::clone(&written));
        async move {
            let answer = function.invoke(&house, input).await.map_err(|error| error.to_string());
            written.notify_waiters();
            answer
        }
    })
}

async fn serve_front(listener: TcpListener, front: Front, mut stop: Stop) {
    let app = front::router(front).into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, app).with_graceful_shutdown(async move { stop.requested().await });
    if let Err(error) = served.await {
        eprintln!("guestlist: the port was lost: {error}");
    }
}

/// Every so often: expired items and uploads go (DynamoDB and S3 do it within days), and stream records that were delivered.
async fn clean(tables: Tables, disk: Disk, uploads: Uploads, mut stop: Stop) {
    let streamed: Vec<String> =
        Table::ALL.iter().filter(|table| table.has_stream()).map(|table| full_name(*table)).collect();
    loop {
        let (tables, disk, streamed) = (tables.clone(), disk.clone(), streamed.clone());
        let uploads = uploads.clone();
        let cleaned = tokio::task::spawn_blocking(move || {
            tables.database.sweep_ttl().map_err(|error| error.to_string())?;
            uploads.expire().map_err(|error| error.to_string())?;
            tables.prune(&disk, &streamed).map_err(|error| error.to_string())
        });
        if let Ok(Err(error)) = cleaned.await {
            eprintln!("guestlist: cleaning up failed: {error}");
        }
        tokio::select! {
            () = stop.requested() => return,
            () = tokio::time::sleep(CLEANING) => {}
        }
    }
}

/// Makes the keys that sign tokens and tickets, and replaces those that have grown old.
async fn make_keys(house: &House) -> Result<(), Failure> {
    let store = house.store("make_keys", Access::to_keep_keys());
    let failed = "The signing keys can't be made";
    for key_use in KeyUse::ALL {
        let now = house.clock().now();
        let new = kit::new_key(house.chance(), now).map_err(Failure::part(failed))?;
        store.keep_key(*key_use, new, now, false).await.map_err(Failure::part(failed))?;
    }
    Ok(())
}
