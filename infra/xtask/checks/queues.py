"""Rules for queues and streams: nothing is lost, nothing stands in the way, and somebody hears of it."""

import json

from grants import logical
from stack import found, listed, target, watching

# AWS advises six times the consumer's timeout, and five tries at least
# (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html).
VISIBILITY_PER_TIMEOUT = 6
FEWEST_TRIES = 5
# So many are hours, in which nobody hears of what will never work.
MOST_TRIES = 20
# Queues where what comes late harms nobody (infra/xtask/src/template/queues.rs). Nobody fills them in a rush either, and a bound
# more than doubles what asking a quiet queue costs (docs/decisions/0021-cost.md).
UNHURRIED = {"BouncesQueue"}


def mappings(stack):
    """Every mapping: its name, itself, its source, its function."""
    for name, mapping in stack.of("AWS::Lambda::EventSourceMapping").items():
        yield name, mapping, target(mapping["EventSourceArn"]), target(mapping["FunctionName"])


def consumed(stack):
    """Every queue that a function takes from, with that function."""
    for _, _, source, function in mappings(stack):
        if source in stack.queues:
            yield source, stack.functions[function]


def streams(stack):
    for name, mapping, source, function in mappings(stack):
        if source not in stack.queues:
            yield name, mapping, function


def consumers_take_from_what_the_registry_says(stack):
    """takes from another queue or stream than the registry says, or from none: run cargo xtask generate"""
    for name, function in stack.expected["functions"].items():
        how, *names = function["kind"].split()
        wanted = {logical(of, {"queue": "Queue", "streams": "Table"}.get(how, "")) for of in names}
        if {source for _, _, source, taker in mappings(stack) if taker == name} != wanted:
            yield name


def batches_answer_in_part(stack):
    """one bad message brings back its whole batch: set FunctionResponseTypes to ReportBatchItemFailures"""
    for name, mapping, _, _ in mappings(stack):
        if mapping.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield name


def consumed_queues_have_dead_letters(stack):
    """a bad message comes back for days and is lost then: set a RedrivePolicy to a queue of this template"""
    for name, _ in consumed(stack):
        if target(found(stack.queues[name], "RedrivePolicy.deadLetterTargetArn")) not in stack.queues:
            yield name


def messages_get_some_tries(stack):
    """a message is dead after too few tries, for a moment's trouble, or tried for ever: set maxReceiveCount to 5 at least and 20 at most"""
    for name, queue in stack.queues.items():
        if "RedrivePolicy" in queue:
            if not FEWEST_TRIES <= queue["RedrivePolicy"].get("maxReceiveCount", 0) <= MOST_TRIES:
                yield name


def dead_letters_outlive_their_queue(stack):
    """keeps dead letters no longer than they were kept before (their age goes on counting): raise MessageRetentionPeriod"""
    for queue in stack.queues.values():
        dead = target(found(queue, "RedrivePolicy.deadLetterTargetArn"))
        kept = stack.queues.get(dead, {}).get("MessageRetentionPeriod", 345600)
        if dead in stack.queues and kept <= queue.get("MessageRetentionPeriod", 345600):
            yield dead


def messages_stay_unseen_while_worked_on(stack):
    """a message comes again while it is worked on: raise its VisibilityTimeout to six times its consumer's timeout"""
    for name, function in consumed(stack):
        if stack.queues[name].get("VisibilityTimeout", 30) < VISIBILITY_PER_TIMEOUT * function["Timeout"]:
            yield name


def consumers_are_bounded(stack):
    """takes all the account's concurrency in a rush: set MaximumConcurrency in its ScalingConfig"""
    for name, mapping, source, _ in mappings(stack):
        bounded = found(mapping, "ScalingConfig.MaximumConcurrency", 0) >= 2
        if source in stack.queues and source not in UNHURRIED and not bounded:
            yield name


def bad_records_are_set_apart(stack):
    """a bad record holds up its whole batch: set BisectBatchOnFunctionError"""
    for name, mapping, _ in streams(stack):
        if not mapping.get("BisectBatchOnFunctionError"):
            yield name


def streams_go_on(stack):
    """a bad record holds up its shard for a day: set MaximumRetryAttempts and MaximumRecordAgeInSeconds"""
    for name, mapping, _ in streams(stack):
        if any(mapping.get(bound, -1) < 1 for bound in ("MaximumRetryAttempts", "MaximumRecordAgeInSeconds")):
            yield name


def records_that_fail_go_somewhere(stack):
    """a record that failed all its tries is lost: set OnFailure to a queue of this template"""
    for name, mapping, _ in streams(stack):
        if target(found(mapping, "DestinationConfig.OnFailure.Destination")) not in stack.queues:
            yield name


def filters_can_be_read(stack):
    """its filter is no JSON, or lets nothing through that is new: mend SILENT_RECORDS' pattern"""
    for name, mapping, _ in streams(stack):
        for pattern in found(mapping, "FilterCriteria.Filters", []):
            try:
                tags = json.loads(pattern["Pattern"])["dynamodb"]["NewImage"]["record"]["S"]
                if not all("anything-but" in tag for tag in tags):
                    yield name
            except (ValueError, KeyError, TypeError):
                yield name


def late_streams_are_heard_of(stack):
    """nobody hears of it when its records wait: put an alarm on its IteratorAge"""
    for function in sorted({function for _, _, function in streams(stack)}):
        if not watching(stack, "AWS/Lambda", "IteratorAge", function):
            yield function


def late_messages_are_heard_of(stack):
    """nobody hears of it when its messages wait: put an alarm on its ApproximateAgeOfOldestMessage"""
    for name, _ in consumed(stack):
        if name not in UNHURRIED and not watching(stack, "AWS/SQS", "ApproximateAgeOfOldestMessage", name):
            yield name


def what_rests_is_heard_of(stack):
    """nobody takes from it and nobody hears of what is in it: put an alarm on its ApproximateNumberOfMessagesVisible"""
    taken = {name for name, _ in consumed(stack)}
    for name in stack.queues:
        if name not in taken and not watching(stack, "AWS/SQS", "ApproximateNumberOfMessagesVisible", name):
            yield name


def queues_are_encrypted(stack):
    """its messages lie in the open: set SqsManagedSseEnabled"""
    for name, queue in stack.queues.items():
        if not queue.get("SqsManagedSseEnabled"):
            yield name


def queues_outlive_the_stack(stack):
    """its messages go with the stack, or stays of one that was never made, and is in the way of the next: set DeletionPolicy to RetainExceptOnCreate and UpdateReplacePolicy to Retain"""
    for name in stack.queues:
        resource = stack.resources[name]
        if (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")) != ("RetainExceptOnCreate", "Retain"):
            yield name


def queues_are_closed(stack):
    """lets others send than one service in one thing's name: name the service, sqs:SendMessage and aws:SourceArn"""
    for name, policy in stack.of("AWS::SQS::QueuePolicy").items():
        for statement in listed(policy["PolicyDocument"]["Statement"]):
            principal = statement.get("Principal")
            service = principal.get("Service") if isinstance(principal, dict) else None
            only_sends = listed(statement.get("Action")) == ["sqs:SendMessage"]
            in_whose_name = found(statement, "Condition.ArnEquals", {}).get("aws:SourceArn")
            if not isinstance(service, str) or not only_sends or not in_whose_name:
                yield name


RULES = [
    consumers_take_from_what_the_registry_says,
    batches_answer_in_part,
    consumed_queues_have_dead_letters,
    messages_get_some_tries,
    dead_letters_outlive_their_queue,
    messages_stay_unseen_while_worked_on,
    consumers_are_bounded,
    bad_records_are_set_apart,
    streams_go_on,
    records_that_fail_go_somewhere,
    filters_can_be_read,
    late_streams_are_heard_of,
    late_messages_are_heard_of,
    what_rests_is_heard_of,
    queues_are_encrypted,
    queues_outlive_the_stack,
    queues_are_closed,
]
