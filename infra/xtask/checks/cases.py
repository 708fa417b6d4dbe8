"""Each house rule with what breaks it: the name of the rule, and a change of the transformed template's resources. The table that
test_transformed.py goes through; a rule without a line here fails."""

from access_cases import ACCESS
from behaviours_cases import BEHAVIOURS
from breaking import alarm_of, drop, first, operation, put, role_of, statement
from edge_cases import EDGE
from mails_cases import MAILS

ALARM = "AWS::CloudWatch::Alarm"
ALIAS = "AWS::Lambda::Alias"
GROUP = "AWS::CodeDeploy::DeploymentGroup"
INVOKE = "AWS::Lambda::EventInvokeConfig"
LOG = "AWS::Logs::LogGroup"
FILTER = "AWS::Logs::MetricFilter"
MAPPING = "AWS::Lambda::EventSourceMapping"
RULE = "AWS::Events::Rule"
TABLE = "AWS::DynamoDB::Table"

VARIABLES = "Properties.Environment.Variables"
BOOKINGS_PATH = "/api/events/{event}/bookings"


def of_queue(r):
    return first(r, MAPPING, "ScalingConfig")


def of_stream(r):
    return first(r, MAPPING, "BisectBatchOnFunctionError")


def version_of(r, function):
    return next(
        name
        for name, what in r.items()
        if what["Type"] == "AWS::Lambda::Version" and what["Properties"]["FunctionName"] == {"Ref": function}
    )


def more_alarms(r):
    one = r[first(r, ALARM)]
    r.update({f"Another{number}": one for number in range(10)})


def past_the_alias(r):
    operation(r, BOOKINGS_PATH, "post")["uri"]["Fn::Sub"] = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${BookPlace.Arn}/invocations"
    )


def hashes_in_each_function(r):
    for name, what in r.items():
        if what["Type"] == "AWS::Lambda::Function":
            put(r, name, "Properties.Environment.Variables.GUESTLIST_ORIGIN_HASHES", r["OriginHashes"]["Properties"]["Value"])


def another_alias(r):
    r["ReadTimelineAlias"] = {"Type": ALIAS, "Properties": {"FunctionName": {"Ref": "ReadTimeline"}}}


FUNCTIONS = [
    ("functions_are_those_of_the_registry", lambda r: r.pop("ReadTimeline")),
    ("handlers_are_names_of_the_registry", lambda r: put(r, "BookPlace", "Properties.Handler", "book_places")),
    ("no_function_reserves_concurrency", lambda r: put(r, "BookPlace", "Properties.ReservedConcurrentExecutions", 5)),
    ("routes_answer_in_time", lambda r: put(r, "BookPlace", "Properties.Timeout", 30)),
    ("functions_log_json", lambda r: put(r, "BookPlace", "Properties.LoggingConfig.LogFormat", "Text")),
    ("functions_log_json", lambda r: drop(r, "BookPlace", "Properties.LoggingConfig.LogGroup")),
    ("logs_end", lambda r: drop(r, "BookingsLog", "Properties.RetentionInDays")),
    ("failures_are_heard_of", lambda r: put(r, alarm_of(r, "bookings-fail"), "Properties.MetricName", "Others")),
    ("failures_are_heard_of", lambda r: put(r, alarm_of(r, "functions-fail"), "Properties.Namespace", "Others")),
    ("failures_are_heard_of", lambda r: r.pop("AccountsFailures")),
    (
        "counting_failures_costs_nothing_when_idle",
        lambda r: put(r, first(r, FILTER), "Properties.MetricTransformations.0.DefaultValue", 0),
    ),
    (
        "the_environment_is_as_known",
        lambda r: put(r, "BookPlace", f"{VARIABLES}.GUESTLIST_KEY", "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v"),
    ),
    (
        "the_environment_is_as_known",
        lambda r: put(
            r, "BookPlace", f"{VARIABLES}.GUESTLIST_SENDER", {"Fn::Sub": "{{resolve:ssm:/guestlist/${Stage}/origin-secret}}"}
        ),
    ),
    (
        "the_environment_is_as_known",
        lambda r: put(r, "BookPlace", f"{VARIABLES}.GUESTLIST_KEYS", "/guestlist/production/signing-keys/"),
    ),
    ("the_environment_is_as_known", lambda r: drop(r, "BookPlace", f"{VARIABLES}.GUESTLIST_KEYS")),
    ("callers_are_permitted", lambda r: r.pop("BookPlaceRoutePermission")),
    ("callers_are_permitted", lambda r: r.pop("ReadTimelineRoutePermission")),
    ("callers_are_permitted", lambda r: r.pop("RemindHourBeforeTickPermission")),
    ("failed_ticks_go_somewhere", lambda r: r.pop(first(r, INVOKE))),
    (
        "failed_ticks_go_somewhere",
        lambda r: put(r, first(r, INVOKE), "Properties.DestinationConfig.OnFailure.Destination", "elsewhere"),
    ),
    (
        "ticks_that_are_not_delivered_go_somewhere",
        lambda r: drop(r, first(r, RULE), "Properties.Targets.0.DeadLetterConfig"),
    ),
    ("rules_may_send_their_dead_letters", lambda r: r.pop("FailedTicksQueuePolicy")),
    ("old_ticks_are_dropped", lambda r: put(r, first(r, INVOKE), "Properties.MaximumEventAgeInSeconds", 3600)),
    ("old_ticks_are_dropped", lambda r: drop(r, first(r, RULE), "Properties.Targets.0.RetryPolicy")),
    ("nothing_is_switched_off", lambda r: put(r, of_stream(r), "Properties.Enabled", False)),
    ("nothing_is_switched_off", lambda r: put(r, first(r, RULE), "Properties.State", "DISABLED")),
    ("nothing_is_switched_off", lambda r: put(r, "MailSet", "Properties.SendingOptions.SendingEnabled", False)),
    ("everything_is_made_everywhere", lambda r: put(r, "ThrottledAlarm", "Condition", "HasZone")),
    ("everything_is_made_everywhere", lambda r: put(r, "MailEventsSubscription", "Condition", "HasZone")),
    (
        "standing_still_is_heard_of",
        lambda r: put(r, alarm_of(r, "remind_hour_before-stands-still"), "Properties.TreatMissingData", "notBreaching"),
    ),
    ("standing_still_is_heard_of", lambda r: r.pop(alarm_of(r, "remind_day_before-stands-still"))),
]

GRANTS = [
    ("each_function_has_a_role", lambda r: put(r, "BookPlace", "Properties.Role", "arn:aws:iam::1:role/elsewhere")),
    (
        "no_role_is_shared",
        lambda r: put(r, "BookPlace", "Properties.Role", r["ReadEvent"]["Properties"]["Role"]),
    ),
    ("no_role_is_left_over", lambda r: r.update(Spare=r[role_of(r, "BookPlace")])),
    (
        "roles_hold_all_grants",
        lambda r: statement(r, role_of(r, "BookPlace"), "WriteBookings")["Action"].remove("dynamodb:PutItem"),
    ),
    ("roles_hold_all_grants", lambda r: statement(r, role_of(r, "FanOut"), "SendMails").update(Resource=[])),
    (
        "roles_hold_nothing_else",
        lambda r: statement(r, role_of(r, "BookPlace"), "WriteBookings")["Action"].append("dynamodb:Scan"),
    ),
    (
        "roles_hold_nothing_else",
        lambda r: statement(r, role_of(r, "BookPlace"), "WriteBookings")["Resource"].append(
            {"Fn::GetAtt": ["AccountsTable", "Arn"]}
        ),
    ),
    ("roles_hold_nothing_else", lambda r: statement(r, role_of(r, "SendEmail"), "Mail").pop("Condition")),
    (
        "roles_hold_all_grants",
        lambda r: statement(r, role_of(r, "SendEmail"), "Mail").update(
            Condition={"StringEquals": {"ses:FromAddress": "somebody@example.org"}}
        ),
    ),
    (
        "roles_hold_nothing_else",
        lambda r: statement(r, "DeploymentRole", "MoveAliases")["Action"].append("lambda:UpdateFunctionCode"),
    ),
    (
        "roles_hold_all_grants",
        lambda r: statement(r, "DeploymentRole", "MoveAliases")["Action"].remove("lambda:UpdateAlias"),
    ),
    (
        "no_managed_policies",
        lambda r: put(r, role_of(r, "BookPlace"), "Properties.ManagedPolicyArns", ["arn:aws:iam::aws:policy/X"]),
    ),
    (
        "policies_say_what_may_be",
        lambda r: statement(r, role_of(r, "BookPlace"), "WriteBookings").update(NotAction="dynamodb:DeleteTable"),
    ),
    (
        "policies_name_actions",
        lambda r: statement(r, role_of(r, "BookPlace"), "WriteBookings").update(Action=["dynamodb:*"]),
    ),
    (
        "policies_name_resources",
        lambda r: statement(r, role_of(r, "BookPlace"), "WriteBookings").update(Resource=["*"]),
    ),
    ("roles_take_the_boundary", lambda r: drop(r, role_of(r, "BookPlace"), "Properties.PermissionsBoundary")),
    ("roles_take_the_boundary", lambda r: put(r, "DeploymentRole", "Properties.PermissionsBoundary", {"Ref": "RoleBoundary"})),
    (
        "roles_stay_within_the_boundary",
        lambda r: statement(r, role_of(r, "BookPlace"), "WriteBookings")["Action"].append("iam:PutRolePolicy"),
    ),
    (
        "roles_stay_within_the_boundary",
        lambda r: put(r, "BookingsTable", "Properties.TableName", {"Fn::Sub": "guestlist-production-bookings"}),
    ),
    (
        "roles_are_for_one_service",
        lambda r: put(
            r,
            role_of(r, "BookPlace"),
            "Properties.AssumeRolePolicyDocument.Statement.0.Principal",
            {"AWS": "arn:aws:iam::1:root"},
        ),
    ),
]

QUEUES = [
    ("consumers_take_from_what_the_registry_says", lambda r: r.pop("PublishFactsEvents")),
    ("consumers_take_from_what_the_registry_says", lambda r: put(r, of_queue(r), "Properties.FunctionName", {"Ref": "ReadEvent"})),
    ("batches_answer_in_part", lambda r: drop(r, of_queue(r), "Properties.FunctionResponseTypes")),
    ("batches_answer_in_part", lambda r: drop(r, of_stream(r), "Properties.FunctionResponseTypes")),
    (
        "consumed_queues_have_dead_letters",
        lambda r: put(r, "FactsQueue", "Properties.RedrivePolicy.deadLetterTargetArn", "elsewhere"),
    ),
    ("consumed_queues_have_dead_letters", lambda r: drop(r, "MailsQueue", "Properties.RedrivePolicy")),
    ("messages_get_some_tries", lambda r: put(r, "FactsQueue", "Properties.RedrivePolicy.maxReceiveCount", 1)),
    ("messages_get_some_tries", lambda r: put(r, "FactsQueue", "Properties.RedrivePolicy.maxReceiveCount", 1000)),
    (
        "dead_letters_outlive_their_queue",
        lambda r: put(r, "FactsDeadQueue", "Properties.MessageRetentionPeriod", 4 * 24 * 3600),
    ),
    ("messages_stay_unseen_while_worked_on", lambda r: put(r, "FactsQueue", "Properties.VisibilityTimeout", 60)),
    ("messages_stay_unseen_while_worked_on", lambda r: put(r, "SendEmail", "Properties.Timeout", 900)),
    ("consumers_are_bounded", lambda r: drop(r, of_queue(r), "Properties.ScalingConfig")),
    ("bad_records_are_set_apart", lambda r: put(r, of_stream(r), "Properties.BisectBatchOnFunctionError", False)),
    ("streams_go_on", lambda r: put(r, of_stream(r), "Properties.MaximumRetryAttempts", -1)),
    ("streams_go_on", lambda r: drop(r, of_stream(r), "Properties.MaximumRecordAgeInSeconds")),
    ("records_that_fail_go_somewhere", lambda r: drop(r, of_stream(r), "Properties.DestinationConfig")),
    (
        "filters_can_be_read",
        lambda r: put(r, of_stream(r), "Properties.FilterCriteria.Filters.0.Pattern", "{ dynamodb }"),
    ),
    (
        "filters_can_be_read",
        lambda r: put(
            r,
            of_stream(r),
            "Properties.FilterCriteria.Filters.0.Pattern",
            '{"dynamodb": {"NewImage": {"record": {"S": ["booking"]}}}}',
        ),
    ),
    ("late_streams_are_heard_of", lambda r: r.pop(alarm_of(r, "publish_facts-is-late"))),
    ("late_messages_are_heard_of", lambda r: r.pop(alarm_of(r, "facts-are-late"))),
    ("late_messages_are_heard_of", lambda r: r.pop(alarm_of(r, "mails-are-late"))),
    ("what_rests_is_heard_of", lambda r: r.pop(alarm_of(r, "facts-dead-has-messages"))),
    ("what_rests_is_heard_of", lambda r: r.pop(alarm_of(r, "unpublished-has-messages"))),
    ("what_rests_is_heard_of", lambda r: r.pop(alarm_of(r, "ticks-fail"))),
    ("queues_are_encrypted", lambda r: put(r, "FactsDeadQueue", "Properties.SqsManagedSseEnabled", False)),
    ("queues_outlive_the_stack", lambda r: drop(r, "FactsDeadQueue", "DeletionPolicy")),
    ("queues_outlive_the_stack", lambda r: put(r, "FactsQueue", "DeletionPolicy", "Retain")),
    (
        "queues_are_closed",
        lambda r: drop(r, "FailedTicksQueuePolicy", "Properties.PolicyDocument.Statement.0.Condition"),
    ),
    (
        "queues_are_closed",
        lambda r: put(r, "FailedTicksQueuePolicy", "Properties.PolicyDocument.Statement.0.Principal", "*"),
    ),
]

ROLLOUT = [
    ("the_booking_path_has_aliases", lambda r: r.pop("BookPlaceAliaslive")),
    ("nothing_else_has_an_alias", another_alias),
    ("routes_call_the_alias", past_the_alias),
    ("aliases_are_moved_by_codedeploy", lambda r: drop(r, "BookPlaceAliaslive", "UpdatePolicy")),
    ("bad_versions_go_back", lambda r: drop(r, first(r, GROUP), "Properties.AlarmConfiguration")),
    ("bad_versions_go_back", lambda r: put(r, first(r, GROUP), "Properties.AutoRollbackConfiguration.Events", [])),
    ("bad_versions_go_back", lambda r: put(r, first(r, GROUP), "Properties.AutoRollbackConfiguration.Enabled", False)),
    ("bad_versions_go_back", lambda r: put(r, first(r, GROUP), "Properties.AlarmConfiguration.Enabled", False)),
    ("bad_versions_go_back", lambda r: r.pop("BookAndCancelFailures")),
    ("few_failures_are_enough", lambda r: put(r, alarm_of(r, "bookings-fail"), "Properties.Threshold", {"Ref": "FailuresToAlarm"})),
    ("few_failures_are_enough", lambda r: drop(r, alarm_of(r, "bookings-fail"), "Properties.DatapointsToAlarm")),
    ("few_failures_are_enough", lambda r: drop(r, first(r, GROUP), "Properties.AlarmConfiguration.Alarms.0")),
    ("versions_follow_the_parameters", lambda r: drop(r, version_of(r, "BookPlace"), "Properties.Description")),
    (
        "versions_follow_the_parameters",
        lambda r: put(r, version_of(r, "BookPlace"), "Properties.Description", {"Fn::Sub": "${Stage} ${BaseUrl} ${Sender} ${Architecture}"}),
    ),
    (
        "versions_follow_the_parameters",
        lambda r: put(r, "BookPlace", "Properties.Environment.Variables.MORE", {"Fn::Sub": "{{resolve:ssm:${MailDomain}}}"}),
    ),
    (
        "versions_follow_nothing_else",
        lambda r: put(r, version_of(r, "BookPlace"), "Properties.Description", {"Fn::Sub": "${Stage} ${MonthlyBudget}"}),
    ),
    (
        "how_fast_is_a_parameter",
        lambda r: put(r, first(r, GROUP), "Properties.DeploymentConfigName", "CodeDeployDefault.LambdaLinear10PercentEvery1Minute"),
    ),
]

TABLES = [
    ("tables_are_on_demand", lambda r: put(r, first(r, TABLE), "Properties.BillingMode", "PROVISIONED")),
    ("tables_resist_deletion", lambda r: put(r, first(r, TABLE), "Properties.DeletionProtectionEnabled", False)),
    (
        "tables_can_be_restored",
        lambda r: put(
            r, first(r, TABLE), "Properties.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled", False
        ),
    ),
    ("tables_outlive_the_stack", lambda r: put(r, first(r, TABLE), "UpdateReplacePolicy", "Delete")),
    ("tables_outlive_the_stack", lambda r: drop(r, first(r, TABLE), "DeletionPolicy")),
    ("tables_take_a_key_of_ones_own", lambda r: drop(r, first(r, TABLE), "Properties.SSESpecification")),
    ("what_expires_goes_and_nothing_else", lambda r: drop(r, "AccountsTable", "Properties.TimeToLiveSpecification")),
    (
        "what_expires_goes_and_nothing_else",
        lambda r: put(r, "DeliveriesTable", "Properties.TimeToLiveSpecification.Enabled", False),
    ),
    (
        "what_expires_goes_and_nothing_else",
        lambda r: put(
            r, "BookingsTable", "Properties.TimeToLiveSpecification", {"AttributeName": "expires", "Enabled": True}
        ),
    ),
    (
        "streams_tell_what_was_before",
        lambda r: put(
            r, first(r, TABLE, "StreamSpecification"), "Properties.StreamSpecification.StreamViewType", "NEW_IMAGE"
        ),
    ),
]

ALARMS = [
    ("alarms_tell_somebody", lambda r: put(r, first(r, ALARM), "Properties.AlarmActions", [])),
    ("alarms_tell_somebody", lambda r: put(r, first(r, ALARM), "Properties.ActionsEnabled", False)),
    ("alarms_tell_somebody", lambda r: r.pop("AlarmSubscription")),
    ("alarms_say_what_missing_data_means", lambda r: drop(r, first(r, ALARM), "Properties.TreatMissingData")),
    ("alarms_name_their_page", lambda r: put(r, first(r, ALARM), "Properties.AlarmDescription", "Something fails.")),
    (
        "alarms_have_a_name_of_their_stage",
        lambda r: put(r, first(r, ALARM), "Properties.AlarmName", "guestlist-bookings-fail"),
    ),
    ("alarms_are_few", more_alarms),
    ("alarms_use_whole_minutes", lambda r: put(r, first(r, ALARM), "Properties.Period", 10)),
    ("alarms_go_off_in_time", lambda r: put(r, alarm_of(r, "bookings-fail"), "Properties.Threshold", 1e9)),
    ("alarms_go_off_in_time", lambda r: put(r, alarm_of(r, "ticks-fail"), "Properties.Threshold", 0)),
    ("alarms_go_off_in_time", lambda r: put(r, alarm_of(r, "facts-dead-has-messages"), "Properties.Threshold", 10)),
    (
        "alarms_go_off_in_time",
        lambda r: put(r, alarm_of(r, "mails-halted"), "Properties.ComparisonOperator", "LessThanThreshold"),
    ),
    ("alarms_go_off_in_time", lambda r: put(r, alarm_of(r, "facts-are-late"), "Properties.Statistic", "Minimum")),
    ("alarms_go_off_in_time", lambda r: drop(r, alarm_of(r, "api-fails"), "Properties.Dimensions")),
    ("alarms_go_off_in_time", lambda r: put(r, alarm_of(r, "api-fails"), "Properties.Dimensions.0.Value", "elsewhere")),
    ("alarms_go_off_in_time", lambda r: put(r, alarm_of(r, "functions-fail"), "Properties.EvaluationPeriods", 288)),
    ("alarms_go_off_in_time", lambda r: put(r, alarm_of(r, "throttled"), "Properties.MetricName", "Duration")),
    ("what_concerns_all_is_watched", lambda r: r.pop(alarm_of(r, "mails-halted"))),
    ("what_concerns_all_is_watched", lambda r: put(r, alarm_of(r, "mails-halted"), "Properties.MetricName", "MailsSent")),
    ("what_concerns_all_is_watched", lambda r: r.pop(alarm_of(r, "api-fails"))),
    ("what_concerns_all_is_watched", lambda r: r.pop(alarm_of(r, "throttled"))),
    ("there_is_one_dashboard", lambda r: r.pop("Dashboard")),
    ("there_is_one_dashboard", lambda r: r.update(Another=r["Dashboard"])),
    ("dashboards_can_be_read", lambda r: put(r, "Dashboard", "Properties.DashboardBody", {"Fn::Sub": "{"})),
]

SIZES = [
    ("resources_are_as_counted", lambda r: r.pop("AlarmTopic")),
    ("routes_are_as_counted", lambda r: r["Api"]["Properties"]["Body"]["paths"].pop(BOOKINGS_PATH)),
    ("the_stack_fits", lambda r: r.update({f"More{number}": r["AlarmTopic"] for number in range(500)})),
    (
        "the_api_fits",
        lambda r: r["Api"]["Properties"]["Body"]["paths"].update({f"/more/{number}": {"get": {}} for number in range(300)}),
    ),
    ("dynamic_references_fit", hashes_in_each_function),
]

CASES = ACCESS + BEHAVIOURS + EDGE + FUNCTIONS + GRANTS + MAILS + QUEUES + ROLLOUT + TABLES + ALARMS + SIZES
