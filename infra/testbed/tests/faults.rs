//! Fault injection, through the real SDKs.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::types::{Destination, EmailContent, RawMessage};
use common::{TABLE, count_up, counted, database, s};
use testbed::Embedded;
use testbed::embedded::{plain_http, sdk_config};
use testbed::faults::{Calls, Fault, Faults};

/// A client under `faults` that doesn't retry, so that a fault is seen where it strikes.
fn under(faults: &Faults, embedded: &Embedded) -> Client {
    let config = embedded.config_through(faults.wrap(embedded.http()));
    Client::from_conf(config.retry_config(RetryConfig::disabled()).build())
}

const TRANSACT: Calls = Calls::To("TransactWriteItems");

#[tokio::test]
async fn a_timeout_after_has_written_and_one_before_has_not() {
    for (fault, written) in
        [(Fault::TimeoutAfter, 1), (Fault::TimeoutBefore, 0), (Fault::Drop, 0), (Fault::ServerError, 0)]
    {
        let embedded = database().await;
        let faults = Faults::new();
        faults.next(TRANSACT, 0, fault);
        let error = count_up(&under(&faults, &embedded), &["a"]).send().await.unwrap_err();
        match (fault, &error) {
            (Fault::ServerError, SdkError::ServiceError(error)) => {
                assert!(error.err().is_internal_server_error(), "{error:?}");
            }
            (Fault::Drop, SdkError::DispatchFailure(failure)) => assert!(failure.is_io()),
            (_, SdkError::DispatchFailure(failure)) => assert!(failure.is_timeout()),
            _ => panic!("{fault:?}: {error:?}"),
        }
        assert_eq!(counted(&embedded, "a").await, written, "{fault:?}");
        assert_eq!(faults.left(), 0);
    }
}

/// With the SDK's retries on, the same token makes the lost answer harmless.
#[tokio::test]
async fn the_sdk_repeats_a_transaction_whose_answer_is_lost_and_it_counts_once() {
    let embedded = database().await;
    let faults = Faults::new();
    faults.next(TRANSACT, 0, Fault::TimeoutAfter);
    let client = embedded.client_through(faults.wrap(embedded.http()));
    count_up(&client, &["a"]).send().await.unwrap();
    assert_eq!(faults.seen(), ["TransactWriteItems", "TransactWriteItems"]);
    assert_eq!(counted(&embedded, "a").await, 1);
}

#[tokio::test]
async fn conflicts_and_throttling_look_like_those_of_aws() {
    let embedded = database().await;
    let faults = Faults::new();
    let client = under(&faults, &embedded);
    for (fault, code) in [(Fault::TransactionConflict, "TransactionConflict"), (Fault::Throttled, "ThrottlingError")] {
        faults.next(TRANSACT, 0, fault);
        let error = count_up(&client, &["a", "b"]).send().await.unwrap_err().into_service_error();
        let text = format!("{error:?}");
        assert!(error.is_transaction_canceled_exception(), "{text}");
        assert!(text.contains(&format!("[{code}, None]")), "{text}");
    }
    let put = client.put_item().table_name(TABLE).item("pk", s("a")).item("sk", s("-"));
    for (fault, code) in [
        (Fault::TransactionConflict, "TransactionConflictException"),
        (Fault::Throttled, "ThrottlingException"),
        (Fault::Refused, "AccessDeniedException"),
    ] {
        faults.next(Calls::Any, 0, fault);
        let error = put.clone().send().await.unwrap_err().into_service_error();
        assert_eq!(error.code(), Some(code));
    }
    assert_eq!(counted(&embedded, "a").await, 0);
}

#[tokio::test]
async fn only_the_nth_matching_call_is_struck() {
    let embedded = database().await;
    let faults = Faults::new();
    let client = under(&faults, &embedded);
    faults.next(TRANSACT, 2, Fault::TransactionConflict);
    let mut went = Vec::new();
    for _ in 0..4 {
        // Another operation in between, which isn't counted.
        client.list_tables().send().await.unwrap();
        went.push(count_up(&client, &["a"]).send().await.is_ok());
    }
    assert_eq!(went, [true, true, false, true]);
    assert_eq!(faults.calls(), 8);

    faults.from(TRANSACT, 1, Fault::TransactionConflict);
    let mut went = Vec::new();
    for _ in 0..3 {
        went.push(count_up(&client, &["a"]).send().await.is_ok());
    }
    assert_eq!(went, [true, false, false]);
    faults.clear();
    count_up(&client, &["a"]).send().await.unwrap();
}

/// Three writes that aren't a transaction: the crash loop finds every state that they can be left in.
#[tokio::test]
async fn a_crash_is_tried_between_any_two_steps() {
    let mut states = Vec::new();
    for n in 0.. {
        let embedded = database().await;
        let faults = Faults::new();
        // With SDK retries on: a dead process doesn't retry either.
        let client = embedded.client_through(faults.wrap(embedded.http()));
        faults.crash_at(n);
        for pk in ["a", "b", "c"] {
            if count_up(&client, &[pk]).send().await.is_err() {
                break;
            }
        }
        let calls = faults.calls();
        let crashed = faults.crashed();
        let mut state = Vec::new();
        for pk in ["a", "b", "c"] {
            state.push(counted(&embedded, pk).await);
        }
        states.push(state);
        if !crashed {
            assert_eq!(calls, 3);
            break;
        }
        assert_eq!(calls, n + 1);
        faults.clear();
        assert!(!faults.crashed());
        count_up(&client, &["a"]).send().await.unwrap();
    }
    assert_eq!(states, [vec![0, 0, 0], vec![1, 0, 0], vec![1, 1, 0], vec![1, 1, 1]]);
}

/// SQS and SES: the errors are made before anything is sent, so no service needs to listen.
#[tokio::test]
async fn sqs_and_ses_errors_are_what_their_sdks_parse() {
    let faults = Faults::new();
    let http = faults.wrap(plain_http());
    let sdk = sdk_config(http);
    let sqs = aws_sdk_sqs::config::Builder::from(&sdk).endpoint_url("http://127.0.0.1:9");
    let sqs = sqs.retry_config(RetryConfig::disabled()).build();
    let send = aws_sdk_sqs::Client::from_conf(sqs).send_message().queue_url("http://127.0.0.1:9/q").message_body("m");
    for (fault, code) in [
        (Fault::Throttled, "RequestThrottled"),
        (Fault::Refused, "AccessDeniedException"),
        (Fault::ServerError, "InternalFailure"),
    ] {
        faults.next(Calls::To("SendMessage"), 0, fault);
        let error = send.clone().send().await.unwrap_err();
        assert_eq!(error.into_service_error().code(), Some(code));
    }

    let ses = aws_sdk_sesv2::config::Builder::from(&sdk).endpoint_url("http://127.0.0.1:9");
    let ses = ses.retry_config(RetryConfig::disabled()).build();
    let raw = RawMessage::builder().data("mail".as_bytes().to_vec().into()).build().unwrap();
    let send = aws_sdk_sesv2::Client::from_conf(ses)
        .send_email()
        .destination(Destination::builder().to_addresses("a@example.org").build())
        .content(EmailContent::builder().raw(raw).build());
    for (fault, code) in [
        (Fault::Refused, "MessageRejected"),
        (Fault::Throttled, "TooManyRequestsException"),
        (Fault::ServerError, "InternalServiceErrorException"),
    ] {
        faults.next(Calls::To("SendEmail"), 0, fault);
        let error = send.clone().send().await.unwrap_err();
        assert_eq!(error.into_service_error().code(), Some(code));
    }
    faults.next(Calls::To("SendEmail"), 0, Fault::TimeoutBefore);
    let SdkError::DispatchFailure(failure) = send.send().await.unwrap_err() else { panic!() };
    assert!(failure.is_timeout());
    assert_eq!((faults.left(), faults.calls()), (0, 7));
}
