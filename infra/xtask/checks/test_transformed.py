"""Each rule of transformed.py, seen to fail when template.yaml breaks it.

usage: test_transformed.py TEMPLATE
"""

import sys
import tempfile
import unittest

from transformed import check, transformed

with open(sys.argv.pop(1), encoding="utf-8") as file:
    TEMPLATE = file.read()


def by_sam(template):
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as copy:
        copy.write(template)
        copy.flush()
        return transformed(copy.name)


def wrong(template):
    return check(by_sam(template), 0, 0)[0]


class Rules(unittest.TestCase):
    def broken(self, old, new, complaint):
        self.assertIn(old, TEMPLATE)
        found = wrong(TEMPLATE.replace(old, new, 1))
        self.assertTrue(any(complaint in line for line in found), f"{complaint!r} is not among {found}")

    def test_the_template_itself_breaks_only_the_counts(self):
        self.assertTrue(all("mend its count" in line for line in wrong(TEMPLATE)), wrong(TEMPLATE))

    def test_every_action(self):
        self.broken("- dynamodb:PutItem\n", '- "dynamodb:*"\n', "dynamodb:* is not what a function may do")

    def test_scan(self):
        self.broken("- dynamodb:Query\n", "- dynamodb:Scan\n", "dynamodb:Scan is not what a function may do")

    def test_every_resource(self):
        self.broken("- !GetAtt AccountsTable.Arn\n", '- "*"\n', "on every resource")

    def test_a_shared_role(self):
        self.broken("Role: !GetAtt BookPlaceRole.Arn", "Role: !GetAtt ReadEventRole.Arn", "shares its role")

    def test_a_managed_policy(self):
        old = "    Properties:\n      AssumeRolePolicyDocument:\n"
        new = "    Properties:\n      ManagedPolicyArns:\n        - arn:aws:iam::aws:policy/X\n      AssumeRolePolicyDocument:\n"
        self.broken(old, new, "has managed policies")

    def test_reserved_concurrency(self):
        new = "      Handler: book_place\n      ReservedConcurrentExecutions: 5\n"
        self.broken("      Handler: book_place\n", new, "reserves concurrency")

    def test_failures_that_nobody_hears_of(self):
        self.broken("MetricName: Failures-bookings\n", "MetricName: Failures-nowhere\n", "no alarm covers it")

    def test_a_call_that_is_not_permitted(self):
        for permission, complaint in (
            ("BookPlaceRoutePermission", "BookPlace: apigateway.amazonaws.com may not call it"),
            ("RemindHourBeforeTickPermission", "RemindHourBefore: events.amazonaws.com may not call it"),
        ):
            template = by_sam(TEMPLATE)
            del template["Resources"][permission]
            found = check(template, 0, 0)[0]
            self.assertTrue(any(complaint in line for line in found), f"{complaint!r} is not among {found}")

    def test_no_partial_answers(self):
        old = "            FunctionResponseTypes:\n              - ReportBatchItemFailures\n"
        self.broken(old, "", "no partial batch responses")

    def test_no_dead_letters(self):
        old = "        deadLetterTargetArn: !GetAtt FactsDeadQueue.Arn\n"
        self.broken(old, "        deadLetterTargetArn: elsewhere\n", "has no dead-letter queue")

    def test_a_short_visibility(self):
        at = TEMPLATE.index("VisibilityTimeout: ")
        line = TEMPLATE[at : TEMPLATE.index("\n", at)]
        self.broken(line, "VisibilityTimeout: 60", "visibility timeout is under")

    def test_no_bound_on_concurrency(self):
        self.broken("MaximumConcurrency", "Unbounded", "no MaximumConcurrency")

    def test_a_stream_that_can_stand_still(self):
        self.broken("BisectBatchOnFunctionError: true", "BisectBatchOnFunctionError: false", "hold up its batch")
        self.broken("            MaximumRetryAttempts: 20\n", "", "no MaximumRetryAttempts")

    def test_an_open_queue(self):
        self.broken("SqsManagedSseEnabled: true", "SqsManagedSseEnabled: false", "not encrypted")

    def test_a_queue_that_nobody_watches(self):
        self.broken("!GetAtt FactsDeadQueue.QueueName", "other", "has no alarm")

    def test_a_table_that_can_be_lost(self):
        self.broken("DeletionProtectionEnabled: true", "DeletionProtectionEnabled: false", "no deletion protection")
        self.broken("PointInTimeRecoveryEnabled: true", "PointInTimeRecoveryEnabled: false", "no point-in-time recovery")
        self.broken("BillingMode: PAY_PER_REQUEST", "BillingMode: PROVISIONED", "not on demand")
        at = TEMPLATE.index("Type: AWS::DynamoDB::Table\n    DeletionPolicy: Retain")
        old = TEMPLATE[at : at + len("Type: AWS::DynamoDB::Table\n    DeletionPolicy: Retain")]
        self.broken(old, old.replace("Retain", "Delete"), "goes with its stack")


if __name__ == "__main__":
    unittest.main()
