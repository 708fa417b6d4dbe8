//! A log-in: an access token, and the refresh token behind it.

use domain::accounts::{REFRESH_DAYS, TokenFamily, User};
use domain::ids::{TokenFamilyId, UserId};
use jiff::SignedDuration;
use kit::{ACCESS_MINUTES, Access, Answer, Cx, Media, Reply, Result, Token, json_answer};
use schemars::JsonSchema;
use serde::Serialize;

/// The cookie that holds a browser's refresh token.
const COOKIE: &str = "guestlist_refresh";

/// A log-in's tokens.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Session {
    /// Proves who you are for a quarter of an hour: send it as a bearer token.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// For how many seconds the access token holds.
    pub expires_in: i64,
    /// Gets the next pair of tokens, once. Absent where it is in a cookie.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    /// Who you are.
    pub user: UserId,
    /// Whether your address is verified.
    pub email_verified: bool,
}

/// A log-in's tokens, with the refresh token in the body or in a cookie that no script can read.
#[derive(Debug)]
pub struct SessionReply {
    session: Session,
    cookie: Option<String>,
}

impl Reply for SessionReply {
    const STATUS: u16 = 200;
    const MEDIA: &[Media] = &[Media::json::<Session>()];
    fn answer(&self) -> Result<Answer> {
        let answer = json_answer(Self::STATUS, &self.session)?;
        Ok(match &self.cookie {
            Some(value) => answer.header("set-cookie", set_cookie(value, REFRESH_DAYS * 24 * 3_600)),
            None => answer,
        })
    }
}

/// SameSite=Strict and a path of its own: no other site can use it, and no other route is sent it (RFC 6265bis).
pub fn set_cookie(value: &str, seconds: i64) -> String {
    format!("{COOKIE}={value}; Path=/api/tokens; Max-Age={seconds}; HttpOnly; Secure; SameSite=Strict")
}

/// A refresh token in its parts: `<user>.<family>.<secret>`.
pub struct RefreshToken {
    /// Whose.
    pub user: UserId,
    /// Of which log-in.
    pub family: TokenFamilyId,
    /// What only its holder knows.
    pub secret: String,
    /// Whether it came in the cookie.
    pub in_cookie: bool,
}

impl RefreshToken {
    /// The token of a request: from its body, or else from the cookie.
    pub fn of(body: Option<&str>, cx: &Cx) -> Option<Self> {
        let in_cookie = body.is_none();
        let token = body.or_else(|| cx.cookie(COOKIE))?;
        let mut parts = token.split('.');
        let (user, family, secret) = (parts.next()?, parts.next()?, parts.next()?);
        let whole = parts.next().is_none();
        whole
            .then(|| {
                Some(Self { user: user.parse().ok()?, family: family.parse().ok()?, secret: secret.into(), in_cookie })
            })
            .flatten()
    }
}

/// The tokens of a log-in whose refresh secret was just drawn.
pub async fn session(cx: &Cx, user: &User, family: &TokenFamily, secret: &str, cookie: bool) -> Result<SessionReply> {
    let access_token = cx.sign_token(Token::Api(Access::of(user)), SignedDuration::from_mins(ACCESS_MINUTES)).await?;
    let expires_in = ACCESS_MINUTES * 60;
    let token = format!("{}.{}.{secret}", user.id, family.id);
    let (refresh_token, cookie) = if cookie { (None, Some(token)) } else { (Some(token), None) };
    let email_verified = user.is_verified();
    let token_type = "Bearer";
    let session = Session { access_token, token_type, expires_in, refresh_token, user: user.id, email_verified };
    Ok(SessionReply { session, cookie })
}
