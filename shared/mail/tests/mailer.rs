//! How the answers of SES are told apart.
#![allow(clippy::unwrap_used)]

use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region, SharedCredentialsProvider, retry::RetryConfig};
use aws_types::SdkConfig;
use mail::{Mailer, SendError, SesMessageId};
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
};

/// A mailer whose SES answers one request with `answer`, or closes the connection without a word.
fn mailer(answer: Option<String>) -> (Mailer, std::thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let request = read_request(&stream);
        if let Some(answer) = answer {
            stream.write_all(answer.as_bytes()).unwrap();
        }
        request
    });
    (mailer_at(&format!("http://{address}")), server)
}

fn mailer_at(endpoint: &str) -> Mailer {
    let credentials = Credentials::new("key", "secret", None, None, "test");
    let sdk = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("eu-central-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .retry_config(RetryConfig::standard().with_max_attempts(3))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .build();
    Mailer::new(&sdk, Some(endpoint), Some("guestlist-test".to_owned()))
}

/// Head and body of one request.
fn read_request(stream: &TcpStream) -> String {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0);
    }
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    head + &String::from_utf8(body).unwrap()
}

fn answer(status: u16, kind: Option<&str>, body: &str) -> Option<String> {
    let kind = kind.map_or_else(String::new, |kind| format!("x-amzn-ErrorType: {kind}\r\n"));
    let length = body.len();
    Some(format!(
        "HTTP/1.1 {status} X\r\n{kind}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    ))
}

async fn sent(mailer: &Mailer) -> Result<SesMessageId, SendError> {
    mailer.send("hello@guestlist.example", "anna@example.org", b"Subject: x\r\n\r\nx\r\n".to_vec()).await
}

#[tokio::test]
async fn an_accepted_mail_has_an_id() {
    let (mailer, server) = mailer(answer(200, None, r#"{"MessageId":"0100"}"#));
    assert_eq!(sent(&mailer).await.unwrap(), SesMessageId("0100".into()));
    let request = server.join().unwrap();
    assert!(request.starts_with("POST /v2/email/outbound-emails HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(r#""ToAddresses":["anna@example.org"]"#), "{request}");
    assert!(request.contains(r#""Data":"U3ViamVjdDogeA0KDQp4DQo=""#), "{request}");
    assert!(request.contains(r#""ConfigurationSetName":"guestlist-test""#), "{request}");
}

#[tokio::test]
async fn the_errors_of_ses_are_told_apart() {
    let table = [
        (429, "TooManyRequestsException", "Throttled"),
        (400, "LimitExceededException", "Throttled"),
        (400, "ThrottlingException", "Throttled"),
        (400, "MessageRejected", "Refused"),
        (400, "BadRequestException", "Refused"),
        (400, "AccountSuspendedException", "Halted"),
        (400, "SendingPausedException", "Halted"),
        (400, "MailFromDomainNotVerifiedException", "Halted"),
        (404, "NotFoundException", "Halted"),
        (403, "AccessDeniedException", "Halted"),
        (500, "InternalFailure", "Unknown"),
        (503, "ServiceUnavailable", "Unknown"),
    ];
    for (status, kind, expected) in table {
        let (mailer, server) = mailer(answer(status, Some(kind), r#"{"message":"why"}"#));
        let error = sent(&mailer).await.unwrap_err();
        server.join().unwrap();
        assert!(format!("{error:?}").starts_with(&format!("{expected}(")), "{kind}: {error:?}");
        assert!(error.to_string().contains(kind), "{error}");
    }
}

/// With the day's quota used up it is hours until the same mail goes through, and somebody has to know.
#[tokio::test]
async fn a_rate_that_is_exceeded_throttles_and_a_days_quota_halts() {
    let table = [
        (400, "ThrottlingException", "Maximum sending rate exceeded.", "Throttled"),
        (429, "TooManyRequestsException", "Maximum sending rate exceeded.", "Throttled"),
        (429, "TooManyRequestsException", "Too many requests", "Throttled"),
        (400, "ThrottlingException", "Daily message quota exceeded.", "Halted"),
        (400, "Throttling", "Daily message quota exceeded.", "Halted"),
        (429, "TooManyRequestsException", "Daily message quota exceeded", "Halted"),
        (400, "LimitExceededException", "Daily sending quota exceeded", "Halted"),
        (400, "MessageRejected", "The subject 'Daily quota' is spam.", "Refused"),
    ];
    for (status, kind, words, expected) in table {
        let (mailer, server) = mailer(answer(status, Some(kind), &format!("{{\"message\":\"{words}\"}}")));
        let error = sent(&mailer).await.unwrap_err();
        server.join().unwrap();
        assert!(format!("{error:?}").starts_with(&format!("{expected}(")), "{kind}, {words}: {error:?}");
    }
}

/// SES rejects for want of verification by one error, whoever isn't verified. Of the sender it is about every mail, which waits;
/// of the recipient, in the sandbox, about this one.
#[tokio::test]
async fn an_unverified_sender_halts_all_mails_and_an_unverified_recipient_refuses_one() {
    let table = [
        ("hello@guestlist.example", "Halted"),
        ("Guestlist <hello@guestlist.example>", "Halted"),
        ("Hello@Guestlist.example", "Halted"),
        ("guestlist.example", "Halted"),
        ("anna@example.org, hello@guestlist.example", "Halted"),
        ("Guestlist <hello@guestlist.example>, anna@example.org", "Halted"),
        ("anna@example.org, ...", "Halted"),
        ("anna@example.org", "Refused"),
        ("Anna@example.org", "Refused"),
        ("Anna Smith <anna@example.org>", "Refused"),
        ("anna@example.org, anna@example.org", "Refused"),
    ];
    for (named, expected) in table {
        let text = format!(
            "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: {named}"
        );
        assert_eq!(rejected(&text, "anna@example.org").await, expected, "{named}");
    }
    let text = "Email address is not verified.";
    assert_eq!(rejected(text, "anna@example.org").await, "Halted", "in doubt no mail is lost");
    let text = "Email address is not verified. The following identities failed the check in region EU-CENTRAL-1: \
                hello@guestlist.example";
    assert_eq!(rejected(text, "hello@guestlist.example").await, "Halted", "who sends to oneself is the sender still");
    assert_eq!(rejected("Address blacklisted.", "anna@example.org").await, "Refused");
}

/// What becomes of a mail that SES rejects with these words.
async fn rejected(words: &str, to: &str) -> &'static str {
    let body = format!("{{\"message\":\"{words}\"}}");
    let (mailer, server) = mailer(answer(400, Some("MessageRejected"), &body));
    let error = mailer.send("hello@guestlist.example", to, b"Subject: x\r\n\r\nx\r\n".to_vec()).await.unwrap_err();
    server.join().unwrap();
    assert!(error.to_string().contains(words), "{error}");
    match error {
        SendError::Halted(_) => "Halted",
        SendError::Refused(_) => "Refused",
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn silence_after_the_request_leaves_it_unknown() {
    let (mailer, server) = mailer(None);
    let error = sent(&mailer).await.unwrap_err();
    server.join().unwrap();
    assert!(matches!(error, SendError::Unknown(_)), "{error:?}");
}

/// The SDK would repeat such a request by itself, and the reader would get the mail twice.
#[tokio::test]
async fn a_mail_is_handed_over_once_whatever_becomes_of_the_answer() {
    for lost in [None, answer(500, Some("InternalFailure"), "{}"), answer(503, Some("ServiceUnavailable"), "{}")] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let mailer = mailer_at(&format!("http://{}", listener.local_addr().unwrap()));
        let (handed_over, requests) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = read_request(&stream);
                if handed_over.send(request).is_err() {
                    return;
                }
                stream.write_all(lost.as_deref().unwrap_or_default().as_bytes()).unwrap();
            }
        });
        assert!(matches!(sent(&mailer).await, Err(SendError::Unknown(_))));
        assert_eq!(requests.try_iter().count(), 1);
    }
}

#[tokio::test]
async fn a_refused_connection_means_that_nothing_was_sent() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = sent(&mailer_at(&format!("http://{free}"))).await.unwrap_err();
    assert!(matches!(error, SendError::Unavailable(_)), "{error:?}");
}
