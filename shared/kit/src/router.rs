//! All routes behind one address, for the local runner and the tests; in the cloud API Gateway does this.

use crate::error::Problem;
use crate::function::{Function, Kind};
use crate::house::House;
use crate::{Error, serve};
use bytes::Bytes;
use std::collections::BTreeMap;

/// The routes of a registry.
pub struct Router {
    /// By path; each with its functions by method.
    paths: matchit::Router<BTreeMap<&'static str, &'static Function>>,
}

impl Router {
    /// The routes among `functions`.
    ///
    /// # Errors
    /// Two routes that can't be told apart.
    pub fn new(functions: &'static [Function]) -> crate::Result<Self> {
        let mut by_path: BTreeMap<&'static str, BTreeMap<&'static str, &'static Function>> = BTreeMap::new();
        for function in functions {
            if let Kind::Route { method, path, .. } = function.kind
                && by_path.entry(path).or_default().insert(method, function).is_some()
            {
                return Err(Error::internal(format!("two functions answer {method} {path}")));
            }
        }
        let mut paths = matchit::Router::new();
        for (path, methods) in by_path {
            paths.insert(path, methods).map_err(Error::internal)?;
        }
        Ok(Self { paths })
    }

    /// Whether any function has this path, by whatever method.
    pub fn knows(&self, path: &str) -> bool {
        self.paths.at(path).is_ok()
    }

    /// Answers a request; an unknown path or method gets a problem too.
    pub async fn answer(&self, house: &House, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let problem = |error: Error| {
            let id = serve::request_id(house);
            serve::to_http(Problem::from(&error).answer(&id).header("x-request-id", id))
        };
        let Ok(matched) = self.paths.at(request.uri().path()) else {
            return problem(Error::problem(404, "no_such_route", "There is nothing at this address."));
        };
        match matched.value.get(request.method().as_str()) {
            Some(function) => function.answer(house, request).await,
            None => {
                let allowed: Vec<&str> = matched.value.keys().copied().collect();
                let detail = format!("This address takes {}.", allowed.join(", "));
                let mut response = problem(Error::problem(405, "method_not_allowed", detail));
                if let Ok(value) = http::HeaderValue::try_from(allowed.join(", ")) {
                    response.headers_mut().insert("allow", value);
                }
                response
            }
        }
    }
}
