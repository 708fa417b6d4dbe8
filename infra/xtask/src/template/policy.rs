//! A function's role: exactly its grants, on exactly its resources.

use super::{queues, tables};
use crate::pascal_case;
use kit::{Folder, Function, Grant, Kind, Source, Table};
use serde_json::{Value, json};
use store::{Access, KeyUse, Verb};

fn arn(id: &str) -> Value {
    json!({ "Fn::GetAtt": format!("{id}.Arn") })
}

fn allow(sid: &str, actions: &[&str], resources: &[Value]) -> Value {
    json!({ "Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resources })
}

/// A function's role.
pub fn role(function: &Function) -> Value {
    let log = arn(&super::functions::log_id(function.noun));
    let mut statements = vec![allow("Log", &["logs:CreateLogStream", "logs:PutLogEvents"], &[log])];
    statements.extend(function.grants.iter().flat_map(grant));
    match function.kind {
        Kind::Consumer { source } => statements.extend(taking(source)),
        // Lambda sends a tick that failed there in the function's name.
        Kind::Schedule { .. } => {
            statements.push(allow("SendFailedTicks", &["sqs:SendMessage"], &[arn(queues::FAILED_TICKS)]));
        }
        Kind::Route { .. } => {}
    }
    json!({
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": { "Service": "lambda.amazonaws.com" },
                    "Action": "sts:AssumeRole",
                }],
            },
            // Who deploys by a role that makes roles must not make one that may do more than these (infra/deploy-role.yaml).
            "PermissionsBoundary": { "Fn::If": ["HasRoleBoundary", { "Ref": "RoleBoundary" }, { "Ref": "AWS::NoValue" }] },
            "Policies": [{
                "PolicyName": "grants",
                "PolicyDocument": { "Version": "2012-10-17", "Statement": statements },
            }],
        },
    })
}

fn grant(grant: &Grant) -> Vec<Value> {
    match grant {
        Grant::Store(Access::Table(table, verb)) => vec![table_grant(*table, *verb)],
        Grant::Store(Access::Key(key_use, _)) => vec![key_grant(*key_use)],
        Grant::Objects(folder, verb) => vec![objects_grant(*folder, *verb)],
        Grant::Send(queue) => {
            let sid = format!("Send{}", pascal_case(queue.name));
            vec![allow(&sid, &["sqs:SendMessage"], &[arn(&queues::id(*queue))])]
        }
        Grant::Mail => mail_grant(),
    }
}

/// SES asks for the configuration set, for the identity that a mail comes from, and for that of each recipient which is an
/// identity of the account too, as in its sandbox all are. So it is the sender that is held to ours, and not the identities
/// (<https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html>). `SendRawEmail` is what IAM calls `SendEmail` with a
/// whole MIME message.
fn mail_grant() -> Vec<Value> {
    let actions = ["ses:SendEmail", "ses:SendRawEmail"];
    let named = |what: &str| json!({ "Fn::Sub": format!("arn:${{AWS::Partition}}:ses:${{AWS::Region}}:${{AWS::AccountId}}:{what}") });
    let mut from_us = allow("Mail", &actions, &[named("identity/*")]);
    from_us["Condition"] = json!({ "StringEquals": { "ses:FromAddress": { "Ref": "Sender" } } });
    vec![from_us, allow("MailSet", &actions, &[named("configuration-set/guestlist-${Stage}")])]
}

/// The actions are those that `store`'s guard lets through: no `Scan`, no `dynamodb:*`. A transaction needs the actions of its
/// parts (<https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html>).
fn table_grant(table: Table, verb: Verb) -> Value {
    let id = tables::id(table);
    let sid = format!("{verb:?}{}", pascal_case(table.name()));
    let mut resources = vec![arn(&id)];
    let actions: &[&str] = match verb {
        Verb::Read => {
            if !table.indexes().is_empty() {
                resources.push(json!({ "Fn::Sub": format!("${{{id}.Arn}}/index/*") }));
            }
            &["dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"]
        }
        Verb::Write => &["dynamodb:PutItem", "dynamodb:UpdateItem"],
        Verb::Remove => &["dynamodb:DeleteItem"],
    };
    allow(&sid, actions, &resources)
}

/// The one parameter, so that who signs tickets can't sign access tokens. It needs no `kms:Decrypt`: the key that AWS keeps for
/// Parameter Store decrypts for whoever in the account may read the parameter
/// (<https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-restrict-decryption.html>).
fn key_grant(key_use: KeyUse) -> Value {
    let parameter =
        "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/guestlist/${Stage}/signing-keys";
    let parameter = json!({ "Fn::Sub": format!("{parameter}/{}", key_use.name()) });
    allow(&format!("Sign{}", pascal_case(key_use.name())), &["ssm:GetParameter"], &[parameter])
}

/// The objects of one folder, and no list of them: keys are known or refused.
fn objects_grant(folder: Folder, verb: Verb) -> Value {
    let action = match verb {
        Verb::Read => "s3:GetObject",
        Verb::Write => "s3:PutObject",
        Verb::Remove => "s3:DeleteObject",
    };
    let objects = json!({ "Fn::Sub": format!("${{PicturesBucket.Arn}}/{}/*", folder.name()) });
    allow(&format!("{verb:?}{}", pascal_case(folder.name())), &[action], &[objects])
}

/// What Lambda's event source mapping does in the function's name
/// (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>,
/// <https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html>).
fn taking(source: Source) -> Vec<Value> {
    match source {
        Source::Queue(queue) => {
            let actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
            vec![allow(&format!("Take{}", pascal_case(queue.name)), &actions, &[arn(&queues::id(queue))])]
        }
        Source::Streams(tables) => {
            let streams: Vec<Value> = tables
                .iter()
                .map(|table| json!({ "Fn::GetAtt": format!("{}.StreamArn", tables::id(*table)) }))
                .collect();
            let all =
                tables.iter().map(|table| json!({ "Fn::Sub": format!("${{{}.Arn}}/stream/*", tables::id(*table)) }));
            let actions = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];
            vec![
                allow("TakeStreams", &actions, &streams),
                // Listing names no stream yet, so it is held to those of these tables.
                allow("ListStreams", &["dynamodb:ListStreams"], &all.collect::<Vec<_>>()),
            ]
        }
    }
}
