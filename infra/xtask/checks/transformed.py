"""Checks template.yaml as SAM transforms it, where SAM's own additions show.

usage: transformed.py TEMPLATE RESOURCES ROUTES

RESOURCES and ROUTES are what `cargo xtask` counted; the transformed template must come to the same.
Prints what is wrong, a line each; exits with 1 if anything is.
"""

import json
import logging
import os
import re
import sys
from fnmatch import fnmatchcase

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

logging.disable(logging.WARNING)

MOST_RESOURCES = 500
MOST_ROUTES = 300
ACTIONS = {
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "dynamodb:GetItem",
    "dynamodb:BatchGetItem",
    "dynamodb:Query",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "sqs:SendMessage",
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "ses:SendEmail",
    "ses:SendRawEmail",
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
}


def transformed(path):
    with open(path, encoding="utf-8") as file:
        source = yaml_parse(file.read())
    # What SAM CLI does before it deploys: a local folder becomes an address in S3.
    source["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
    for resource in source["Resources"].values():
        if "CodeUri" in resource.get("Properties", {}):
            resource["Properties"]["CodeUri"] = "s3://bucket/key"
    parameters = {name: what.get("Default", "") for name, what in source["Parameters"].items()}
    # SAM asks for a region only to know which partition's names to use; nothing is called.
    os.environ["AWS_DEFAULT_REGION"] = "eu-central-1"
    # Without managed policies to look up: no function may have one.
    translator = Translator({}, Parser())
    return translator.translate(source, parameters)


def listed(value):
    return value if isinstance(value, list) else [value]


def target(value):
    """The logical id that a reference leads to."""
    if isinstance(value, dict):
        if "Ref" in value:
            return value["Ref"]
        if "Fn::GetAtt" in value:
            got = value["Fn::GetAtt"]
            return (got if isinstance(got, list) else got.split("."))[0]
    return None


def invoked(operation):
    """The function that an operation of an API calls."""
    uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
    return re.search(r"functions/\$\{(\w+)\.Arn\}", uri)[1]


def called_from(arn):
    """What a permission is for: the rule, or method and path of a route."""
    if "Fn::Sub" in arn:
        return arn["Fn::Sub"][0].partition("${__Stage__}")[2]
    return target(arn)


def statements(role):
    for policy in role.get("Policies", []):
        yield from listed(policy["PolicyDocument"]["Statement"])


def check(template, resources_counted, routes_counted):
    wrong = []
    resources = template["Resources"]

    def of(kind):
        return {name: what.get("Properties", {}) for name, what in resources.items() if what["Type"] == kind}

    functions, roles = of("AWS::Lambda::Function"), of("AWS::IAM::Role")

    # A role per function, with inline policies on named resources and nothing else.
    taken = {}
    for name, function in functions.items():
        role = target(function["Role"])
        if role not in roles:
            wrong.append(f"{name}: its role is not in the template")
        elif role in taken:
            wrong.append(f"{name}: shares its role with {taken[role]}")
        taken[role] = name
        if "ReservedConcurrentExecutions" in function:
            wrong.append(f"{name}: reserves concurrency, of which a new account has too little")
        if "LogGroup" not in function.get("LoggingConfig", {}):
            wrong.append(f"{name}: has no log group of its noun")
    for name, role in roles.items():
        if name not in taken:
            wrong.append(f"{name}: a role that no function has")
        if role.get("ManagedPolicyArns"):
            wrong.append(f"{name}: has managed policies")
        for statement in statements(role):
            where = f"{name}, {statement.get('Sid', '?')}"
            for action in listed(statement["Action"]):
                if action not in ACTIONS:
                    wrong.append(f"{where}: {action} is not what a function may do")
            for resource in listed(statement["Resource"]):
                if resource == "*":
                    wrong.append(f"{where}: on every resource")
            if statement["Effect"] != "Allow" or "NotAction" in statement or "NotResource" in statement:
                wrong.append(f"{where}: says what may not be, not what may")

    # What a function logs of its failures is counted, and somebody is told.
    alarmed = {alarm.get("MetricName") for alarm in of("AWS::CloudWatch::Alarm").values()}
    heard = {
        target(counted["LogGroupName"])
        for counted in of("AWS::Logs::MetricFilter").values()
        if any(metric["MetricName"] in alarmed for metric in counted["MetricTransformations"])
    }
    for name, function in functions.items():
        if target(function.get("LoggingConfig", {}).get("LogGroup")) not in heard:
            wrong.append(f"{name}: no alarm covers it: count the failures in its log group and put an alarm on them")

    # Who calls a function may: API Gateway by each route, EventBridge by each tick.
    calls = [
        ("apigateway.amazonaws.com", invoked(operation), f"/{method.upper()}{re.sub('{[^}]+}', 'any', path)}")
        for api in of("AWS::ApiGatewayV2::Api").values()
        for path, operations in api["Body"]["paths"].items()
        for method, operation in operations.items()
    ]
    calls += [
        ("events.amazonaws.com", target(called["Arn"]), rule)
        for rule, ticks in of("AWS::Events::Rule").items()
        for called in ticks["Targets"]
    ]
    permissions = [
        (may["Principal"], target(may["FunctionName"]), called_from(may["SourceArn"]))
        for may in of("AWS::Lambda::Permission").values()
    ]
    for who, function, call in calls:
        if not any(may[:2] == (who, function) and fnmatchcase(call, may[2]) for may in permissions):
            wrong.append(f"{function}: {who} may not call it for {call}: give it an AWS::Lambda::Permission")

    # Queues: what is consumed has dead letters, batches answer in part, concurrency is bounded.
    queues = of("AWS::SQS::Queue")
    for name, mapping in of("AWS::Lambda::EventSourceMapping").items():
        source = target(mapping["EventSourceArn"])
        function = functions[target(mapping["FunctionName"])]
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            wrong.append(f"{name}: no partial batch responses")
        if source in queues:
            redrive = queues[source].get("RedrivePolicy", {})
            if target(redrive.get("deadLetterTargetArn")) not in queues:
                wrong.append(f"{source}: is consumed and has no dead-letter queue")
            if queues[source].get("VisibilityTimeout", 30) < 6 * function["Timeout"]:
                wrong.append(f"{source}: its visibility timeout is under six times its consumer's timeout")
            if mapping.get("ScalingConfig", {}).get("MaximumConcurrency", 0) < 2:
                wrong.append(f"{name}: no MaximumConcurrency")
        else:
            if not mapping.get("BisectBatchOnFunctionError"):
                wrong.append(f"{name}: a bad record would hold up its batch")
            for bound in ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds"):
                if mapping.get(bound, -1) < 1:
                    wrong.append(f"{name}: no {bound}")
            failed = target(mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"))
            if failed not in queues:
                wrong.append(f"{name}: what fails goes nowhere")
            for pattern in mapping.get("FilterCriteria", {}).get("Filters", []):
                json.loads(pattern["Pattern"])
    watched = {
        target(dimension["Value"])
        for alarm in of("AWS::CloudWatch::Alarm").values()
        for dimension in alarm.get("Dimensions", [])
    }
    for name, queue in queues.items():
        if not queue.get("SqsManagedSseEnabled"):
            wrong.append(f"{name}: not encrypted")
        if "RedrivePolicy" not in queue and name not in watched:
            wrong.append(f"{name}: rests messages and has no alarm")

    # Tables: on demand, and hard to lose.
    for name, table in of("AWS::DynamoDB::Table").items():
        if table.get("BillingMode") != "PAY_PER_REQUEST":
            wrong.append(f"{name}: not on demand")
        if not table.get("DeletionProtectionEnabled"):
            wrong.append(f"{name}: no deletion protection")
        if not table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled"):
            wrong.append(f"{name}: no point-in-time recovery")
        if resources[name].get("DeletionPolicy") != "Retain":
            wrong.append(f"{name}: goes with its stack")

    # Buckets: closed, encrypted, and hard to lose.
    for name, bucket in of("AWS::S3::Bucket").items():
        if set(bucket.get("PublicAccessBlockConfiguration", {}).values()) != {True}:
            wrong.append(f"{name}: may be opened to the public")
        if "BucketEncryption" not in bucket:
            wrong.append(f"{name}: not encrypted")
        if resources[name].get("DeletionPolicy") != "Retain":
            wrong.append(f"{name}: goes with its stack")

    # Sizes: as counted, and within the limits.
    routes = sum(
        len([method for method in methods if method != "parameters"])
        for api in of("AWS::ApiGatewayV2::Api").values()
        for methods in api["Body"]["paths"].values()
    )
    for what, real, counted, most in (
        ("resources", len(resources), resources_counted, MOST_RESOURCES),
        ("routes", routes, routes_counted, MOST_ROUTES),
    ):
        if real != counted:
            wrong.append(f"{real} {what}, but cargo xtask counts {counted}: mend its count")
        if real > most:
            wrong.append(f"{real} {what}: more than the {most} that AWS takes")
    return wrong, len(functions), len(resources), routes


def main():
    path, resources_counted, routes_counted = sys.argv[1:]
    wrong, functions, resources, routes = check(transformed(path), int(resources_counted), int(routes_counted))
    for line in wrong:
        print(line)
    if wrong:
        sys.exit(1)
    print(f"{functions} functions, {resources} of {MOST_RESOURCES} resources, {routes} of {MOST_ROUTES} routes")


if __name__ == "__main__":
    main()
