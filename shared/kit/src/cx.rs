//! What a function runs in: who calls, when, and how to load, commit, send and sign.

use crate::caller::signed_out;
use crate::house::{Bench, Given};
use crate::{Access, Answer, Error, Function, Grant, House, Queue, Reply, Result, Settings, Token, queues, tokens};
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use aws_types::SdkConfig;
use domain::bookings::Booked;
use domain::checkins::Shown;
use domain::ids::{DoorPassId, EventId, Identifier, UserId};
use domain::refusal::Refusal;
use domain::tickets::Claims;
use domain::{Change, Language};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{IdempotencyRecord, KeyUse, Store, StoredAnswer};
use tokio::time::Instant;

/// The context of one invocation.
pub struct Cx {
    pub(crate) house: House,
    pub(crate) bench: Arc<Bench>,
    pub(crate) request_id: String,
    pub(crate) now: Timestamp,
    pub(crate) started: Instant,
    pub(crate) deadline: Instant,
    pub(crate) asked: Asked,
    pub(crate) metrics: Mutex<BTreeMap<&'static str, f64>>,
    pub(crate) note: Mutex<String>,
    /// What the rate limits have counted this invocation under.
    counted: Mutex<HashSet<String>>,
}

/// What a request says besides its fields.
#[derive(Default)]
pub(crate) struct Asked {
    pub token: Option<Token>,
    pub language: Option<Language>,
    pub if_match: Option<u64>,
    pub if_none_match: Option<String>,
    pub idempotency: Option<Idempotency>,
    pub address: Option<IpAddr>,
    pub cookies: Option<String>,
}

/// A request's idempotency: whose key, and a hash of what was asked.
#[derive(Clone, Debug)]
pub(crate) struct Idempotency {
    pub scope: String,
    pub request_hash: String,
}

impl Cx {
    pub(crate) fn new(function: &Function, house: &House, request_id: String, deadline: Instant) -> Self {
        let (house, bench, now, started) = (house.clone(), house.bench(function), house.clock().now(), Instant::now());
        let (asked, metrics, note, counted) = Default::default();
        Self { house, bench, request_id, now, started, deadline, asked, metrics, note, counted }
    }

    /// The time of this invocation.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// How long this invocation may still take.
    pub fn time_left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// The tables.
    pub fn store(&self) -> &Store {
        &self.bench.store
    }

    /// Where people find us, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.house.settings().base_url
    }

    /// The address that mails come from.
    pub fn sender(&self) -> &str {
        &self.house.settings().sender
    }

    /// The user who calls, if it is one, as their token says.
    fn access(&self) -> Option<&Access> {
        match &self.asked.token {
            Some(Token::Api(access)) => Some(access),
            _ => None,
        }
    }

    /// The user who calls, as their token says.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn signed_in(&self) -> Result<&Access> {
        self.access().ok_or_else(signed_out)
    }

    /// The user who calls.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn user(&self) -> Result<UserId> {
        Ok(self.signed_in()?.sub)
    }

    /// The user who calls, if it is one.
    pub fn user_if_any(&self) -> Option<UserId> {
        Some(self.access()?.sub)
    }

    /// The door pass that calls, if it is one.
    pub fn door_pass(&self) -> Option<(DoorPassId, EventId)> {
        match &self.asked.token {
            Some(Token::Door { sub, event }) => Some((*sub, *event)),
            _ => None,
        }
    }

    /// The language of who calls: their own, else the best for their browser.
    pub fn language(&self) -> Language {
        self.language_or(Language::default())
    }

    /// The same, or `otherwise` where nobody says: a messenger that looks at a link for its card has no language.
    pub fn language_or(&self, otherwise: Language) -> Language {
        self.access().map_or(self.asked.language.unwrap_or(otherwise), |access| access.lang)
    }

    /// A cookie of the request (RFC 6265).
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.asked.cookies.as_deref()?.split(';');
        pairs.filter_map(|pair| pair.trim().split_once('=')).find_map(|(held, value)| (held == name).then_some(value))
    }

    /// The version that the caller saw, where they sent `If-Match`; a change of another version is refused.
    ///
    /// # Errors
    /// 412, naming the thing.
    pub fn check_version(&self, what: &str, stored: u64) -> Result<()> {
        match self.asked.if_match {
            Some(seen) if seen != stored => Err(Refusal::changed(what).into()),
            _ => Ok(()),
        }
    }

    /// Whether the caller holds what has this entity tag, quotes included, so that 304 says it all (RFC 9110, 13.1.2).
    pub fn is_held(&self, etag: &str) -> bool {
        let held = self.asked.if_none_match.as_deref().unwrap_or_default();
        held.split(',').map(|held| held.trim().trim_start_matches("W/")).any(|held| held == etag || held == "*")
    }

    /// Writes a decision's changes, all or none, and gives the reply. An `Idempotency-Key` goes into the same transaction
    /// with the reply.
    ///
    /// # Errors
    /// Overtaken: the kit runs the function anew.
    pub async fn commit<R: Reply>(&self, changes: Vec<Change>, reply: R) -> Result<R> {
        // What answers 201 has created something, if only a permission.
        let is_kept = self.asked.idempotency.is_some() && (!changes.is_empty() || R::STATUS == 201);
        let answer = if is_kept { Some(reply.answer()?) } else { None };
        self.write(&changes, answer).await?;
        Ok(reply)
    }

    async fn write(&self, changes: &[Change], answer: Option<Answer>) -> Result<()> {
        let mut record = None;
        if let (Some(Answer { status, headers, body }), Some(asked)) = (answer, &self.asked.idempotency) {
            let body = String::from_utf8(body.to_vec()).map_err(Error::internal)?;
            let (scope, hash) = (asked.scope.clone(), asked.request_hash.clone());
            record = Some(IdempotencyRecord::new(scope, hash, StoredAnswer { status, headers, body }, self.now));
        }
        Ok(self.store().commit(changes, record.as_ref()).await?)
    }

    /// A new id.
    ///
    /// # Errors
    /// There is no randomness to be had.
    pub fn new_id<I: Identifier>(&self) -> Result<I> {
        self.house.chance().id(self.now)
    }

    /// The source of secrets.
    pub fn chance(&self) -> &crate::Chance {
        self.house.chance()
    }

    /// Refuses what happens more than `most` times in so many seconds for `name`.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub async fn limit(&self, name: &str, most: u32, seconds: i64) -> Result<()> {
        // A function that is run anew still works on one request.
        if self.counted.lock().unwrap_or_else(PoisonError::into_inner).contains(name) {
            return Ok(());
        }
        let rate = self.store().count(name, seconds, self.now).await?;
        if rate.count > most {
            return Err(Refusal::too_many(rate.seconds_left).into());
        }
        self.counted.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        Ok(())
    }

    /// The same, for the caller's network address; in the cloud CloudFront says what it is, and where it isn't known
    /// nothing is limited by it.
    ///
    /// # Errors
    /// 429 with the time to wait.
    pub async fn limit_address(&self, name: &str, most: u32, seconds: i64) -> Result<()> {
        match self.asked.address {
            Some(address) => self.limit(&format!("{name}#{}", network(address)), most, seconds).await,
            None => Ok(()),
        }
    }

    /// Sends messages to a queue; they are seen after `delay_seconds`.
    ///
    /// # Errors
    /// Some weren't taken; a caller that is tried again sends all of them once more.
    pub async fn send<M: Serialize>(&self, queue: Queue, messages: &[M], delay_seconds: i32) -> Result<()> {
        if messages.is_empty() {
            return Ok(());
        }
        let Settings { queues, store, .. } = self.house.settings();
        let url = format!("{queues}{}{}", store.prefix, queue.name);
        let client = self.part(queues::client);
        self.granted(Grant::Send(queue), queues::send_all(&client, &url, messages, delay_seconds)).await
    }

    /// Sends a mail.
    ///
    /// # Errors
    /// See [`mail::SendError`]; the outer error is a missing grant.
    pub async fn send_mail(
        &self,
        from: &str,
        to: &str,
        mime: Vec<u8>,
    ) -> Result<std::result::Result<mail::SesMessageId, mail::SendError>> {
        let mailer =
            self.part(|sdk, settings| mail::Mailer::new(sdk, settings.ses.as_deref(), settings.mail_set.clone()));
        self.granted(Grant::Mail, async { Ok(mailer.send(from, to, mime).await) }).await
    }

    /// What only some functions stand on, such as a service's client: made once in a house, from its configuration and
    /// addresses.
    pub fn part<T: Send + Sync + 'static>(&self, make: impl FnOnce(&SdkConfig, &Settings) -> T) -> Arc<T> {
        let Given { sdk, settings, .. } = &*self.house.given;
        let mut parts = self.house.parts.lock().unwrap_or_else(PoisonError::into_inner);
        let held = parts.get(&TypeId::of::<T>()).and_then(|part| Arc::clone(part).downcast().ok());
        held.unwrap_or_else(|| {
            let part = Arc::new(make(sdk, settings));
            parts.insert(TypeId::of::<T>(), part.clone());
            part
        })
    }

    /// Makes a call that needs a grant.
    ///
    /// # Errors
    /// The call's, or a missing grant.
    pub async fn granted<T>(&self, grant: Grant, call: impl Future<Output = Result<T>>) -> Result<T> {
        if !self.bench.grants.contains(&grant) {
            return Err(Error::internal(format!("{} was not granted {grant}", self.bench.function)));
        }
        let done = call.await?;
        self.bench.used.lock().unwrap_or_else(PoisonError::into_inner).insert(grant);
        Ok(done)
    }

    /// Adds to a business metric of this invocation's log line.
    pub fn metric(&self, name: &'static str, value: f64) {
        *self.metrics.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += value;
    }

    /// Puts a few words into this invocation's log line, such as what another service said: no address, and no secret.
    pub fn note(&self, words: impl ToString) {
        *self.note.lock().unwrap_or_else(PoisonError::into_inner) = words.to_string();
    }

    /// Signs the tickets of a booking that was decided on.
    ///
    /// # Errors
    /// The key can't be read.
    pub async fn sign_tickets(&self, booked: &Booked) -> Result<Vec<String>> {
        let signer = self.signer(KeyUse::Tickets).await?;
        let event = booked.booking.event;
        let signed = |(ticket, issue)| signer.ticket_token(Claims { key: 0, event, ticket, issue });
        Ok(booked.tickets().map(signed).collect())
    }

    /// What was shown at the door, as far as its signature is ours.
    ///
    /// # Errors
    /// The keys can't be read.
    pub async fn read_ticket_token(&self, token: &str) -> Result<Shown> {
        let Some((claims, signature)) = Claims::read(token) else { return Ok(Shown::Foreign) };
        let ring = self.key_ring(KeyUse::Tickets, Some(claims.key)).await?;
        if !ring.verifies_ticket(&claims, &signature) {
            return Ok(Shown::Foreign);
        }
        Ok(Shown::Token(claims.ticket, claims.event, token.to_ascii_uppercase()))
    }

    /// The text of a token that holds so long from now on.
    ///
    /// # Errors
    /// The key can't be read.
    pub async fn sign_token(&self, token: Token, holds: SignedDuration) -> Result<String> {
        let signer = self.signer(KeyUse::Tokens).await?;
        tokens::sign(&signer, token, self.now, holds)
    }

    /// What a token says; `None` where it isn't ours or has ended.
    ///
    /// # Errors
    /// The keys can't be read.
    pub async fn read_token(&self, text: &str) -> Result<Option<Token>> {
        let Some(id) = tokens::key_id(text) else { return Ok(None) };
        let ring = self.key_ring(KeyUse::Tokens, Some(id)).await?;
        Ok(tokens::verify(&ring, text, self.now))
    }
}

/// What is counted as one address: an IPv6 customer has a whole /64.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

/// What is stored of a secret: its SHA-256, in hex. A secret of 256 random bits needs no slow hash.
pub fn secret_hash(secret: &str) -> String {
    hex(digest(&SHA256, secret.as_bytes()).as_ref())
}

/// HMAC-SHA256 (RFC 2104) of a text, in hex: who has the key finds it as often as asked; to others the text alone says nothing of
/// it, nor it of the text.
pub fn keyed_hash(key: &str, text: &[u8]) -> String {
    hex(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()), text).as_ref())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
