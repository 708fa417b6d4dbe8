//! What the template deploys and the registry says, as far as money is concerned: counted, so that no figure is typed.

use crate::Result;
use kit::{Kind, Source};
use serde_json::Value;
use std::collections::BTreeSet;

/// The template, as it is checked in.
const TEMPLATE: &str = include_str!("../../../template.yaml");

/// What costs money for being there.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployed {
    /// Metrics that alarms watch.
    pub alarm_metrics: usize,
    /// Alarms that watch metrics.
    pub alarms: usize,
    /// Alarms on other alarms.
    pub composite_alarms: usize,
    /// Dashboards.
    pub dashboards: usize,
    /// Metrics counted out of logs.
    pub log_metrics: usize,
    /// Queues whose pollers come back every 20 s, two at the least.
    pub polled: usize,
    /// Of them, those with a bound on how many invocations run side by side, whose pollers are five at the least.
    pub polled_by_five: usize,
    /// Ticks a minute, all schedules together.
    pub ticks_a_minute: f64,
    /// Functions.
    pub functions: usize,
}

impl Deployed {
    /// Counts.
    ///
    /// # Errors
    /// The template has no resources.
    pub fn count() -> Result<Self> {
        let resources = resources(TEMPLATE);
        if resources.is_empty() {
            return Err("template.yaml has no resources: cargo xtask generate".into());
        }
        let of = |kind: &str| {
            resources.iter().filter(|(found, _)| *found == kind).map(|(_, text)| *text).collect::<Vec<_>>()
        };
        let alarms = of("AWS::CloudWatch::Alarm");
        // An alarm on arithmetic names each of the metrics that it takes.
        let watched = |alarm: &&str| alarm.lines().filter(|line| line.contains("MetricName:")).count().max(1);
        // Filters of several logs may count into one metric.
        let filters = of("AWS::Logs::MetricFilter");
        let lines = filters.iter().flat_map(|filter| filter.lines()).map(str::trim);
        let named: BTreeSet<&str> =
            lines.filter_map(|line| line.trim_start_matches("- ").strip_prefix("MetricName: ")).collect();
        let (mut polled, mut capped, mut ticks_a_minute) = (0, 0, 0.0);
        for function in pictures::every() {
            match function.kind {
                Kind::Consumer { source: Source::Queue(_) } => {
                    polled += 1;
                    let text = resources.iter().find(|(_, text)| {
                        text.contains("AWS::Serverless::Function")
                            && text.contains(&format!("Handler: {}\n", function.name))
                    });
                    capped += usize::from(text.is_some_and(|(_, text)| text.contains("MaximumConcurrency:")));
                }
                Kind::Schedule { every } => ticks_a_minute += 60.0 / every.as_secs_f64(),
                _ => {}
            }
        }
        Ok(Self {
            alarm_metrics: alarms.iter().map(watched).sum(),
            alarms: alarms.len(),
            composite_alarms: of("AWS::CloudWatch::CompositeAlarm").len(),
            dashboards: of("AWS::CloudWatch::Dashboard").len(),
            log_metrics: named.len(),
            polled,
            polled_by_five: capped,
            ticks_a_minute,
            functions: pictures::every().len(),
        })
    }
}

/// Records whose changes don't invoke the function behind the streams: the template's filter says which.
///
/// # Errors
/// The template has no such filter.
pub fn silent_records() -> Result<Vec<String>> {
    let line =
        TEMPLATE.lines().find(|line| line.contains("anything-but")).ok_or("no filter of a stream in template.yaml")?;
    let (_, pattern) = line.split_once("Pattern: ").ok_or("a filter without a pattern")?;
    let pattern: String = serde_json::from_str(pattern.trim())?;
    let pattern: Value = serde_json::from_str(&pattern)?;
    let silent = &pattern["dynamodb"]["NewImage"]["record"]["S"][0]["anything-but"];
    Ok(serde_json::from_value(silent.clone())?)
}

/// The resources of a template, each with its type and its whole text. They stand indented by one step of two.
fn resources(template: &str) -> Vec<(&str, &str)> {
    let Some((_, section)) = template.split_once("\nResources:\n") else { return Vec::new() };
    let section = section.split_once("\nOutputs:").map_or(section, |(section, _)| section);
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in section.split_inclusive('\n') {
        if line.starts_with("  ") && line.as_bytes().get(2).is_some_and(u8::is_ascii_alphabetic) {
            starts.push(at);
        }
        at += line.len();
    }
    let ends = starts.iter().skip(1).copied().chain([section.len()]);
    let texts = starts.iter().zip(ends).filter_map(|(start, end)| section.get(*start..end));
    texts.filter_map(|text| Some((text.lines().find_map(|line| line.trim().strip_prefix("Type: "))?, text))).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn resources_are_found_by_their_indentation() {
        let template = "\nResources:\n  One:\n    Type: A::B\n    MetricName: x\n  Two:\n    Type: C::D\n\nOutputs:\n  Three:\n    Type: E\n";
        let found = resources(template);
        assert_eq!(found.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), ["A::B", "C::D"]);
        assert!(found[0].1.contains("MetricName") && !found[1].1.contains("Outputs"));
    }

    #[test]
    fn what_is_deployed_can_be_counted() {
        let deployed = Deployed::count().unwrap();
        assert!(deployed.alarm_metrics >= deployed.alarms && deployed.alarms > 0, "{deployed:?}");
        assert!(deployed.polled >= 2 && deployed.polled >= deployed.polled_by_five, "{deployed:?}");
        assert!(deployed.ticks_a_minute >= 2.0, "{deployed:?}");
        assert!(silent_records().unwrap().contains(&"calendar".to_owned()));
    }
}
