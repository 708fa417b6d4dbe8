"""What breaks each rule of mails.py; a part of the table in cases.py."""

from breaking import drop, put, role_of, statement

MAILS = [
    ("the_mail_domain_is_an_identity", lambda r: r.pop("MailIdentity")),
    ("the_mail_domain_is_an_identity", lambda r: put(r, "MailIdentity", "Properties.EmailIdentity", {"Ref": "Domain"})),
    ("mails_are_signed", lambda r: put(r, "MailIdentity", "Properties.DkimAttributes.SigningEnabled", False)),
    ("mails_are_signed", lambda r: drop(r, "MailIdentity", "Properties.DkimAttributes")),
    (
        "mails_are_signed",
        lambda r: put(r, "MailIdentity", "Properties.DkimSigningAttributes.NextSigningKeyLength", "RSA_1024_BIT"),
    ),
    ("roles_mail_as_the_sender", lambda r: statement(r, role_of(r, "SendEmail"), "Mail").pop("Condition")),
    (
        "roles_mail_as_the_sender",
        lambda r: statement(r, role_of(r, "SendEmail"), "Mail").update(
            Condition={"StringLike": {"ses:FromAddress": {"Ref": "Sender"}}}
        ),
    ),
    (
        "roles_mail_as_the_sender",
        lambda r: statement(r, role_of(r, "SendEmail"), "MailSet").update(Resource="*"),
    ),
    (
        "functions_mail_as_the_sender",
        lambda r: put(r, "SendEmail", "Properties.Environment.Variables.GUESTLIST_SENDER", "somebody@example.org"),
    ),
    (
        "functions_mail_through_our_set",
        lambda r: drop(r, "SendEmail", "Properties.Environment.Variables.GUESTLIST_MAIL_SET"),
    ),
    (
        "functions_mail_through_our_set",
        lambda r: put(r, "SendEmail", "Properties.Environment.Variables.GUESTLIST_MAIL_SET", "guestlist-dev"),
    ),
    ("roles_hold_our_set", lambda r: put(r, "MailSet", "Properties.Name", {"Fn::Sub": "mails-${Stage}"})),
    ("roles_hold_our_set", lambda r: statement(r, role_of(r, "SendEmail"), "MailSet").update(Resource=[])),
    ("sets_tell_what_comes_back", lambda r: r.pop("MailEvents")),
    ("sets_tell_what_comes_back", lambda r: put(r, "MailEvents", "Properties.EventDestination.Enabled", False)),
    (
        "sets_tell_what_comes_back",
        lambda r: put(r, "MailEvents", "Properties.EventDestination.MatchingEventTypes", ["bounce"]),
    ),
    (
        "sets_tell_what_comes_back",
        lambda r: put(r, "MailEvents", "Properties.EventDestination.SnsDestination.TopicARN", "elsewhere"),
    ),
    ("sets_leave_suppressing_to_us", lambda r: drop(r, "MailSet", "Properties.SuppressionOptions")),
    (
        "sets_leave_suppressing_to_us",
        lambda r: put(r, "MailSet", "Properties.SuppressionOptions.SuppressedReasons", ["BOUNCE"]),
    ),
    ("what_comes_back_gets_to_its_function", lambda r: r.pop("MailEventsSubscription")),
    ("what_comes_back_gets_to_its_function", lambda r: r.update(Another=r["MailEventsSubscription"])),
    (
        "what_comes_back_gets_to_its_function",
        lambda r: put(r, "MailEventsSubscription", "Condition", "HasAlarmMail"),
    ),
    (
        "what_comes_back_gets_to_its_function",
        lambda r: drop(r, "MailEventsSubscription", "Properties.RawMessageDelivery"),
    ),
    (
        "what_comes_back_gets_to_its_function",
        lambda r: put(r, "MailEventsSubscription", "Properties.Endpoint.Fn::GetAtt.0", "FailedTicksQueue"),
    ),
    ("what_comes_back_gets_to_its_function", lambda r: r.pop("MailEventsTopicPolicy")),
    ("what_comes_back_gets_to_its_function", lambda r: r.pop("BouncesQueuePolicy")),
    (
        "what_comes_back_gets_to_its_function",
        lambda r: put(r, "BouncesQueuePolicy", "Properties.PolicyDocument.Statement.0.Effect", "Deny"),
    ),
]
