"""Rules for tables: hard to lose, encrypted, paid by use."""

from stack import found

TABLE = "AWS::DynamoDB::Table"
# What goes by itself when it has expired, where (shared/store/src/tables.rs); in the other tables nothing does.
EXPIRING = {"AccountsTable", "DeliveriesTable"}


def tables_are_on_demand(stack):
    """costs while nobody uses it, and throttles a rush: set BillingMode to PAY_PER_REQUEST"""
    for name, table in stack.of(TABLE).items():
        if table.get("BillingMode") != "PAY_PER_REQUEST":
            yield name


def tables_resist_deletion(stack):
    """can be deleted by a slip: set DeletionProtectionEnabled"""
    for name, table in stack.of(TABLE).items():
        if not table.get("DeletionProtectionEnabled"):
            yield name


def tables_can_be_restored(stack):
    """has no point-in-time recovery: set PointInTimeRecoveryEnabled"""
    for name, table in stack.of(TABLE).items():
        if not found(table, "PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled"):
            yield name


def tables_outlive_the_stack(stack):
    """goes with the stack, or when something of it is changed that makes it anew: set DeletionPolicy and UpdateReplacePolicy to Retain"""
    for name in stack.of(TABLE):
        resource = stack.resources[name]
        if (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy")) != ("Retain", "Retain"):
            yield name


def tables_take_a_key_of_ones_own(stack):
    """is encrypted with AWS's key whatever TableKeyArn says: set its SSESpecification from that parameter"""
    for name, table in stack.of(TABLE).items():
        choice = found(table, "SSESpecification", {}).get("Fn::If")
        own = choice[1] if isinstance(choice, list) and len(choice) == 3 else {}
        if not (own.get("SSEEnabled") and own.get("KMSMasterKeyId") == {"Ref": "TableKeyArn"}):
            yield name


def streams_tell_what_was_before(stack):
    """its stream doesn't say what was before a change, of which facts are made: set StreamViewType to NEW_AND_OLD_IMAGES"""
    for name, table in stack.of(TABLE).items():
        if found(table, "StreamSpecification.StreamViewType", "NEW_AND_OLD_IMAGES") != "NEW_AND_OLD_IMAGES":
            yield name


def what_expires_goes_and_nothing_else(stack):
    """keeps what has expired, or lets go what is to stay: set TimeToLiveSpecification where EXPIRING in infra/xtask/checks/tables.py says, and there alone"""
    for name, table in stack.of(TABLE).items():
        goes = {"AttributeName": "expires", "Enabled": True} if name in EXPIRING else None
        if table.get("TimeToLiveSpecification") != goes:
            yield name


RULES = [
    tables_are_on_demand,
    tables_resist_deletion,
    tables_can_be_restored,
    tables_outlive_the_stack,
    tables_take_a_key_of_ones_own,
    streams_tell_what_was_before,
    what_expires_goes_and_nothing_else,
]
