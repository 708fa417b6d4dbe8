//! The function that the tests of the Runtime API stand-in run: it answers, fails, ends or hangs as its input says.

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    match std::env::var("SAMPLE_START").as_deref() {
        Ok("exit") => {
            eprintln!("no such handler");
            std::process::exit(3);
        }
        // What lambda_runtime reports when a service can't be made.
        Ok("init_error") => {
            let api = std::env::var("AWS_LAMBDA_RUNTIME_API")?;
            let body = r#"{"errorType":"NoTable","errorMessage":"TABLE is not set"}"#;
            post(&api, "/2018-06-01/runtime/init/error", body).await?;
            std::process::exit(1);
        }
        _ => {}
    }
    run(service_fn(answer)).await
}

async fn answer(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let input = event.payload;
    println!("asked {input}");
    match input["do"].as_str() {
        Some("fail") => Err("the sample fails".into()),
        Some("exit") => std::process::exit(4),
        Some("hang") => {
            tokio::time::sleep(Duration::from_secs(3600)).await;
            Ok(Value::Null)
        }
        Some("large") => Ok(json!("x".repeat(7 * 1024 * 1024))),
        _ => Ok(json!({
            "input": input,
            "request_id": event.context.request_id,
            "name": event.context.env_config.function_name,
            "memory": event.context.env_config.memory,
            "environment": std::env::vars().collect::<std::collections::BTreeMap<_, _>>(),
        })),
    }
}

async fn post(host: &str, path: &str, body: &str) -> Result<(), Error> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(host).await?;
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\nlambda-runtime-function-error-type: Runtime.InitError\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await?;
    stream.read_to_end(&mut Vec::new()).await?;
    Ok(())
}
