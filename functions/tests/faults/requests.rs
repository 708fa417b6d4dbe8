//! Between a request and its answer.

use super::{DEEDS, Deed, Stage};
use testbed::faults::{Calls, Fault};

/// How many calls a deed makes when nothing goes wrong, by their names.
async fn calls_of(deed: Deed) -> Vec<String> {
    let stage = Stage::new().await;
    deed.prepare(&stage).await;
    let reply = deed.ask(&stage).await;
    assert!(deed.is_answer(&reply), "{deed:?}: {}", reply.text());
    let calls = stage.world.faults.seen();
    deed.complete(&stage, "nothing").await;
    calls
}

#[tokio::test(start_paused = true)]
async fn a_crash_between_any_two_steps_of_a_request_is_mended_by_asking_again() {
    for deed in DEEDS {
        for n in 0.. {
            let stage = Stage::new().await;
            deed.prepare(&stage).await;
            stage.world.faults.crash_at(n);
            let reply = deed.ask(&stage).await;
            let crashed = stage.world.faults.crashed();
            assert!(!crashed || reply.status == 503, "{deed:?} at {n}: {} {}", reply.status, reply.text());
            deed.complete(&stage, &format!("a crash at {n}")).await;
            if !crashed {
                assert!(n > 1, "{deed:?} makes calls");
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_once_is_not_even_noticed() {
    for deed in DEEDS {
        let calls = calls_of(deed).await;
        for (n, operation) in calls.iter().enumerate() {
            for fault in [
                Fault::TransactionConflict,
                Fault::Throttled,
                Fault::TimeoutBefore,
                Fault::TimeoutAfter,
                Fault::Drop,
                Fault::ServerError,
            ] {
                if fault == Fault::TransactionConflict && (operation == "Query" || operation.contains("Get")) {
                    continue;
                }
                let stage = Stage::new().await;
                deed.prepare(&stage).await;
                stage.world.faults.next(Calls::Any, n, fault);
                let reply = deed.ask(&stage).await;
                let what = format!("{fault:?} at {n}, {operation}");
                assert_eq!(stage.world.faults.left(), 0, "{what} never struck");
                assert!(reply.status < 300, "{deed:?} and {what}: {} {}", reply.status, reply.text());
                deed.complete(&stage, &what).await;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_lasts_is_a_503_and_mended_by_asking_again() {
    for deed in DEEDS {
        let calls = calls_of(deed).await;
        let operations: std::collections::BTreeSet<&str> = calls.iter().map(String::as_str).collect();
        for operation in operations {
            let operation: &'static str = match operation {
                "GetItem" => "GetItem",
                "BatchGetItem" => "BatchGetItem",
                "UpdateItem" => "UpdateItem",
                "PutItem" => "PutItem",
                "TransactWriteItems" => "TransactWriteItems",
                other => panic!("{deed:?} calls {other}"),
            };
            for fault in [
                Fault::TransactionConflict,
                Fault::Throttled,
                Fault::TimeoutBefore,
                Fault::TimeoutAfter,
                Fault::ServerError,
            ] {
                if fault == Fault::TransactionConflict && operation.contains("Get") {
                    continue;
                }
                let stage = Stage::new().await;
                deed.prepare(&stage).await;
                stage.world.faults.from(Calls::To(operation), 0, fault);
                let reply = deed.ask(&stage).await;
                let what = format!("{fault:?} of every {operation}");
                assert_eq!(reply.status, 503, "{deed:?} and {what}: {}", reply.text());
                assert!(!reply.header("retry-after").is_empty(), "{what}");
                deed.complete(&stage, &what).await;
            }
        }
    }
}
