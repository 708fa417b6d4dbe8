//! Writing CloudFormation's YAML: a JSON value as YAML lines, intrinsic functions in their short form.

use serde_json::Value;
use std::fmt::Write as _;

/// The intrinsic functions that are written as tags.
const TAGS: &[(&str, &str)] = &[("Ref", "!Ref"), ("Fn::Sub", "!Sub"), ("Fn::GetAtt", "!GetAtt"), ("Fn::If", "!If")];

/// The lines of `name: value`, indented by `depth` steps of two.
pub fn entry(out: &mut String, depth: usize, name: &str, value: &Value) {
    let _ = write!(out, "{}{}:", "  ".repeat(depth), scalar(name));
    after(out, depth, value);
}

/// What follows a colon or a dash.
fn after(out: &mut String, depth: usize, value: &Value) {
    match value {
        Value::Object(map) => {
            if let Some((tag, inner)) = tagged(value) {
                let _ = write!(out, " {tag}");
                return after(out, depth, inner);
            }
            if map.is_empty() {
                out.push_str(" {}\n");
                return;
            }
            out.push('\n');
            for (name, value) in map {
                entry(out, depth + 1, name, value);
            }
        }
        Value::Array(items) => {
            if items.is_empty() {
                out.push_str(" []\n");
                return;
            }
            out.push('\n');
            for value in items {
                item(out, depth + 1, value);
            }
        }
        Value::String(text) => {
            let _ = writeln!(out, " {}", scalar(text));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            let _ = writeln!(out, " {value}");
        }
    }
}

fn item(out: &mut String, depth: usize, value: &Value) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(map) if tagged(value).is_none() && !map.is_empty() => {
            for (at, (name, value)) in map.iter().enumerate() {
                let lead = if at == 0 { "- " } else { "  " };
                let _ = write!(out, "{indent}{lead}{}:", scalar(name));
                after(out, depth + 1, value);
            }
        }
        _ => {
            let _ = write!(out, "{indent}-");
            after(out, depth, value);
        }
    }
}

fn tagged(value: &Value) -> Option<(&'static str, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    TAGS.iter().find_map(|(name, tag)| map.get(*name).map(|inner| (*tag, inner)))
}

/// A text, quoted unless it can't be taken for anything else. JSON's quoting is YAML's (YAML 1.2, section 1.3).
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '$')
        && text.chars().all(|c| {
            c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '$' | '{' | '}' | ':' | '(' | ')' | ' ')
        })
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !is_word(text);
    if plain { text.to_owned() } else { Value::from(text).to_string() }
}

/// Words that YAML 1.1, which CloudFormation reads, takes for something other than text.
fn is_word(text: &str) -> bool {
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    words.contains(&text.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_become_yaml() {
        let value = json!({
            "Type": "AWS::IAM::Role",
            "Text": "yes",
            "Names": [{ "Ref": "A" }, "b: c", { "Effect": "Allow", "Action": ["x:Y"], "Resource": [{ "Fn::GetAtt": "T.Arn" }] }],
            "Choice": { "Fn::If": ["Own", { "Enabled": true }, { "Ref": "AWS::NoValue" }] },
            "Empty": {},
        });
        let mut out = String::new();
        entry(&mut out, 1, "Role", &value);
        let wanted = [
            "  Role:",
            "    Type: AWS::IAM::Role",
            "    Text: \"yes\"",
            "    Names:",
            "      - !Ref A",
            "      - \"b: c\"",
            "      - Effect: Allow",
            "        Action:",
            "          - x:Y",
            "        Resource:",
            "          - !GetAtt T.Arn",
            "    Choice: !If",
            "      - Own",
            "      - Enabled: true",
            "      - !Ref AWS::NoValue",
            "    Empty: {}",
        ];
        assert_eq!(out.lines().collect::<Vec<_>>(), wanted);
    }
}
