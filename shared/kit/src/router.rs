//! All routes behind one address: the local runner's, the tests', and in Lambda the one function's own.

use crate::{Answer, Error, Function, House, Kind, serve};
use bytes::Bytes;
use percent_encoding::percent_decode_str;

/// The methods that routes have.
const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];

/// The routes of a registry, each under its method and path.
pub struct Router(matchit::Router<&'static Function>);

impl Router {
    /// The routes among `functions`.
    ///
    /// # Errors
    /// Two routes that can't be told apart.
    pub fn new(functions: &'static [Function]) -> crate::Result<Self> {
        let mut routes = matchit::Router::new();
        for function in functions {
            if let Kind::Route { method, path, .. } = function.kind {
                routes.insert(format!("/{method}{path}"), function).map_err(Error::internal)?;
            }
        }
        Ok(Self(routes))
    }

    /// Answers a request; an unknown path or method gets a problem too. A HEAD is answered as a GET is, without the body (RFC
    /// 9110, section 9.3.2).
    pub async fn answer(&self, house: &House, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let is_head = request.method() == http::Method::HEAD;
        let method = if is_head { "GET" } else { request.method().as_str() };
        let under = |method: &str| format!("/{method}{}", request.uri().path());
        let mut answer = match self.0.at(&under(method)) {
            Ok(matched) => {
                let decoded = |text| percent_decode_str(text).decode_utf8_lossy().into_owned();
                let fields = matched.params.iter().map(|(name, value)| (name.to_owned(), decoded(value)));
                serve::request(matched.value, house, &request, fields.collect()).await
            }
            Err(_) => {
                let takes = METHODS.iter().copied().filter(|method| self.0.at(&under(method)).is_ok());
                let takes = takes.collect::<Vec<_>>().join(", ").replace("GET", "GET, HEAD");
                let problem = if takes.is_empty() {
                    Error::problem(404, "no_such_route", "There is nothing at this address.")
                } else {
                    Error::problem(405, "method_not_allowed", format!("This address takes {takes}."))
                };
                let id = serve::request_id(house);
                let answer = problem.answer(&id).header("x-request-id", id);
                if takes.is_empty() { answer } else { answer.header("allow", takes) }
            }
        };
        if is_head {
            let length = answer.body.len().to_string();
            answer = Answer { body: Bytes::new(), ..answer.header("content-length", length) };
        }
        answer.into()
    }
}
