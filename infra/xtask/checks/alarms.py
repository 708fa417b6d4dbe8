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
)


def alarms_tell_somebody(stack):
    """goes off and nobody is told: set AlarmActions to the topic of alarms, and ActionsEnabled"""
    topics = stack.of("AWS::SNS::Topic")
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
    what_concerns_all_is_watched,
    there_is_one_dashboard,
    dashboards_can_be_read,
]
