//! How a function is declared. This is the contributor's guide: see also `docs/ADDING_A_FUNCTION.md`.

use crate::Result;
use crate::answer::{Answer, Media, Reply};
use crate::caller::Caller;
use crate::cx::Cx;
use crate::grant::{Grant, read, write};
use crate::house::House;
use crate::queues::Queue;
use crate::serve;
use bytes::Bytes;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::pin::Pin;
use std::time::Duration;
use store::Table;

/// An HTTP route. The struct that implements it is its request: fields named in the path come from there, the others from
/// the body (POST, PUT, PATCH) or the query (GET, DELETE).
pub trait Route: DeserializeOwned + JsonSchema + Clone + Send + Sync + 'static {
    /// Method and path: `POST /api/events/{event}/bookings`.
    const ROUTE: &str;
    /// Who may call it.
    const CALLER: Caller;
    /// What it may touch, besides what follows from `CALLER` and `IDEMPOTENT`.
    const GRANTS: &[Grant];
    /// Whether it takes an `Idempotency-Key`: every POST that creates does.
    const IDEMPOTENT: bool = false;
    /// Fields that come from the query although the method has a body.
    const QUERY: &[&str] = &[];
    /// Whether it goes before others where many write the same items: what an organizer changes concerns all who wait.
    const URGENT: bool = false;
    /// Memory in MB; Lambda gives CPU in proportion. More where passwords are hashed or pictures drawn.
    const MEMORY_MB: u32 = 256;
    /// How long one invocation may take. API Gateway waits for 30 s at most.
    const TIMEOUT: Duration = Duration::from_secs(15);
    /// What it answers with.
    type Reply: Reply;

    /// Load, decide, commit, reply. It is run anew, from the start, when what it decided on has changed meanwhile.
    fn run(self, cx: &Cx) -> impl Future<Output = Result<Self::Reply>> + Send;
}

/// Something that happens every so often. Ticks may come twice or late: what is due is found in the store.
pub trait Schedule: Send + Sync + 'static {
    /// How often, in whole minutes.
    const EVERY: Duration;
    /// What it may touch.
    const GRANTS: &[Grant];

    /// One tick.
    fn run(cx: &Cx) -> impl Future<Output = Result<()>> + Send;
}

/// Where a consumer's messages come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A queue.
    Queue(Queue),
    /// The streams of these tables.
    Streams(&'static [Table]),
}

/// Takes messages, one at a time and each at least once. The struct that implements it is its message: the body of a queue's
/// message, or a stream's record. What fails is tried again, alone, and at last becomes a dead letter.
pub trait Consumer: DeserializeOwned + Send + 'static {
    /// Where messages come from.
    const SOURCE: Source;
    /// What it may touch.
    const GRANTS: &[Grant];
    /// How long one invocation may take.
    const TIMEOUT: Duration = Duration::from_secs(30);

    /// One message.
    fn run(self, cx: &Cx) -> impl Future<Output = Result<()>> + Send;
}

/// What starts a function.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// A request.
    Route {
        /// The method.
        method: &'static str,
        /// The path, with its fields in braces.
        path: &'static str,
        /// Who may call it.
        caller: Caller,
        /// Whether it takes an `Idempotency-Key`.
        idempotent: bool,
        /// Fields that come from the query although the method has a body.
        query: &'static [&'static str],
    },
    /// A tick.
    Schedule {
        /// How often.
        every: Duration,
    },
    /// Messages.
    Consumer {
        /// From where.
        source: Source,
    },
}

/// A route in words, for the API's description.
#[derive(Debug)]
pub struct RouteDocs {
    /// The request's schema; its description is the function's doc comment.
    pub request: Schema,
    /// The status when all went well.
    pub status: u16,
    /// Whether the reply carries an `ETag`, for `If-Match`.
    pub tagged: bool,
    /// What the reply may be.
    pub media: Vec<Media>,
}

pub(crate) type Running<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A function, as the registry lists it.
#[derive(Clone)]
pub struct Function {
    /// The crate that it lies in, which is also the binary that holds it.
    pub home: &'static str,
    /// Its name: that of its file, its Lambda handler, its operation id, its sample, its log field.
    pub name: &'static str,
    /// The noun that it belongs to: that of its folder.
    pub noun: &'static str,
    /// The name of its type, which is the function's name in another spelling.
    pub type_name: &'static str,
    /// What starts it.
    pub kind: Kind,
    /// What it may touch, all told.
    pub grants: Vec<Grant>,
    /// Memory in MB.
    pub memory_mb: u32,
    /// How long one invocation may take.
    pub timeout: Duration,
    /// Its words for the API's description; `None` for what isn't a route.
    pub docs: Option<fn(&mut SchemaGenerator) -> RouteDocs>,
    handler: Handler,
}

#[derive(Clone, Copy)]
pub(crate) enum Handler {
    Route(for<'a> fn(&'a Function, &'a House, http::Request<Bytes>) -> Running<'a, Answer>),
    Schedule(for<'a> fn(&'a Cx) -> Running<'a, Result<()>>),
    Consumer(for<'a> fn(Value, &'a Cx) -> Running<'a, Result<()>>),
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Function").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// What a type's path says of its function.
struct Names {
    home: &'static str,
    noun: &'static str,
    name: &'static str,
    type_name: &'static str,
}

/// `functions::bookings::book_place::BookPlace` says home, noun, name and type at once, so that they can't disagree. In a home
/// of one noun the two are one: `pictures::set_cover::SetCover`.
fn names<T>() -> Names {
    let path = std::any::type_name::<T>();
    let home = path.split("::").next().unwrap_or_default();
    let mut path = path.rsplit("::");
    let type_name = path.next().unwrap_or_default();
    let name = path.next().unwrap_or_default();
    Names { home, noun: path.next().unwrap_or_default(), name, type_name }
}

/// A route, for the registry.
pub fn route<R: Route>() -> Function {
    let Names { home, noun, name, type_name } = names::<R>();
    let (method, path) = R::ROUTE.split_once(' ').unwrap_or(("GET", R::ROUTE));
    let mut grants = R::GRANTS.to_vec();
    if R::CALLER.reads_token() {
        grants.push(read(Table::PublicKeys));
    }
    if R::IDEMPOTENT {
        grants.extend([read(Table::Deliveries), write(Table::Deliveries)]);
    }
    grants.sort();
    grants.dedup();
    Function {
        home,
        name,
        noun,
        type_name,
        kind: Kind::Route { method, path, caller: R::CALLER, idempotent: R::IDEMPOTENT, query: R::QUERY },
        grants,
        memory_mb: R::MEMORY_MB,
        timeout: R::TIMEOUT,
        docs: Some(|schemas| RouteDocs {
            request: R::json_schema(schemas),
            status: R::Reply::STATUS,
            tagged: R::Reply::TAGGED,
            media: R::Reply::media(schemas),
        }),
        handler: Handler::Route(|function, house, request| Box::pin(serve::route::<R>(function, house, request))),
    }
}

/// A schedule, for the registry.
pub fn schedule<S: Schedule>() -> Function {
    let Names { home, noun, name, type_name } = names::<S>();
    Function {
        home,
        name,
        noun,
        type_name,
        kind: Kind::Schedule { every: S::EVERY },
        grants: S::GRANTS.to_vec(),
        memory_mb: 256,
        timeout: Duration::from_secs(50),
        docs: None,
        handler: Handler::Schedule(|cx| Box::pin(S::run(cx))),
    }
}

/// A consumer, for the registry.
pub fn consumer<C: Consumer>() -> Function {
    let Names { home, noun, name, type_name } = names::<C>();
    Function {
        home,
        name,
        noun,
        type_name,
        kind: Kind::Consumer { source: C::SOURCE },
        grants: C::GRANTS.to_vec(),
        memory_mb: 256,
        timeout: C::TIMEOUT,
        docs: None,
        handler: Handler::Consumer(|message, cx| Box::pin(serve::message::<C>(message, cx))),
    }
}

impl Function {
    /// Answers a request. Never fails: what goes wrong is in the answer and in the log.
    pub async fn answer(&self, house: &House, request: http::Request<Bytes>) -> http::Response<Bytes> {
        match self.handler {
            Handler::Route(handler) => serve::to_http(handler(self, house, request).await),
            Handler::Schedule(_) | Handler::Consumer(_) => serve::to_http(Answer::new(404)),
        }
    }

    /// Takes a tick, or a batch of messages in Lambda's own form, and gives Lambda's reply: `null`, or which of the batch
    /// failed.
    ///
    /// # Errors
    /// A tick failed, or the input isn't of the form.
    pub async fn invoke(&self, house: &House, input: Value) -> Result<Value> {
        match (self.handler, self.kind) {
            (Handler::Schedule(handler), _) => serve::tick(self, house, handler).await,
            (Handler::Consumer(handler), Kind::Consumer { source }) => {
                serve::batch(self, house, source, handler, input).await
            }
            _ => Err(crate::Error::internal("a route is answered, not invoked")),
        }
    }
}
