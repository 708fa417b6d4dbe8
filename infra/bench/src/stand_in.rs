//! What a function's process sends to beside its tables: SQS, SES and Parameter Store, as far as the calls go that functions
//! make. One plain endpoint for all three on loopback; put a TLS front before it.

use crate::Result;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use testbed::Parameters;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The running endpoint; dropping it closes its port.
pub struct StandIn {
    /// Where it listens.
    pub address: SocketAddr,
    kept: Kept,
    task: JoinHandle<()>,
}

/// Bodies of messages by the end of their queue's URL, and parameters.
#[derive(Clone, Default)]
struct Kept {
    messages: Arc<Mutex<BTreeMap<String, Vec<Value>>>>,
    parameters: Parameters,
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl StandIn {
    /// Starts one that knows these parameters.
    ///
    /// # Errors
    /// There is no port.
    pub async fn start(parameters: Parameters) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let kept = Kept { parameters, ..Kept::default() };
        let serving = kept.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = serving.clone();
                // A connection that breaks is the caller's to see.
                tokio::spawn(async move { drop(serve(stream, &kept).await) });
            }
        });
        Ok(Self { address, kept, task })
    }

    /// The messages that were sent to a queue, taken out.
    pub fn take(&self, queue: &str) -> Vec<Value> {
        let mut queues = self.kept.messages.lock().unwrap_or_else(PoisonError::into_inner);
        queues.remove(queue).unwrap_or_default()
    }
}

async fn serve(stream: TcpStream, kept: &Kept) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::new(stream);
    loop {
        let (mut target, mut length, mut line) = (String::new(), 0, String::new());
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        loop {
            line.clear();
            stream.read_line(&mut line).await?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse()?,
                "x-amz-target" => target = value.trim().to_owned(),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let (status, answer) = answer(kept, &target, &serde_json::from_slice(&body).unwrap_or_default());
        let answer = answer.to_string();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: application/x-amz-json-1.1\r\ncontent-length: {}\r\n\r\n",
            answer.len()
        );
        stream.write_all(&[head.as_bytes(), answer.as_bytes()].concat()).await?;
        stream.flush().await?;
    }
}

fn answer(kept: &Kept, target: &str, body: &Value) -> (&'static str, Value) {
    match target.rsplit_once('.').map_or(target, |(_, operation)| operation) {
        "SendMessageBatch" => {
            let queue = body["QueueUrl"].as_str().and_then(|url| url.rsplit('-').next()).unwrap_or_default();
            let entries = body["Entries"].as_array().map(Vec::as_slice).unwrap_or_default();
            let bodies = entries.iter().filter_map(|entry| serde_json::from_str(entry["MessageBody"].as_str()?).ok());
            let mut queues = kept.messages.lock().unwrap_or_else(PoisonError::into_inner);
            queues.entry(queue.to_owned()).or_default().extend(bodies.collect::<Vec<Value>>());
            let sent = |entry: &Value| json!({ "Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": "" });
            ("200 OK", json!({ "Successful": entries.iter().map(sent).collect::<Vec<_>>(), "Failed": [] }))
        }
        // SES is REST: its call has no target.
        "" => ("200 OK", json!({ "MessageId": "1" })),
        operation => match kept.parameters.answer(operation, body) {
            Ok(answer) => ("200 OK", answer),
            Err(kind) => ("400 Bad Request", json!({ "__type": kind })),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_wait_under_their_queues_name() {
        let kept = Kept::default();
        let entries = json!([{ "Id": "0", "MessageBody": "{\"a\":1}" }]);
        let send = json!({ "QueueUrl": "https://queues/0/bench-mails", "Entries": entries });
        let (status, reply) = answer(&kept, "AmazonSQS.SendMessageBatch", &send);
        assert!(status.starts_with("200") && reply["Successful"][0]["Id"] == "0", "{reply}");
        let waiting = kept.messages.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(waiting.get("mails"), Some(&vec![json!({ "a": 1 })]));
        assert!(answer(&kept, "AmazonSSM.GetParameter", &json!({ "Name": "none" })).0.starts_with("400"));
    }
}
