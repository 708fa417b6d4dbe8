//! How a function is declared. This is the contributor's guide: see also `docs/ADDING_A_FUNCTION.md`.

use crate::input::Input;
use crate::{Answer, Caller, Cx, Error, Grant, Media, Queue, Reply, Result, read, write};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use std::any::type_name;
use std::pin::Pin;
use std::time::Duration;
use store::Table;

/// An HTTP route. The struct that implements it is its request: fields named in the path come from there, the others from
/// the body (POST, PUT, PATCH) or the query (GET, DELETE).
pub trait Route: DeserializeOwned + JsonSchema + Send + Sync + 'static {
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
    /// The fields that a request can't do without, where there are several besides those of the path: so that all that are
    /// missing are named at once. Serde names the first.
    const NEEDED: &[&str] = &[];
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
#[derive(Clone, Copy, Debug)]
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
        /// Fields that a request can't do without, where there are several.
        needed: &'static [&'static str],
        /// Whether it goes before others.
        urgent: bool,
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
#[derive(Clone, Copy, Debug)]
pub struct RouteDocs {
    /// The request's schema; its description is the function's doc comment.
    pub request: fn(&mut SchemaGenerator) -> Schema,
    /// The status when all went well.
    pub status: u16,
    /// Headers of the reply, each with what it says.
    pub headers: &'static [(&'static str, &'static str)],
    /// What the reply may be.
    pub media: &'static [Media],
}

/// Reads what a function is given and runs it, once. All that is compiled anew for each function is in here.
pub(crate) type Handler = for<'a> fn(&'a Input, &'a Cx) -> Pin<Box<dyn Future<Output = Result<Answer>> + Send + 'a>>;

/// A function, as the registry lists it.
#[derive(Clone, Debug)]
pub struct Function {
    /// The crate that it lies in, which is also the binary that holds it.
    pub home: &'static str,
    /// The noun that it belongs to: that of its folder.
    pub noun: &'static str,
    /// Its name: that of its file, its Lambda handler, its operation id, its sample, its log field.
    pub name: &'static str,
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
    /// Its words for the API's description; `None` for what isn't a route. Lambda has no use for them.
    #[cfg(feature = "describe")]
    pub docs: Option<RouteDocs>,
    pub(crate) handler: Handler,
}

/// A route, for the registry.
pub fn route<R: Route>() -> Function {
    let (method, path) = R::ROUTE.split_once(' ').unwrap_or(("GET", R::ROUTE));
    let (caller, idempotent, query, needed, urgent) = (R::CALLER, R::IDEMPOTENT, R::QUERY, R::NEEDED, R::URGENT);
    let kind = Kind::Route { method, path, caller, idempotent, query, needed, urgent };
    let handler: Handler = |input, cx| Box::pin(async move { input.read::<R>()?.run(cx).await?.answer() });
    let mut function = Function::new(type_name::<R>(), kind, R::GRANTS, R::TIMEOUT, handler);
    function.memory_mb = R::MEMORY_MB;
    #[cfg(feature = "describe")]
    {
        function.docs = Some(RouteDocs {
            request: R::json_schema,
            status: R::Reply::STATUS,
            headers: R::Reply::HEADERS,
            media: R::Reply::MEDIA,
        });
    }
    function
}

/// A schedule, for the registry.
pub fn schedule<S: Schedule>() -> Function {
    let handler: Handler = |_, cx| Box::pin(async move { S::run(cx).await.map(|()| Answer::new(204)) });
    Function::new(type_name::<S>(), Kind::Schedule { every: S::EVERY }, S::GRANTS, Duration::from_secs(50), handler)
}

/// A consumer, for the registry.
pub fn consumer<C: Consumer>() -> Function {
    let handler: Handler = |input, cx| {
        Box::pin(async move {
            let message: C = serde_json::from_value(input.given.clone()).map_err(Error::internal)?;
            message.run(cx).await.map(|()| Answer::new(204))
        })
    };
    Function::new(type_name::<C>(), Kind::Consumer { source: C::SOURCE }, C::GRANTS, C::TIMEOUT, handler)
}

impl Function {
    /// `functions::bookings::book_place::BookPlace` says home, noun, name and type at once, so that they can't disagree. In a
    /// home of one noun the two are one: `pictures::set_cover::SetCover`.
    fn new(type_path: &'static str, kind: Kind, grants: &[Grant], timeout: Duration, handler: Handler) -> Self {
        let mut parts = type_path.rsplit("::");
        let mut part = || parts.next().unwrap_or_default();
        let (type_name, name, noun) = (part(), part(), part());
        let mut grants = grants.to_vec();
        if let Kind::Route { caller, idempotent, .. } = kind {
            grants.extend(caller.reads_token().then_some(read(Table::PublicKeys)));
            grants.extend([read(Table::Deliveries), write(Table::Deliveries)].into_iter().filter(|_| idempotent));
        }
        grants.sort();
        grants.dedup();
        Self {
            home: type_path.split("::").next().unwrap_or_default(),
            noun,
            name,
            type_name,
            kind,
            grants,
            memory_mb: 256,
            timeout,
            #[cfg(feature = "describe")]
            docs: None,
            handler,
        }
    }
}
