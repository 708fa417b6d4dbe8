//! What a function runs in: who calls, when, and how to load, commit, send and sign.

use crate::answer::Reply;
use crate::caller::{Identity, signed_out};
use crate::function::Function;
use crate::grant::Grant;
use crate::house::{Bench, House, Settings};
use crate::input::Idempotency;
use crate::queues::{self, Queue};
use crate::serve::hex;
use crate::tokens::{self, Access, Door, Link};
use crate::{Error, Result};
use aws_lc_rs::digest::{SHA256, digest};
use aws_types::SdkConfig;
use domain::bookings::Booked;
use domain::checkins::Shown;
use domain::ids::{DoorPassId, EventId, Identifier, UserId};
use domain::refusal::Refusal;
use domain::text::PersonName;
use domain::tickets::Claims;
use domain::{Change, Language};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{IdempotencyRecord, KeyUse, PublicKey, Store, StoredAnswer};
use tokio::time::Instant;

/// The context of one invocation.
pub struct Cx {
    pub(crate) function: &'static str,
    pub(crate) grants: Vec<Grant>,
    pub(crate) house: House,
    pub(crate) bench: Arc<Bench>,
    pub(crate) request_id: String,
    pub(crate) now: Timestamp,
    pub(crate) deadline: Instant,
    pub(crate) identity: Option<Identity>,
    pub(crate) language: Option<Language>,
    pub(crate) if_match: Option<u64>,
    pub(crate) if_none_match: Option<String>,
    pub(crate) idempotency: Option<Idempotency>,
    pub(crate) address: Option<IpAddr>,
    pub(crate) cookies: Option<String>,
    pub(crate) metrics: Mutex<Vec<(&'static str, f64)>>,
    /// What the rate limits have counted this invocation under.
    counted: Mutex<HashSet<String>>,
}

impl Cx {
    pub(crate) fn new(function: &Function, house: &House, request_id: String) -> Self {
        Self {
            function: function.name,
            grants: function.grants.clone(),
            house: house.clone(),
            bench: house.bench(function),
            request_id,
            now: house.clock().now(),
            deadline: house.deadline(function),
            identity: None,
            language: None,
            if_match: None,
            if_none_match: None,
            idempotency: None,
            address: None,
            cookies: None,
            metrics: Mutex::default(),
            counted: Mutex::default(),
        }
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

    /// Who calls, if they are signed in.
    pub fn caller(&self) -> Option<&Identity> {
        self.identity.as_ref()
    }

    /// The user who calls, if it is one.
    pub fn user_if_any(&self) -> Option<UserId> {
        match &self.identity {
            Some(Identity::User { id, .. }) => Some(*id),
            _ => None,
        }
    }

    /// The user who calls.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn user(&self) -> Result<UserId> {
        self.user_if_any().ok_or_else(signed_out)
    }

    /// The name of the user who calls, as their token says.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub fn user_name(&self) -> Result<&PersonName> {
        match &self.identity {
            Some(Identity::User { name, .. }) => Ok(name),
            _ => Err(signed_out()),
        }
    }

    /// The door pass that calls, if it is one.
    pub fn door_pass(&self) -> Option<(DoorPassId, EventId)> {
        match &self.identity {
            Some(Identity::Door { pass, event }) => Some((*pass, *event)),
            _ => None,
        }
    }

    /// The language of who calls: their own, else the best for their browser.
    pub fn language(&self) -> Language {
        self.language_or(Language::default())
    }

    /// The same, or `otherwise` where nobody says: a messenger that looks at a link for its card has no language.
    pub fn language_or(&self, otherwise: Language) -> Language {
        match &self.identity {
            Some(Identity::User { language, .. }) => *language,
            _ => self.language.unwrap_or(otherwise),
        }
    }

    /// A cookie of the request (RFC 6265).
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let pairs = self.cookies.as_deref()?.split(';');
        pairs.filter_map(|pair| pair.trim().split_once('=')).find_map(|(held, value)| (held == name).then_some(value))
    }

    /// The version that the caller saw, where they sent `If-Match`; a change of another version is refused.
    ///
    /// # Errors
    /// 412, naming the thing.
    pub fn check_version(&self, what: &str, stored: u64) -> Result<()> {
        match self.if_match {
            Some(seen) if seen != stored => Err(Refusal::changed(what).into()),
            _ => Ok(()),
        }
    }

    /// Whether the caller holds what has this entity tag, quotes included, so that 304 says it all (RFC 9110, 13.1.2).
    pub fn is_held(&self, etag: &str) -> bool {
        let held = self.if_none_match.as_deref().unwrap_or_default();
        held.split(',').map(|held| held.trim().trim_start_matches("W/")).any(|held| held == etag || held == "*")
    }

    /// Writes a decision's changes, all or none, and gives the reply. An `Idempotency-Key` goes into the same transaction
    /// with the reply.
    ///
    /// # Errors
    /// Overtaken: the kit runs the function anew.
    pub async fn commit<R: Reply>(&self, changes: Vec<Change>, reply: R) -> Result<R> {
        let record = match &self.idempotency {
            // What answers 201 has created something, if only a permission.
            Some(idempotency) if !changes.is_empty() || R::STATUS == 201 => {
                let answer = reply.answer()?;
                let body = String::from_utf8(answer.body.to_vec()).map_err(Error::internal)?;
                let answer = StoredAnswer { status: answer.status, headers: answer.headers, body };
                let Idempotency { scope, request_hash } = idempotency.clone();
                Some(IdempotencyRecord::new(scope, request_hash, answer, self.now))
            }
            _ => None,
        };
        self.store().commit(&changes, record.as_ref()).await?;
        Ok(reply)
    }

    /// A new id.
    ///
    /// # Errors
    /// There is no randomness to be had.
    pub fn new_id<I: Identifier>(&self) -> Result<I> {
        self.house.chance().id(self.now)
    }

    /// A secret of 256 bits, in hex.
    ///
    /// # Errors
    /// There is no randomness to be had.
    pub fn secret(&self) -> Result<String> {
        Ok(hex(&self.house.chance().bytes()?))
    }

    /// Six random digits.
    ///
    /// # Errors
    /// There is no randomness to be had.
    pub fn six_digits(&self) -> Result<String> {
        self.house.chance().six_digits()
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
        match self.address {
            Some(address) => self.limit(&format!("{name}#{}", network(address)), most, seconds).await,
            None => Ok(()),
        }
    }

    /// Sends messages to a queue; they are seen after `delay_seconds`.
    ///
    /// # Errors
    /// Some weren't taken; a caller that is tried again sends all of them once more.
    pub async fn send<M: Serialize>(&self, queue: Queue, messages: &[M], delay_seconds: i32) -> Result<()> {
        self.check_grant(Grant::Send(queue))?;
        queues::send_all(self.house.sqs(), &self.house.queue_url(queue), messages, delay_seconds).await?;
        if !messages.is_empty() {
            self.house.note_used(self.function, Grant::Send(queue));
        }
        Ok(())
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
        self.check_grant(Grant::Mail)?;
        let sent = self.house.mailer().send(from, to, mime).await;
        if sent.is_ok() {
            self.house.note_used(self.function, Grant::Mail);
        }
        Ok(sent)
    }

    /// What only some functions stand on, such as the client of a service that the kit doesn't know: made once in a
    /// house, from its configuration and addresses.
    pub fn part<T: Send + Sync + 'static>(&self, make: impl FnOnce(&SdkConfig, &Settings) -> T) -> Arc<T> {
        self.house.part(make)
    }

    /// Makes a call that needs a grant, to a service that the kit doesn't know.
    ///
    /// # Errors
    /// The call's, or a missing grant.
    pub async fn granted<T>(&self, grant: Grant, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.check_grant(grant)?;
        let done = call.await?;
        self.house.note_used(self.function, grant);
        Ok(done)
    }

    fn check_grant(&self, grant: Grant) -> Result<()> {
        if self.grants.contains(&grant) {
            return Ok(());
        }
        Err(Error::internal(format!("{} was not granted {grant}", self.function)))
    }

    /// Adds to a business metric of this invocation's log line.
    pub fn metric(&self, name: &'static str, value: f64) {
        self.metrics.lock().unwrap_or_else(PoisonError::into_inner).push((name, value));
    }

    /// Signs the tickets of a booking that was decided on.
    ///
    /// # Errors
    /// The key can't be read.
    pub async fn sign_tickets(&self, booked: &Booked) -> Result<Vec<String>> {
        let signer = self.bench.keys.signer(self.store(), KeyUse::Tickets, self.now).await?;
        let event = booked.booking.event;
        Ok(booked
            .tickets()
            .map(|(ticket, issue)| signer.ticket_token(Claims { key: 0, event, ticket, issue }))
            .collect())
    }

    /// What was shown at the door, as far as its signature is ours.
    ///
    /// # Errors
    /// The keys can't be read.
    pub async fn read_ticket_token(&self, token: &str) -> Result<Shown> {
        let Some((claims, signature)) = Claims::read(token) else { return Ok(Shown::Foreign) };
        let ring = self.bench.keys.ring(self.store(), KeyUse::Tickets, Some(claims.key), self.now).await?;
        if !ring.verifies_ticket(&claims, &signature) {
            return Ok(Shown::Foreign);
        }
        Ok(Shown::Token(claims.ticket, claims.event, token.to_ascii_uppercase()))
    }

    /// An access token for a user, and for how many seconds it holds.
    ///
    /// # Errors
    /// The key can't be read.
    pub async fn access_token(&self, access: Access) -> Result<(String, i64)> {
        let ends = tokens::access_ends(self.now);
        let signer = self.bench.keys.signer(self.store(), KeyUse::Tokens, self.now).await?;
        Ok((tokens::sign(&signer, access, self.now, ends)?, ends.duration_since(self.now).as_secs()))
    }

    /// A door pass's token. It says no end of its own but a far one: the pass ends with its event, which may be moved.
    ///
    /// # Errors
    /// The key can't be read.
    pub async fn door_token(&self, pass: DoorPassId, event: EventId) -> Result<String> {
        self.sign(Door { sub: pass, event }, SignedDuration::from_hours(24 * 400)).await
    }

    /// A signed link's token.
    ///
    /// # Errors
    /// The key can't be read.
    pub async fn link_token(&self, link: Link, holds: SignedDuration) -> Result<String> {
        self.sign(link, holds).await
    }

    async fn sign<C: tokens::Claims>(&self, claims: C, holds: SignedDuration) -> Result<String> {
        let signer = self.bench.keys.signer(self.store(), KeyUse::Tokens, self.now).await?;
        tokens::sign(&signer, claims, self.now, self.now + holds)
    }

    /// What a signed link's token says; `None` where it isn't ours or has ended.
    ///
    /// # Errors
    /// The keys can't be read.
    pub async fn read_link(&self, token: &str) -> Result<Option<Link>> {
        let Some(id) = tokens::key_id(token) else { return Ok(None) };
        let ring = self.bench.keys.ring(self.store(), KeyUse::Tokens, Some(id), self.now).await?;
        Ok(tokens::verify(&ring, token, self.now))
    }

    /// The published keys of a use.
    ///
    /// # Errors
    /// The store's.
    pub async fn public_keys(&self, key_use: KeyUse) -> Result<Vec<PublicKey>> {
        Ok(self.store().public_keys(key_use).await?)
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
