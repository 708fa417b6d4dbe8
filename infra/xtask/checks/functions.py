"""Rules for functions: their log, what starts them, what becomes of what fails, and how they change."""

import re
from fnmatch import fnmatchcase

from stack import found, plain, target, watching

# API Gateway waits for 30 s (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html).
MOST_SECONDS_OF_A_ROUTE = 29
# How often nothing has to have started a schedule before somebody is told, at most, in seconds.
MOST_SECONDS_OF_SILENCE = 1800


def operations(stack):
    """Every operation of an API: path, method, and the text that says which function it calls."""
    for api in stack.of("AWS::ApiGatewayV2::Api").values():
        for path, methods in api["Body"]["paths"].items():
            for method, operation in methods.items():
                yield path, method, operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]


def called(uri):
    """The logical id, of a function or its alias, that an operation's text names."""
    return re.search(r"functions/\$\{(\w+)(\.Arn)?\}", uri)[1]


def function_of(stack, name):
    """The function that a logical id stands for: itself, or that of an alias."""
    alias = stack.of("AWS::Lambda::Alias").get(name)
    return target(alias["FunctionName"]) if alias else name


def called_from(arn):
    """What a permission is for: the rule, or method and path of a route."""
    if "Fn::Sub" in arn:
        return arn["Fn::Sub"][0].partition("${__Stage__}")[2]
    return target(arn)


def ticks(stack):
    """Every target of a rule: the rule, its target."""
    for rule, properties in stack.of("AWS::Events::Rule").items():
        for called_by_it in properties["Targets"]:
            yield rule, called_by_it


def functions_are_those_of_the_registry(stack):
    """is in one of the registry and the template only: run cargo xtask generate"""
    yield from sorted(set(stack.functions) ^ set(stack.expected["functions"]))


def handlers_are_names_of_the_registry(stack):
    """its Handler isn't the function's name, by which the binary knows what it is: run cargo xtask generate"""
    for name, function in stack.expected["functions"].items():
        if found(stack.functions, f"{name}.Handler") != function["name"]:
            yield name


def no_function_reserves_concurrency(stack):
    """reserves concurrency, of which a new account has too little: bound its queue by MaximumConcurrency instead"""
    for name, function in stack.functions.items():
        if "ReservedConcurrentExecutions" in function:
            yield name


def routes_answer_in_time(stack):
    """may take longer than API Gateway waits: lower its TIMEOUT"""
    for _, _, uri in operations(stack):
        name = function_of(stack, called(uri))
        if stack.functions[name].get("Timeout", 3) > MOST_SECONDS_OF_A_ROUTE:
            yield name


def functions_log_json(stack):
    """doesn't log as JSON into the log group of its noun: set both in its LoggingConfig"""
    groups = stack.of("AWS::Logs::LogGroup")
    for name, function in stack.functions.items():
        log = function.get("LoggingConfig", {})
        if target(log.get("LogGroup")) not in groups or log.get("LogFormat") != "JSON":
            yield name


def logs_end(stack):
    """its lines are kept for ever, and paid for: set RetentionInDays"""
    for name, group in stack.of("AWS::Logs::LogGroup").items():
        if "RetentionInDays" not in group:
            yield name


def failures_are_heard_of(stack):
    """no alarm covers it: count the failures in its log group by a metric filter, and put an alarm on what is counted"""
    heard = {
        target(counted["LogGroupName"])
        for counted in stack.of("AWS::Logs::MetricFilter").values()
        for metric in counted["MetricTransformations"]
        if any(
            (plain(alarm.get("Namespace")), alarm.get("MetricName"))
            == (plain(metric["MetricNamespace"]), metric["MetricName"])
            for alarm in stack.alarms.values()
        )
    }
    for name, function in stack.functions.items():
        if target(found(function, "LoggingConfig.LogGroup")) not in heard:
            yield name


def counting_failures_costs_nothing_when_idle(stack):
    """has a DefaultValue, so that its metric costs also where nothing fails: leave it out"""
    for name, counted in stack.of("AWS::Logs::MetricFilter").items():
        if any("DefaultValue" in metric for metric in counted["MetricTransformations"]):
            yield name


def no_secret_is_in_the_environment(stack):
    """is for all to read who may see the function: keep it in Parameter Store and read it there, by a grant"""
    parameters = stack.template.get("Parameters", {})
    for name, function in stack.functions.items():
        for variable, value in found(function, "Environment.Variables", {}).items():
            text = plain(value)
            named = re.search(r"SECRET|PASSWORD|PRIVATE|TOKEN|CREDENTIAL", variable)
            hidden = any(parameters.get(used, {}).get("NoEcho") for used in (text, *re.findall(r"\$\{(\w+)\}", text)))
            resolved = re.search(r"resolve:(secretsmanager|ssm-secure)", text)
            key = "PRIVATE KEY" in text or re.search(r"\b[0-9a-f]{64}\b|\bAKIA[0-9A-Z]{16}\b", text)
            if named or hidden or resolved or key:
                yield f"{name}, {variable}"


def callers_are_permitted(stack):
    """may not be called by it: give it an AWS::Lambda::Permission"""
    calls = [
        ("apigateway.amazonaws.com", called(uri), f"/{method.upper()}{re.sub('{[^}]+}', 'any', path)}")
        for path, method, uri in operations(stack)
    ]
    calls += [("events.amazonaws.com", target(tick["Arn"]), rule) for rule, tick in ticks(stack)]
    permissions = [
        (may["Principal"], target(may["FunctionName"]), called_from(may["SourceArn"]))
        for may in stack.of("AWS::Lambda::Permission").values()
    ]
    for who, function, call in calls:
        if not any(may[:2] == (who, function) and fnmatchcase(call, may[2]) for may in permissions):
            yield f"{function}, {who} for {call}"


def failed_ticks_go_somewhere(stack):
    """what fails of its ticks is lost: set EventInvokeConfig with a queue of this template as OnFailure"""
    kept = {
        target(config["FunctionName"])
        for config in stack.of("AWS::Lambda::EventInvokeConfig").values()
        if target(found(config, "DestinationConfig.OnFailure.Destination")) in stack.queues
    }
    for _, tick in ticks(stack):
        if target(tick["Arn"]) not in kept:
            yield target(tick["Arn"])


def ticks_that_are_not_delivered_go_somewhere(stack):
    """ticks that it can't deliver are lost: set a DeadLetterConfig with a queue of this template"""
    for rule, tick in ticks(stack):
        if target(found(tick, "DeadLetterConfig.Arn")) not in stack.queues:
            yield rule


def rules_may_send_their_dead_letters(stack):
    """may not send to the queue of its dead letters: name it in an AWS::SQS::QueuePolicy of that queue"""
    for rule, tick in ticks(stack):
        queue = target(found(tick, "DeadLetterConfig.Arn"))
        senders = {
            target(arn)
            for policy in stack.of("AWS::SQS::QueuePolicy").values()
            if queue in map(target, policy["Queues"])
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Principal"] == {"Service": "events.amazonaws.com"} and statement["Action"] == "sqs:SendMessage"
            for arn in found(statement, "Condition.ArnEquals", {}).get("aws:SourceArn", [])
        }
        if queue and rule not in senders:
            yield rule


def old_ticks_are_dropped(stack):
    """tries a tick long after the next ones have come: set MaximumEventAgeInSeconds and MaximumRetryAttempts low"""
    for name, config in stack.of("AWS::Lambda::EventInvokeConfig").items():
        if config.get("MaximumEventAgeInSeconds", 21600) > 300 or config.get("MaximumRetryAttempts", 2) > 1:
            yield name
    for rule, tick in ticks(stack):
        retries = tick.get("RetryPolicy", {})
        if retries.get("MaximumEventAgeInSeconds", 86400) > 300 or retries.get("MaximumRetryAttempts", 185) > 1:
            yield rule


def standing_still_is_heard_of(stack):
    """nobody hears of it when no tick comes any more: put an alarm on its Invocations, with missing data breaching"""
    for _, tick in ticks(stack):
        name = target(tick["Arn"])
        alarms = watching(stack, "AWS/Lambda", "Invocations", name)
        if not any(
            alarm.get("TreatMissingData") == "breaching"
            and alarm["Period"] * alarm["EvaluationPeriods"] <= MOST_SECONDS_OF_SILENCE
            for alarm in alarms
        ):
            yield name


RULES = [
    functions_are_those_of_the_registry,
    handlers_are_names_of_the_registry,
    no_function_reserves_concurrency,
    routes_answer_in_time,
    functions_log_json,
    logs_end,
    failures_are_heard_of,
    counting_failures_costs_nothing_when_idle,
    no_secret_is_in_the_environment,
    callers_are_permitted,
    failed_ticks_go_somewhere,
    ticks_that_are_not_delivered_go_somewhere,
    rules_may_send_their_dead_letters,
    old_ticks_are_dropped,
    standing_still_is_heard_of,
]
