//! The pages about an account that mails link to. A page changes nothing by being opened: programs that check mails open
//! every link. Something happens when its button is pressed.

use super::html::Html;
use super::shell::{Runs, Sheet, nothing_here};
use super::words::{Action, Words, words};
use domain::Language;
use kit::{Caller, Cx, Error, Grant, Result, Route};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Show a page about an account: `verify` an address, `reset` a password, say that one `forgot` it, `unsubscribe` from a
/// kind of mail, `sign-in`. What else stands in the address, such as a newsletter's marks, is let be.
#[derive(Deserialize, JsonSchema)]
pub struct RenderAccountPage {
    /// What to do.
    action: String,
    /// The address that is filled in.
    #[serde(default)]
    email: String,
    /// The six digits that are filled in.
    #[serde(default)]
    code: String,
    /// What a mail's link carries.
    #[serde(default)]
    token: String,
}

impl Route for RenderAccountPage {
    const ROUTE: &str = "GET /account/{action}";
    const CALLER: Caller = Caller::Anyone;
    const GRANTS: &[Grant] = &[];
    type Reply = Html;

    async fn run(self, cx: &Cx) -> Result<Self::Reply> {
        self.page(cx.language())
    }
}

#[derive(Serialize)]
struct Field<'a> {
    name: &'static str,
    label: &'static str,
    /// The type of the input.
    kind: &'static str,
    value: &'a str,
    /// What a browser may fill in (HTML Standard, "Autofill").
    autocomplete: &'static str,
    hint: Option<&'static str>,
}

#[derive(Serialize)]
struct Form<'a> {
    /// The route that it is sent to.
    post: String,
    action: &'static Action,
    fields: Vec<Field<'a>>,
    /// Where to go once it is done.
    then: Option<Lead>,
}

/// A link that leads on.
#[derive(Clone, Copy, Serialize)]
struct Lead {
    href: &'static str,
    text: &'static str,
}

#[derive(Serialize)]
struct AccountShown<'a> {
    title: &'static str,
    text: &'static str,
    forms: Vec<Form<'a>>,
    /// The one thing to do, where it is done elsewhere.
    lead_on: Option<Lead>,
    /// What the link to where a new password is asked for says.
    forgot_link: Option<&'static str>,
    /// What the script says when a form is refused, as JSON.
    refused: String,
}

impl RenderAccountPage {
    fn page(&self, language: Language) -> Result<Html> {
        let words = words(language);
        let email = || Field { kind: "email", autocomplete: "email", ..typed("email", words.email, &self.email) };
        let half_link = (words.half_link.title, words.half_link.text);
        let named = |action: &'static Action| (action.title, action.text);
        let log_in = Lead { href: "/log-in", text: words.log_in_link };
        let mut lead_on = None;
        let (head, forms) = match self.action.as_str() {
            "verify" => {
                let code = Field { autocomplete: "one-time-code", ..typed("code", words.code, &self.code) };
                let verify = Form {
                    post: "/api/users/verify-email".to_owned(),
                    action: &words.verify,
                    fields: vec![email(), code],
                    then: Some(log_in),
                };
                let again = Form {
                    post: "/api/users/request-verification".to_owned(),
                    action: &words.again,
                    fields: vec![email()],
                    then: None,
                };
                (named(&words.verify), vec![verify, again])
            }
            // Without its token the form could only be refused.
            "reset" if self.token.is_empty() => (half_link, vec![]),
            "reset" => (named(&words.reset), vec![self.reset(words, log_in)]),
            "forgot" => {
                let post = "/api/password-resets".to_owned();
                (named(&words.forgot), vec![Form { post, action: &words.forgot, fields: vec![email()], then: None }])
            }
            "unsubscribe" if self.token.is_empty() => (half_link, vec![]),
            "unsubscribe" => (named(&words.unsubscribe), vec![self.unsubscribe(words)]),
            "sign-in" => {
                lead_on = Some(log_in);
                ((words.log_in.title, words.log_in.text), vec![])
            }
            _ => return nothing_here(language, |words| &words.no_page),
        };
        let (title, text) = head;
        let forgot_link = match self.action.as_str() {
            "sign-in" => Some(words.forgot_link),
            "reset" => Some(words.new_link),
            _ => None,
        };
        let refused = serde_json::to_string(&words.refused).map_err(Error::internal)?;
        let runs = if forms.is_empty() { Runs::Nothing } else { Runs::Forms };
        let shown = AccountShown { title, text, forms, lead_on, forgot_link, refused };
        Sheet { runs, ..Sheet::new("account.html") }.filled(language, &shown)
    }

    fn reset(&self, words: &'static Words, log_in: Lead) -> Form<'_> {
        let token = Field { kind: "hidden", ..typed("token", "", &self.token) };
        let password = Field {
            kind: "password",
            autocomplete: "new-password",
            hint: Some(words.password_hint),
            ..typed("password", words.new_password, "")
        };
        Form {
            post: "/api/password-resets/redeem".to_owned(),
            action: &words.reset,
            fields: vec![token, password],
            then: Some(log_in),
        }
    }

    fn unsubscribe(&self, words: &'static Words) -> Form<'_> {
        // The token goes where mail programs put it (RFC 8058): into the query.
        let token = in_query(&self.token);
        Form { post: format!("/api/unsubscribe?token={token}"), action: &words.unsubscribe, fields: vec![], then: None }
    }
}

fn typed<'a>(name: &'static str, label: &'static str, value: &'a str) -> Field<'a> {
    Field { name, label, kind: "text", value, autocomplete: "off", hint: None }
}

/// Percent-encodes all that isn't unreserved (RFC 3986, section 2.3).
fn in_query(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::pages::testing::assert_sound;

    fn asked(action: &str, query: &str) -> Html {
        let mut page: RenderAccountPage =
            serde_json::from_value(serde_json::json!({ "action": action, "utm_source": "mail" })).unwrap();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap();
            match name {
                "email" => page.email = value.to_owned(),
                "code" => page.code = value.to_owned(),
                _ => page.token = value.to_owned(),
            }
        }
        let html = page.page(Language::En).unwrap();
        assert_sound(&html);
        html
    }

    #[test]
    fn every_address_in_a_mail_opens_a_page_in_both_languages() {
        for (action, query, leads_to) in [
            ("verify", "email=ada@example.org&code=123456", "action=\"&#x2f;api&#x2f;users&#x2f;verify-email\""),
            ("verify", "", "action=\"&#x2f;api&#x2f;users&#x2f;request-verification\""),
            ("reset", "token=a.b", "action=\"&#x2f;api&#x2f;password-resets&#x2f;redeem\""),
            ("forgot", "", "action=\"&#x2f;api&#x2f;password-resets\""),
            ("unsubscribe", "token=a.b", "action=\"&#x2f;api&#x2f;unsubscribe?token=a.b\""),
            ("sign-in", "", "href=\"&#x2f;log-in\""),
        ] {
            let html = asked(action, query);
            assert_eq!(html.status, 200);
            assert!(html.page.contains(leads_to), "{leads_to} is missing in {}", html.page);
            let request = RenderAccountPage {
                action: action.to_owned(),
                email: String::new(),
                code: String::new(),
                token: "a.b".to_owned(),
            };
            let russian = request.page(Language::Ru).unwrap();
            assert_sound(&russian);
            assert!(russian.page.contains("lang=\"ru\"") && russian.page.contains(leads_to));
        }
    }

    #[test]
    fn what_the_link_knows_is_filled_in() {
        let page = asked("verify", "email=ada@example.org&code=123456").page;
        assert!(page.contains("value=\"ada@example.org\"") && page.contains("value=\"123456\""));
        assert!(page.contains("<noscript>") && page.contains("role=\"status\""));
        assert!(page.contains("<p class=\"row\" hidden><a class=\"button\" href=\"&#x2f;log-in\">Log in</a></p>"));
    }

    #[test]
    fn what_the_link_says_becomes_no_markup() {
        let evil = "\"><script>alert(1)</script>";
        let page = asked("verify", &format!("email={evil}&code={evil}")).page;
        assert!(!page.contains("<script>alert"));
        for action in ["reset", "unsubscribe"] {
            assert!(!asked(action, &format!("token={evil}")).page.contains("<script>alert"));
        }
        // Nor another field of the address.
        assert!(asked("unsubscribe", "token=a b+c#d%26e").page.contains("token=a%20b%2Bc%23d%2526e\""));
    }

    #[test]
    fn half_a_link_says_so() {
        for action in ["reset", "unsubscribe"] {
            let page = asked(action, "").page;
            assert!(page.contains("A part of the link is missing") && !page.contains("<form"));
        }
    }

    #[test]
    fn another_address_is_not_found() {
        for action in ["", "delete", "Verify", "../me"] {
            assert_eq!(asked(action, "").status, 404);
        }
    }

    #[test]
    fn every_refusal_has_its_words() {
        let page = asked("verify", "").page;
        let refused = page.split("data-refused=\"").nth(1).unwrap().split('"').next().unwrap();
        let refused = refused.replace("&quot;", "\"").replace("&#x27;", "'").replace("&#x2f;", "/");
        let refused: serde_json::Value = serde_json::from_str(&refused).unwrap();
        let codes = [domain::accounts::wrong_code().code, domain::accounts::wrong_reset().code];
        for code in codes.into_iter().chain(["invalid", "too_many_requests", "link_invalid", "offline", "other"]) {
            assert!(refused[code].is_string(), "{code}");
        }
    }
}
