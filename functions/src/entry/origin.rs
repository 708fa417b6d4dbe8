//! The secret between CloudFront and the API: by it a function knows that a request came through CloudFront, and not straight to
//! API Gateway's own address, past what CloudFront is there for (docs/decisions/0019-edge.md).

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use kit::{ClientAddress, Error};
use serde_json::{Value, json};
use std::net::IpAddr;

/// Where CloudFront puts the secret.
const SECRET: &str = "x-guestlist-origin";
/// Where it says who calls (`ApiFunction` in infra/aws/edge.yaml).
const CLIENT: &str = "x-guestlist-client";

/// What is said in the place of hashes where nothing stands before the function.
const NOTHING: &str = "none";
/// The code of a refusal.
const REFUSED: &str = "not_by_this_way";

/// What proves that a request came through CloudFront.
#[derive(Debug, PartialEq)]
pub(super) struct Origin {
    /// The SHA-256 of each secret that is taken, in hex: the one in use, those before it and those to come, so that one can
    /// take the other's place while all is running. Empty where nothing stands before the function: in tests.
    hashes: Vec<String>,
}

impl Origin {
    /// By the hashes, with commas between them, or [`NOTHING`]: that has to be said, so that what is missing opens nothing.
    pub(super) fn of(hashes: &str) -> Result<Self, String> {
        if hashes == NOTHING {
            return Ok(Self { hashes: Vec::new() });
        }
        let hashes: Vec<String> = hashes.split(',').map(str::to_owned).collect();
        // What is no hash would be taken by nobody, and nobody would know why.
        let is_hash = |hash: &String| hash.len() == 64 && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if hashes.iter().all(is_hash) {
            Ok(Self { hashes })
        } else {
            Err(format!("GUESTLIST_ORIGIN_HASHES must be SHA-256 in hex, with commas between them, or `{NOTHING}`."))
        }
    }

    /// Lets a request pass that came through CloudFront, as from whom CloudFront says that it is; else gives the refusal.
    pub(super) fn admit(
        &self,
        mut request: Request<Bytes>,
        base_url: &str,
        request_id: &str,
    ) -> Result<Request<Bytes>, Response<Bytes>> {
        if self.hashes.is_empty() {
            return Ok(request);
        }
        if !self.knows(request.headers()) {
            let detail = format!("This address is not for you to use. Guestlist answers at {base_url}.");
            let refused = Error::Problem { status: 403, code: REFUSED, detail };
            return Err(refused.answer(request_id).into());
        }
        // API Gateway saw CloudFront call. Where CloudFront doesn't say whom it calls for, nobody knows.
        let client = request.headers().get(CLIENT).and_then(|address| address.to_str().ok()?.parse::<IpAddr>().ok());
        request.extensions_mut().remove::<ClientAddress>();
        if let Some(client) = client {
            request.extensions_mut().insert(ClientAddress(client));
        }
        request.headers_mut().remove(SECRET);
        Ok(request)
    }

    /// Hashes are compared, not secrets: how long that takes tells nothing that leads to the secret.
    fn knows(&self, headers: &HeaderMap) -> bool {
        headers.get(SECRET).is_some_and(|secret| self.hashes.contains(&hash(secret.as_bytes())))
    }
}

/// A refusal's line in the log, by which it shows that CloudFront and the functions have no secret in common. Nothing of what was
/// sent is in it.
pub(super) fn refusal(function: &str, request_id: &str) -> Value {
    json!({ "function": function, "request_id": request_id, "status": 403, "problem": REFUSED })
}

fn hash(secret: &[u8]) -> String {
    digest(&SHA256, secret).as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What API Gateway sees: CloudFront.
    const EDGE: &str = "130.176.0.1";

    fn request(headers: &[(&str, &str)]) -> Request<Bytes> {
        let mut request = Request::get("/api/events");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.extension(ClientAddress(EDGE.parse().unwrap())).body(Bytes::new()).unwrap()
    }

    fn origin(secrets: &[&str]) -> Origin {
        let hashes: Vec<String> = secrets.iter().map(|secret| hash(secret.as_bytes())).collect();
        Origin::of(&hashes.join(",")).unwrap()
    }

    fn admit(origin: &Origin, headers: &[(&str, &str)]) -> Result<Request<Bytes>, Response<Bytes>> {
        origin.admit(request(headers), "https://guestlist.example", "request-1")
    }

    fn client(request: &Request<Bytes>) -> Option<String> {
        request.extensions().get::<ClientAddress>().map(|ClientAddress(address)| address.to_string())
    }

    #[test]
    fn without_the_secret_nothing_passes() {
        let origin = origin(&["current"]);
        for headers in [&[][..], &[(SECRET, "wrong")], &[(SECRET, "")], &[(CLIENT, "203.0.113.9")]] {
            let refused = admit(&origin, headers).unwrap_err();
            assert_eq!(refused.status(), 403, "{headers:?}");
            let problem: serde_json::Value = serde_json::from_slice(refused.body()).unwrap();
            assert_eq!((&problem["code"], &problem["request_id"]), (&"not_by_this_way".into(), &"request-1".into()));
            assert!(problem["detail"].as_str().unwrap().contains("https://guestlist.example"), "{problem}");
        }
    }

    #[test]
    fn each_secret_passes_while_one_takes_the_other_s_place() {
        let origin = origin(&["next", "current", "before"]);
        for secret in ["next", "current", "before"] {
            let passed = admit(&origin, &[(SECRET, secret)]).unwrap();
            assert!(!passed.headers().contains_key(SECRET), "nothing behind it needs the secret");
        }
        assert!(admit(&origin, &[(SECRET, "long-ago")]).is_err());
    }

    #[test]
    fn who_calls_is_whom_cloudfront_names() {
        let origin = origin(&["current"]);
        for (said, known) in [
            (Some("203.0.113.9"), Some("203.0.113.9")),
            (Some("2001:db8::9"), Some("2001:db8::9")),
            // Better nobody than CloudFront, behind which is everybody.
            (Some("203.0.113.9, 10.0.0.1"), None),
            (None, None),
        ] {
            let mut headers = vec![(SECRET, "current")];
            headers.extend(said.map(|said| (CLIENT, said)));
            assert_eq!(client(&admit(&origin, &headers).unwrap()).as_deref(), known, "{said:?}");
        }
    }

    #[test]
    fn where_nothing_stands_before_it_nobody_is_believed() {
        let direct = Origin::of(NOTHING).unwrap();
        let passed = admit(&direct, &[(CLIENT, "203.0.113.9")]).unwrap();
        assert_eq!(client(&passed).as_deref(), Some(EDGE));
    }

    #[test]
    fn what_is_no_hash_is_said_on_start() {
        let and_none = format!("{},{NOTHING}", hash(b"a"));
        for hashes in ["current", "", "None", &and_none, &hash(b"a").to_uppercase(), &format!("{},", hash(b"a"))] {
            assert!(Origin::of(hashes).is_err(), "{hashes}");
        }
    }
}
