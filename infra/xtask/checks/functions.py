"""Rules for functions: their log, what starts them, what becomes of what fails, and how they change."""

import re

from stack import entries, found, plain, target, watching

# API Gateway waits for 30 s (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html).
MOST_SECONDS_OF_A_ROUTE = 29
# How often nothing has to have started a schedule before somebody is told, at most, in seconds.
MOST_SECONDS_OF_SILENCE = 1800
# What all functions are told (infra/aws/parameters.yaml).
ENVIRONMENT = {
    "GUESTLIST_PREFIX": {"Fn::Sub": "guestlist-${Stage}-"},
    "GUESTLIST_KEYS": {"Fn::Sub": "/guestlist/${Stage}/signing-keys/"},
    "GUESTLIST_BASE_URL": {"Ref": "BaseUrl"},
    "GUESTLIST_SENDER": {"Ref": "Sender"},
    "GUESTLIST_QUEUES": {"Fn::Sub": "https://sqs.${AWS::Region}.${AWS::URLSuffix}/${AWS::AccountId}/"},
    "GUESTLIST_BUCKET": {"Ref": "PicturesBucket"},
    "GUESTLIST_UPLOADS": {"Fn::Sub": "https://${PicturesBucket.RegionalDomainName}/"},
    "GUESTLIST_MAIL_SET": {"Ref": "MailSet"},
}
# What costs and isn't looked at.
OFF = {"DetailedMetricsEnabled"}
# What a deployment has only where it is told of a zone, a mail address, or a budget.
MADE_SOMEWHERE = {
    "AWS::Budgets::Budget": ("HasBudget",),
    "AWS::Route53::RecordSet": ("HasSiteRecords", "HasZone", "MakesDmarc"),
    "AWS::SNS::Subscription": ("HasAlarmMail",),
}
# What edge.py has a rule for.
ELSEWHERE = "GUESTLIST_ORIGIN_HASHES"


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


def ticks(stack):
    """Every target of a rule: the rule, its target."""
    for rule, properties in stack.of("AWS::Events::Rule").items():
        for called_by_it in properties["Targets"]:
            yield rule, called_by_it


def calls(stack):
    """The permission that each route and each tick needs, as SAM writes it, by what calls what."""
    permissions = {}
    # SAM permits who answers what has no other route to be called for all addresses, and leaves out its own routes.
    otherwise = [called(uri) for path, _, uri in operations(stack) if path == "/$default"]
    for path, method, uri in operations(stack):
        route = "/*" if called(uri) in otherwise else f"/{method.upper()}{re.sub('{[^}]+}', '*', path)}"
        arn = f"arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/${{__Stage__}}{route}"
        permissions[f"{called(uri)}, {method.upper()} {path}"] = {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": called(uri)},
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": {"Fn::Sub": [arn, {"__ApiId__": {"Ref": "Api"}, "__Stage__": "*"}]},
        }
    for rule, tick in ticks(stack):
        permissions[f"{target(tick['Arn'])}, {rule}"] = {
            "Action": "lambda:InvokeFunction",
            "FunctionName": {"Ref": target(tick["Arn"])},
            "Principal": "events.amazonaws.com",
            "SourceArn": {"Fn::GetAtt": [rule, "Arn"]},
        }
    return permissions


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
    watched = {(plain(alarm.get("Namespace")), alarm.get("MetricName")) for alarm in stack.alarms.values()}
    heard = set()
    for name, counted in stack.of("AWS::Logs::MetricFilter").items():
        if all((plain(metric["MetricNamespace"]), metric["MetricName"]) in watched for metric in counted["MetricTransformations"]):
            heard.add(target(counted["LogGroupName"]))
        else:
            yield name
    for name, function in stack.functions.items():
        if target(found(function, "LoggingConfig.LogGroup")) not in heard:
            yield name


def counting_failures_costs_nothing_when_idle(stack):
    """has a DefaultValue, so that its metric costs also where nothing fails: leave it out"""
    for name, counted in stack.of("AWS::Logs::MetricFilter").items():
        if any("DefaultValue" in metric for metric in counted["MetricTransformations"]):
            yield name


def the_environment_is_as_known(stack):
    """isn't what ENVIRONMENT in infra/xtask/checks/functions.py says, and may be a secret, for all to read who see the function: keep secrets in Parameter Store, read by a grant, and write the rest down there"""
    for name, function in stack.functions.items():
        variables = found(function, "Environment.Variables", {})
        for variable in sorted({*ENVIRONMENT, *variables} - {ELSEWHERE}):
            if variables.get(variable) != ENVIRONMENT.get(variable):
                yield f"{name}, {variable}"


def callers_are_permitted(stack):
    """may not be called by it: give it an AWS::Lambda::Permission"""
    permissions = list(stack.of("AWS::Lambda::Permission").values())
    for call, needed in calls(stack).items():
        if needed not in permissions:
            yield call


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


def nothing_is_switched_off(stack):
    """is switched off, and nobody hears of what it doesn't do: take that out, or where it is meant add the switch to OFF in infra/xtask/checks/functions.py"""
    for name, resource in stack.resources.items():
        for switch, value in entries(resource.get("Properties")):
            # A parameter's value is a reference, and no switch of ours has one.
            off = value in (False, "false", "DISABLED", "Disabled")
            if off and (switch in ("State", "Status") or switch.endswith("Enabled")) and switch not in OFF:
                yield f"{name}, {switch}"


def everything_is_made_everywhere(stack):
    """is not made in every deployment: take its Condition out, or write down in MADE_SOMEWHERE of infra/xtask/checks/functions.py where it isn't needed"""
    for name, resource in stack.resources.items():
        if "Condition" in resource and resource["Condition"] not in MADE_SOMEWHERE.get(resource["Type"], ()):
            yield name


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
    the_environment_is_as_known,
    callers_are_permitted,
    failed_ticks_go_somewhere,
    ticks_that_are_not_delivered_go_somewhere,
    rules_may_send_their_dead_letters,
    old_ticks_are_dropped,
    nothing_is_switched_off,
    everything_is_made_everywhere,
    standing_still_is_heard_of,
]
