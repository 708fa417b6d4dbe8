//! The one call to Amazon SES.

use aws_sdk_sesv2::{
    Client,
    config::{retry::RetryConfig, timeout::TimeoutConfig},
    error::{ProvideErrorMetadata, SdkError},
    operation::send_email::SendEmailError,
    primitives::Blob,
    types::{Destination, EmailContent, RawMessage},
};
use std::time::Duration;

/// How long SES may take to answer. A mail whose answer was given up on may have gone out, so it is worth waiting for.
const PATIENCE: Duration = Duration::from_secs(15);

/// Sends mails through Amazon SES (API v2).
#[derive(Clone, Debug)]
pub struct Mailer {
    client: Client,
    set: Option<String>,
}

/// The id that SES gave a mail it accepted: what bounces and complaints will name, and the Message-ID that the
/// reader's client sees, for SES replaces ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SesMessageId(pub String);

/// Why a mail was not sent, by what to do about it. The errors of
/// <https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html>.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The account sends too fast. Not sent; the same mail goes through in a moment.
    #[error("SES is throttling: {0}")]
    Throttled(String),
    /// SES won't send this mail: it was rejected, or the request was wrong. So it is in SES's sandbox with each mail to an
    /// address that isn't verified there, and none is kept for the day when the sandbox is left: it would be tried over and over
    /// until then, with the alarm on, to send a code that has expired. An address that never got a code gets no other mails.
    #[error("SES refused the mail: {0}")]
    Refused(String),
    /// SES won't send any mail until somebody mends the account: sending is paused or suspended, the day's quota is used up, or
    /// the sender's domain isn't verified. Not sent; the mail itself is fine.
    #[error("SES is not sending for this account: {0}")]
    Halted(String),
    /// The request never left: the connection or the credentials failed. Not sent.
    #[error("SES could not be reached: {0}")]
    Unavailable(String),
    /// No answer, or one of an error inside SES: the mail may or may not have been sent.
    #[error("it is unknown whether SES sent the mail: {0}")]
    Unknown(String),
}

impl Mailer {
    /// A mailer on the SDK's configuration, with SES at `endpoint` where it isn't AWS. Mails belong to SES's configuration `set`,
    /// which says to whom SES tells of bounces and complaints. The SDK repeats nothing here: SES knows no
    /// key by which it would tell a repeated mail from another, and an answer that was lost would send it twice. Whoever sends
    /// decides when to try again.
    pub fn new(sdk: &aws_types::SdkConfig, endpoint: Option<&str>, set: Option<String>) -> Mailer {
        let mut config = aws_sdk_sesv2::config::Builder::from(sdk);
        config.set_endpoint_url(endpoint.map(str::to_owned));
        let timeouts = TimeoutConfig::builder().operation_timeout(PATIENCE).operation_attempt_timeout(PATIENCE).build();
        let config = config.retry_config(RetryConfig::disabled()).timeout_config(timeouts).build();
        Mailer { client: Client::from_conf(config), set }
    }

    /// Sends one message to one address. `from` and `to` are bare addresses (the envelope); `mime` is the whole
    /// message, as [`crate::Composed::to_mime`] makes it.
    pub async fn send(&self, from: &str, to: &str, mime: Vec<u8>) -> Result<SesMessageId, SendError> {
        let raw = RawMessage::builder()
            .data(Blob::new(mime))
            .build()
            .map_err(|error| SendError::Refused(error.to_string()))?;
        let answer = self
            .client
            .send_email()
            .from_email_address(from)
            .destination(Destination::builder().to_addresses(to).build())
            .content(EmailContent::builder().raw(raw).build())
            .set_configuration_set_name(self.set.clone())
            .send()
            .await
            .map_err(|error| sorted(&error, from, to))?;
        match answer.message_id {
            Some(id) => Ok(SesMessageId(id)),
            None => Err(SendError::Unknown("the answer has no message id".into())),
        }
    }
}

fn sorted(error: &SdkError<SendEmailError>, from: &str, to: &str) -> SendError {
    match error {
        SdkError::ServiceError(context) => {
            let (kind, status) = (context.err(), context.raw().status().as_u16());
            let code = kind.code().unwrap_or("without a code");
            let message = kind.message().unwrap_or("no message");
            let reason = format!("{code}: {message}");
            match kind {
                SendEmailError::TooManyRequestsException(_) | SendEmailError::LimitExceededException(_) => {
                    throttled(message, reason)
                }
                SendEmailError::MessageRejected(_) if sender_is_unverified(message, from, to) => {
                    SendError::Halted(reason)
                }
                SendEmailError::MessageRejected(_) | SendEmailError::BadRequestException(_) => {
                    SendError::Refused(reason)
                }
                SendEmailError::AccountSuspendedException(_)
                | SendEmailError::SendingPausedException(_)
                | SendEmailError::MailFromDomainNotVerifiedException(_)
                | SendEmailError::NotFoundException(_) => SendError::Halted(reason),
                // The common errors of AWS services, which the operation doesn't list.
                _ if status == 429 || code.starts_with("Throttling") => throttled(message, reason),
                _ if status < 500 => SendError::Halted(reason),
                _ => SendError::Unknown(reason),
            }
        }
        SdkError::ConstructionFailure(_) => SendError::Unavailable(chain(error)),
        SdkError::DispatchFailure(_) if never_connected(error) => SendError::Unavailable(chain(error)),
        // A connection that breaks looks the same before and after the request went out.
        _ => SendError::Unknown(chain(error)),
    }
}

/// The rate is for a moment, the day's quota for hours; only the words tell them apart: "Maximum sending rate exceeded", "Daily
/// message quota exceeded" (<https://docs.aws.amazon.com/ses/latest/dg/manage-sending-quotas-errors.html>), and also "Daily sending
/// quota exceeded" (<https://aws.amazon.com/premiumsupport/knowledge-center/ses-sending-rate-quota-exceeded/>).
fn throttled(message: &str, reason: String) -> SendError {
    let message = message.to_ascii_lowercase();
    if message.contains("daily") && message.contains("quota") {
        SendError::Halted(reason)
    } else {
        SendError::Throttled(reason)
    }
}

/// Whether a rejection is about who sends, and so about every mail. SES says "Email address is not verified. The following
/// identities failed the check in region EU-CENTRAL-1: ...", and names senders and, in its sandbox, recipients alike
/// (<https://repost.aws/knowledge-center/ses-554-400-message-rejected-error>); three dots where they are too many. In doubt it
/// is the sender, so that no mail is lost.
fn sender_is_unverified(message: &str, from: &str, to: &str) -> bool {
    if !message.contains("not verified") {
        return false;
    }
    let named = message.split_once("failed the check in region").and_then(|(_, rest)| rest.split_once(": "));
    let Some((_, named)) = named else { return true };
    from.eq_ignore_ascii_case(to) || named.split(',').any(|identity| !bare(identity).eq_ignore_ascii_case(to))
}

/// The address alone of `Name <address>`.
fn bare(identity: &str) -> &str {
    let identity = identity.trim();
    identity.strip_suffix('>').and_then(|named| named.rsplit_once('<')).map_or(identity, |(_, address)| address)
}

fn never_connected(error: &dyn std::error::Error) -> bool {
    use std::io::ErrorKind::{ConnectionRefused, HostUnreachable, NetworkUnreachable};
    std::iter::successors(error.source(), |cause| cause.source())
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
        .any(|io| matches!(io.kind(), ConnectionRefused | HostUnreachable | NetworkUnreachable))
}

/// The error and its causes; the SDK's own message only names the outermost.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |all, cause| format!("{all}: {cause}"))
}
