"""Rules for alarms and the dashboard: few, cheap, and each tells somebody what to do."""

import json

from stack import found, plain, target, watching

# Each alarm costs $0.10 a month beyond the first ten of an account.
MOST_ALARMS = 18
# What concerns everything at once: namespace, metric, what it is about.
NEEDED = (
    ("AWS/ApiGateway", "5xx"),
    ("AWS/Lambda", "Throttles"),
    ("AWS/SES", "Reputation.BounceRate"),
    ("AWS/SES", "Reputation.ComplaintRate"),
    ("guestlist-${Stage}", "MailsHalted"),
)
AT_LEAST, MORE, LESS = "GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold"
# When the alarm on a metric goes off: how it compares what of it, the highest threshold that still tells somebody in time, and by
# which dimensions the metric is counted. An alarm of its own comes before its metric.
BOUNDS = {
    "Failures": (AT_LEAST, "Sum", 5, []),
    "BookingFailures": (AT_LEAST, "Sum", 1, []),
    "5xx": (AT_LEAST, "Sum", 5, ["ApiId"]),
    "Throttles": (AT_LEAST, "Sum", 10, []),
    "MailsHalted": (AT_LEAST, "Sum", 1, []),
    # AWS looks into an account from 5 % and 0.1 % on.
    "Reputation.BounceRate": (MORE, "Maximum", 0.04, []),
    "Reputation.ComplaintRate": (MORE, "Maximum", 0.0008, []),
    "ApproximateAgeOfOldestMessage": (MORE, "Maximum", 3600, ["QueueName"]),
    "ApproximateNumberOfMessagesVisible": (AT_LEAST, "Maximum", 1, ["QueueName"]),
    # A tick that fails is made up for by the next.
    "FailedTicksQueueAlarm": (AT_LEAST, "Maximum", 10, ["QueueName"]),
    "IteratorAge": (MORE, "Maximum", 300_000, ["FunctionName"]),
    "Invocations": (LESS, "Sum", 1, ["FunctionName"]),
}
# It has to have been so for an hour at most before somebody is told.
MOST_SECONDS = 3600


def alarms_tell_somebody(stack):
    """goes off and nobody is told: set AlarmActions to the topic of alarms, which AlarmMail subscribes to, and ActionsEnabled"""
    topics = {
        target(subscription["TopicArn"])
        for subscription in stack.of("AWS::SNS::Subscription").values()
        if (subscription["Protocol"], subscription["Endpoint"]) == ("email", {"Ref": "AlarmMail"})
    }
    for name, alarm in stack.alarms.items():
        told = [target(action) for action in alarm.get("AlarmActions", [])]
        if not alarm.get("ActionsEnabled", True) or not any(topic in topics for topic in told):
            yield name


def alarms_say_what_missing_data_means(stack):
    """doesn't say what it means when there is no data: set TreatMissingData"""
    for name, alarm in stack.alarms.items():
        if "TreatMissingData" not in alarm:
            yield name


def alarms_name_their_page(stack):
    """leaves whom it wakes alone: let its description end with its page, "docs/RUNBOOK.md, " and its name without the stage"""
    for name, alarm in stack.alarms.items():
        page = plain(alarm.get("AlarmName", "")).removeprefix("guestlist-${Stage}-")
        if not alarm.get("AlarmDescription", "").endswith(f"docs/RUNBOOK.md, {page}."):
            yield name


def alarms_have_a_name_of_their_stage(stack):
    """two stages in one account would share it: begin its AlarmName with guestlist-${Stage}-"""
    for name, alarm in stack.alarms.items():
        if not plain(alarm.get("AlarmName", "")).startswith("guestlist-${Stage}-"):
            yield name


def alarms_are_few(stack):
    """more alarms than idle can pay for: fold some into one, or raise MOST_ALARMS and say so in docs/COST.md"""
    if len(stack.alarms) > MOST_ALARMS:
        yield f"{len(stack.alarms)} alarms"


def alarms_use_whole_minutes(stack):
    """costs three times as much, by the second: set its Period to 60 or more"""
    for name, alarm in stack.alarms.items():
        if alarm.get("Period", 0) < 60:
            yield name


def alarms_go_off_in_time(stack):
    """stays quiet when it should go off, or is never quiet: set it by BOUNDS in infra/xtask/checks/alarms.py, or write down there what goes for its metric"""
    for name, alarm in stack.alarms.items():
        compares, what, most, by = BOUNDS.get(name) or BOUNDS.get(alarm.get("MetricName")) or (None, None, 0, [])
        threshold = alarm.get("Threshold", 0)
        if isinstance(threshold, dict):
            threshold = stack.template["Parameters"][threshold["Ref"]]["Default"]
        ours = [one for one in alarm.get("Dimensions", []) if target(one["Value"]) in stack.resources]
        dimensions = [dimension["Name"] for dimension in ours]
        fits = (alarm.get("ComparisonOperator"), alarm.get("Statistic"), dimensions) == (compares, what, by)
        if not fits or not 0 < threshold <= most or alarm["Period"] * alarm["EvaluationPeriods"] > MOST_SECONDS:
            yield name


def what_concerns_all_is_watched(stack):
    """nobody hears of it: put an alarm on it in infra/aws/alarms.yaml"""
    for namespace, metric in NEEDED:
        if not watching(stack, namespace, metric):
            yield f"{namespace} {metric}"


def there_is_one_dashboard(stack):
    """dashboards: there should be one (three are free in an account, for all stages)"""
    dashboards = stack.of("AWS::CloudWatch::Dashboard")
    if len(dashboards) != 1:
        yield f"{len(dashboards)}"


def dashboards_can_be_read(stack):
    """its body is no JSON with widgets: mend infra/xtask/src/template/dashboard.rs"""
    for name, dashboard in stack.of("AWS::CloudWatch::Dashboard").items():
        try:
            if not json.loads(plain(found(dashboard, "DashboardBody")))["widgets"]:
                yield name
        except (ValueError, KeyError, TypeError):
            yield name


RULES = [
    alarms_tell_somebody,
    alarms_say_what_missing_data_means,
    alarms_name_their_page,
    alarms_have_a_name_of_their_stage,
    alarms_are_few,
    alarms_use_whole_minutes,
    alarms_go_off_in_time,
    what_concerns_all_is_watched,
    there_is_one_dashboard,
    dashboards_can_be_read,
]
