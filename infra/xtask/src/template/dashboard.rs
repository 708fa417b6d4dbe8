//! The one dashboard: how the business goes beside how the machine does, so that who is woken sees what it means to
//! people. Three dashboards of up to 50 metrics are free in an account; a test counts.

use super::{NAMESPACE, Resource, queues};
use kit::{Function, Kind, Source, Table};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How wide CloudWatch lays dashboards out.
const WIDTH: usize = 24;
/// How high a row of graphs is.
const HEIGHT: usize = 6;

/// Where durations are shown: what people wait for, and what mails wait for.
const DURATIONS: &[&str] = &["book_place", "check_in_ticket", "issue_tokens", "send_email"];
/// The tables that a rush goes to.
const BUSY_TABLES: &[Table] = &[Table::Pools, Table::Bookings];

/// The dashboard, with these alarms at its top.
pub fn dashboard(all: &[Function], alarms: &[String]) -> Resource {
    let body = json!({ "start": "-PT6H", "periodOverride": "inherit", "widgets": widgets(all, alarms) });
    let dashboard = json!({
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {
            "DashboardName": { "Fn::Sub": NAMESPACE },
            "DashboardBody": { "Fn::Sub": body.to_string() },
        },
    });
    ("Dashboard".to_owned(), dashboard)
}

fn widgets(all: &[Function], alarms: &[String]) -> Vec<Value> {
    let rows = [
        (6, vec![about(), alarm_states(alarms)]),
        (HEIGHT, business()),
        (HEIGHT, api()),
        (HEIGHT, vec![durations(all), failures_by_function(all)]),
        (HEIGHT, work(all)),
        (HEIGHT, vec![tables(), mails()]),
    ];
    let mut widgets = Vec::new();
    let mut y = 0;
    for (height, row) in rows {
        let width = WIDTH / row.len();
        for (at, mut widget) in row.into_iter().enumerate() {
            for (name, value) in [("x", at * width), ("y", y), ("width", width), ("height", height)] {
                widget[name] = json!(value);
            }
            widgets.push(widget);
        }
        y += height;
    }
    widgets
}

fn about() -> Value {
    let markdown = "## Guestlist, ${Stage}\n\
        Each alarm has its page in **docs/RUNBOOK.md**, under its name: what it means, how to see, what to do.\n\n\
        [The site](${BaseUrl}) | logs: `/guestlist/${Stage}/*`, one group for each noun; a request's id is in its problem's `instance` \
        and in `x-request-id`, and finds its line.\n\n\
        First row: what people do. Below: the API, the functions, the queues, the tables, the mails.";
    json!({ "type": "text", "properties": { "markdown": markdown } })
}

fn alarm_states(alarms: &[String]) -> Value {
    let arn = |name: &String| {
        format!(
            "arn:${{AWS::Partition}}:cloudwatch:${{AWS::Region}}:${{AWS::AccountId}}:alarm:guestlist-${{Stage}}-{name}"
        )
    };
    let alarms: Vec<String> = alarms.iter().map(arn).collect();
    json!({ "type": "alarm", "properties": { "title": "Alarms", "alarms": alarms } })
}

/// A graph over time. Every metric has its own statistic.
fn graph(title: &str, metrics: Vec<Value>) -> Value {
    json!({ "type": "metric", "properties": {
        "title": title,
        "region": "${AWS::Region}",
        "view": "timeSeries",
        "stacked": false,
        "period": 300,
        "yAxis": { "left": { "min": 0 } },
        "metrics": metrics,
    } })
}

/// A metric of our own.
fn own(name: &str, label: &str) -> Value {
    json!([NAMESPACE, name, { "label": label, "stat": "Sum" }])
}

fn business() -> Vec<Value> {
    let bookings = vec![own("PlacesBooked", "places booked"), own("BookingsCancelled", "bookings cancelled")];
    let mails = vec![own("MailsSent", "mails sent"), own("MailsRefused", "mails refused")];
    let door = vec![own("ScansAdmitted", "people admitted"), own("ScansRefused", "tickets refused")];
    let people = vec![
        own("UsersRegistered", "users registered"),
        own("EventsPublished", "events published"),
        own("EventsCancelled", "events cancelled"),
        own("AnnouncementsMade", "announcements made"),
    ];
    vec![
        graph("Bookings", bookings),
        graph("Tickets and other mails", mails),
        graph("At the door", door),
        graph("People and events", people),
    ]
}

fn api() -> Vec<Value> {
    let of_api = |name: &str, stat: &str, label: &str| json!(["AWS/ApiGateway", name, "ApiId", "${Api}", { "label": label, "stat": stat }]);
    let account = |name: &str, stat: &str, label: &str| json!(["AWS/Lambda", name, { "label": label, "stat": stat }]);
    let requests = vec![of_api("Count", "Sum", "requests"), of_api("4xx", "Sum", "4xx"), of_api("5xx", "Sum", "5xx")];
    let latency =
        vec![of_api("Latency", "p50", "half are below (ms)"), of_api("Latency", "p99", "99 % are below (ms)")];
    let failures = vec![
        own("BookingFailures", "to book and to cancel"),
        own("Failures", "of all others"),
        // No failure yet: a process that starts now has no key to sign with.
        own("KeysUnread", "signed on, by a key that can't be read"),
    ];
    let lambda = vec![
        account("ConcurrentExecutions", "Maximum", "at once, whole account"),
        account("Throttles", "Sum", "turned away, whole account"),
    ];
    vec![
        graph("Requests", requests),
        graph("How long the API takes", latency),
        graph("Failures of functions", failures),
        graph("Lambda", lambda),
    ]
}

fn durations(all: &[Function]) -> Value {
    let shown = all.iter().filter(|function| DURATIONS.contains(&function.name));
    let metric = |function: &Function| {
        let id = format!("${{{}}}", function.type_name);
        json!(["AWS/Lambda", "Duration", "FunctionName", id, { "label": function.name, "stat": "p99" }])
    };
    graph("How long functions take (99 % are below, ms)", shown.map(metric).collect())
}

/// What the two counts of failures are made of, from the lines themselves: it costs when it is looked at, and nothing
/// otherwise.
fn failures_by_function(all: &[Function]) -> Value {
    let nouns: BTreeSet<&str> = all.iter().map(|function| function.noun).collect();
    let groups: Vec<String> = nouns.iter().map(|noun| format!("SOURCE '/guestlist/${{Stage}}/{noun}'")).collect();
    let query = format!(
        "{} | filter status >= 500 or status = 'failed' or record.status in ['error', 'timeout'] \
         | stats count(*) as failures, latest(error) as last_error by function, problem, record.status | sort failures desc",
        groups.join(" | ")
    );
    let title = "Failures by function (lines with only a record.status are Lambda's own: a crash, or out of time)";
    let properties = json!({ "title": title, "region": "${AWS::Region}", "view": "table", "query": query });
    json!({ "type": "log", "properties": properties })
}

fn work(all: &[Function]) -> Vec<Value> {
    let (consumed, resting) = queues::names(all);
    let of_queue = |metric: &'static str| {
        move |name: &String| {
            let queue = format!("{NAMESPACE}-{name}");
            json!(["AWS/SQS", metric, "QueueName", queue, { "label": name, "stat": "Maximum" }])
        }
    };
    let streams = all.iter().filter(|function| matches!(function.kind, Kind::Consumer { source: Source::Streams(_) }));
    let ages = streams.map(|function| {
        let id = format!("${{{}}}", function.type_name);
        json!(["AWS/Lambda", "IteratorAge", "FunctionName", id, { "label": function.name, "stat": "Maximum" }])
    });
    vec![
        graph("Messages that wait", consumed.iter().map(of_queue("ApproximateNumberOfMessagesVisible")).collect()),
        graph(
            "Age of the oldest message (s)",
            consumed.iter().map(of_queue("ApproximateAgeOfOldestMessage")).collect(),
        ),
        graph("Age of the oldest change of a table (ms)", ages.collect()),
        graph("What failed and rests", resting.iter().map(of_queue("ApproximateNumberOfMessagesVisible")).collect()),
    ]
}

fn tables() -> Value {
    let metrics = BUSY_TABLES.iter().flat_map(|table| {
        let name = format!("{NAMESPACE}-{}", table.name());
        [("ConsumedWriteCapacityUnits", "written"), ("WriteThrottleEvents", "writes turned away")].map(
            |(metric, label)| {
                let label = format!("{}: {label}", table.name());
                json!(["AWS/DynamoDB", metric, "TableName", name, { "label": label, "stat": "Sum" }])
            },
        )
    });
    graph("Tables", metrics.collect())
}

fn mails() -> Value {
    let of_ses = |name: &str, stat: &str, label: &str| json!(["AWS/SES", name, { "label": label, "stat": stat }]);
    let metrics = vec![
        of_ses("Send", "Sum", "sent, whole account"),
        of_ses("Bounce", "Sum", "bounced"),
        of_ses("Complaint", "Sum", "called spam"),
        json!(["AWS/SES", "Reputation.BounceRate", { "label": "rate of bounces", "stat": "Maximum", "yAxis": "right" }]),
        json!(["AWS/SES", "Reputation.ComplaintRate", { "label": "rate of complaints", "stat": "Maximum", "yAxis": "right" }]),
        own("MailsThrottled", "put off by SES: more at once than it takes"),
        own("MailsHalted", "refused by SES for the whole account"),
        own("AddressesSuppressed", "addresses that get no more mails"),
    ];
    graph("SES", metrics)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::root;
    use std::path::Path;

    fn shown() -> Vec<Value> {
        let alarms = crate::template::alarms(&root(), pictures::every()).unwrap();
        let (_, dashboard) = dashboard(pictures::every(), &alarms);
        let body = dashboard["Properties"]["DashboardBody"]["Fn::Sub"].as_str().unwrap();
        let body: Value = serde_json::from_str(body).unwrap();
        body["widgets"].as_array().unwrap().clone()
    }

    fn metrics(widgets: &[Value]) -> Vec<Value> {
        let lists = widgets.iter().filter_map(|widget| widget["properties"]["metrics"].as_array());
        lists.flatten().cloned().collect()
    }

    #[test]
    fn widgets_fit_side_by_side() {
        let widgets = shown();
        let mut taken = BTreeSet::new();
        for widget in &widgets {
            let side = |name: &str| usize::try_from(widget[name].as_u64().unwrap()).unwrap();
            let (x, y, width, height) = (side("x"), side("y"), side("width"), side("height"));
            assert!(width > 0 && height > 0 && x + width <= WIDTH, "{widget}");
            for cell in (x..x + width).flat_map(|x| (y..y + height).map(move |y| (x, y))) {
                assert!(taken.insert(cell), "two widgets lie on {cell:?}: {widget}");
            }
        }
        let rows = taken.iter().map(|(_, y)| y).max().unwrap() + 1;
        assert_eq!(taken.len(), rows * WIDTH, "no gaps");
    }

    #[test]
    fn it_stays_among_the_free_ones_and_says_each_thing_once() {
        let metrics = metrics(&shown());
        assert!(metrics.len() <= 50, "{} metrics: the fourth dashboard's price begins at 51", metrics.len());
        let different: BTreeSet<String> = metrics.iter().map(Value::to_string).collect();
        assert_eq!(different.len(), metrics.len());
    }

    /// What functions count and nobody is shown, and why.
    const UNSHOWN: &[(&str, &str)] = &[
        ("MailsOvertaken", "nobody misses them"),
        ("MailsSuppressed", "their addresses are shown when they begin to be"),
        ("PicturesLeft", "they cost next to nothing"),
        ("RecordsUnpublished", "each lies in the queue `unpublished`, with an alarm"),
        ("RefreshTokensRepeated", "a browser that lost the answer"),
        ("RefreshTokensReused", "the session has ended, and nobody can do more"),
        ("RemindersTicked", "the mails of it are"),
        ("ScansAlreadyIn", "the door has told them"),
    ];

    /// Rust code under these folders.
    fn code(folder: &Path, out: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                code(&path, out);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                out.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    /// The names that `metric` is called with: those in the statement itself, or where it says `metric`, in what that is.
    fn counted(text: &str) -> BTreeSet<&str> {
        let names = |at: usize| text[at..].split(';').next().unwrap().split('"').skip(1).step_by(2);
        let named = |at: usize| names(at).next().is_some();
        let calls = text.match_indices(".metric(").map(|(at, _)| at);
        calls.flat_map(|at| names(if named(at) { at } else { text[..at].rfind("let metric = ").unwrap() })).collect()
    }

    #[test]
    fn what_functions_count_is_shown_or_knowingly_not() {
        let mut all = String::new();
        for folder in ["functions/src", "pictures/src", "shared/kit/src"] {
            code(&root().join(folder), &mut all);
        }
        let shown = metrics(&shown());
        let own = shown.iter().filter(|metric| metric[0] == NAMESPACE).map(|metric| metric[1].as_str().unwrap());
        let mut known: BTreeSet<&str> = own.collect();
        // These are counted out of the logs.
        assert!(known.remove("Failures") && known.remove("BookingFailures"));
        for (name, why) in UNSHOWN {
            assert!(known.insert(name) && !why.is_empty(), "{name} is shown");
        }
        assert_eq!(counted(&all), known, "left: counted by functions; right: shown, or among UNSHOWN");
    }

    #[test]
    fn every_queue_and_every_alarm_is_shown() {
        let widgets = shown();
        let text = json!(widgets).to_string();
        for function in pictures::every() {
            if let Kind::Consumer { source: Source::Queue(queue) } = function.kind {
                assert!(text.contains(&format!("\"{NAMESPACE}-{}\"", queue.name)), "{}", queue.name);
                assert!(text.contains(&format!("\"{NAMESPACE}-{}-dead\"", queue.name)), "{}", queue.name);
            }
            assert!(text.contains(&format!("'/guestlist/${{Stage}}/{}'", function.noun)), "{}", function.noun);
        }
        for alarm in crate::template::alarms(&root(), pictures::every()).unwrap() {
            assert!(text.contains(&format!(":alarm:{NAMESPACE}-{alarm}\"")), "{alarm}");
        }
        for function in DURATIONS {
            assert!(pictures::every().iter().any(|known| known.name == *function), "{function}");
        }
    }
}
