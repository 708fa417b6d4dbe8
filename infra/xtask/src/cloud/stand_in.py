"""Runs ministack, somebody else's AWS, with the bridges that the test needs over its gaps.

usage: stand_in.py MAILS

MAILS is a folder; it gets one file per mail that SES was given, as it was given. The environment says where to listen
(infra/xtask/src/cloud/stand_in.rs). It ends, and with it every process that ministack started, when its standard input ends:
so nothing is left behind, however the test ended.
"""

import base64
import json
import os
import pathlib
import signal
import sys
import threading

from ministack import app
from ministack.core import iam_actions, responses
from ministack.services import cloudfront, ses_v2, sqs


def end_with_parent():
    """Bridge: ministack leaves the functions' processes behind when it is killed. They are in its process group, so the group
    goes as one."""
    os.setpgid(0, 0)

    def wait():
        sys.stdin.buffer.read()
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=wait, daemon=True).start()


def keep_mails(folder):
    """Bridge: of a raw mail ministack keeps subject and text, no attachments. The bytes that SES was given are kept here; whether
    it takes them is still ministack's decision."""
    handle = ses_v2.handle_request

    async def handle_and_keep(method, path, headers, body, query):
        answer = await handle(method, path, headers, body, query)
        if method == "POST" and path.endswith("/outbound-emails") and answer[0] == 200:
            asked = json.loads(body)
            mail = {
                "to": asked["Destination"]["ToAddresses"],
                "mime": asked["Content"]["Raw"]["Data"],
            }
            base64.b64decode(mail["mime"], validate=True)
            name = json.loads(answer[2])["MessageId"]
            # Whoever reads the folder sees whole files only.
            part = folder / f"{name}.part"
            part.write_text(json.dumps(mail), encoding="ascii")
            part.rename(folder / f"{name}.json")
        return answer

    ses_v2.handle_request = handle_and_keep


def pause_mails():
    """Bridge: ministack's SES can't be told to send nothing. On AWS an account's sending is paused by its owner, or by AWS after
    too many bounces, and SendEmail answers SendingPausedException until it is resumed
    (https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutAccountSendingAttributes.html)."""
    handle = ses_v2.handle_request
    sending = {"enabled": True}

    async def handle_or_refuse(method, path, headers, body, query):
        if method == "PUT" and path.endswith("/account/sending"):
            sending["enabled"] = json.loads(body)["SendingEnabled"]
            return 200, {"Content-Type": "application/json"}, b"{}"
        if method == "POST" and path.endswith("/outbound-emails") and not sending["enabled"]:
            refused = {"Content-Type": "application/json", "x-amzn-ErrorType": "SendingPausedException"}
            return 400, refused, b'{"message": "Email sending is disabled for your account."}'
        return await handle(method, path, headers, body, query)

    ses_v2.handle_request = handle_or_refuse


def move_messages():
    """Bridge: ministack's SQS has no StartMessageMoveTask. Each dead letter goes back to the queue that it came from, as new
    (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html)."""

    def start(data, _):
        dead = sqs._queue_by_arn(data["SourceArn"])
        for message in dead["messages"]:
            source = sqs._queue_by_arn(message["sys"]["DeadLetterQueueSourceArn"])
            sqs._act_send_message({"QueueUrl": source["url"], "MessageBody": message["body"]}, source["url"])
        dead["messages"].clear()
        return {"TaskHandle": "a task that is done"}

    sqs._HANDLERS["StartMessageMoveTask"] = start


def grant_batches():
    """Bridge: ministack asks for permissions such as sqs:SendMessageBatch, which IAM doesn't know: on AWS each batch is granted
    with its single action (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html)."""
    extract = iam_actions.extract_iam_action

    def without_batch(*arguments):
        action = extract(*arguments)
        return action.removesuffix("Batch") if action and action.startswith("sqs:") else action

    iam_actions.extract_iam_action = without_batch


def grant_mails():
    """Bridge: ministack asks for ses:SendEmail on everything, and knows none of SES's condition keys. SES asks for it on the
    configuration set, on the identity that the mail comes from, and on that of each recipient which is an identity of the account
    too; here each is taken to be one, as in SES's sandbox
    (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html). Whether a role's policy allows it,
    condition and all, is judged by ministack."""
    enforce = app._enforce_ses_v2

    def enforce_each(method, path, headers, body, query, request):
        if method != "POST" or not path.endswith("/outbound-emails"):
            return enforce(method, path, headers, body, query, request)
        asked = json.loads(body)
        sender = asked["FromEmailAddress"]
        identities = [sender.rpartition("@")[2], *asked["Destination"]["ToAddresses"]]
        names = [*(f"identity/{name}" for name in identities), f"configuration-set/{asked['ConfigurationSetName']}"]
        ours = f"arn:aws:ses:{app.extract_region(headers, query)}:{responses.get_account_id()}"
        for name in names:
            refused = app._enforce_data_plane(
                "sesv2",
                "ses:SendRawEmail",
                headers,
                query,
                request,
                resource_arn=f"{ours}:{name}",
                service_context={"ses:FromAddress": sender},
                named_resource=f"{ours}:{name}",
            )
            if refused:
                return refused
        return None

    app._enforce_ses_v2 = enforce_each


def reach_api_from_cloudfront(port):
    """Bridge: ministack's CloudFront does what a distribution says, functions and all, but dials no API of API Gateway, whose name
    leads nowhere here. The API is in this very process, by a name of its own. How it is reached on AWS (by HTTPS) is checked in
    the template (infra/xtask/checks/edge.py)."""
    target, headers = cloudfront._origin_connect_target, cloudfront._origin_request_headers

    def here(origin):
        api, found, _ = origin["domain_name"].partition(".execute-api.")
        return f"{api}.execute-api.localhost:{port}" if found else None

    def connect_target(origin, viewer_is_https):
        return ("127.0.0.1", port, False) if here(origin) else target(origin, viewer_is_https)

    def request_headers(origin, given, *rest):
        sent = headers(origin, given, *rest)
        if here(origin):
            sent["Host"] = here(origin)
        return sent

    cloudfront._origin_connect_target = connect_target
    cloudfront._origin_request_headers = request_headers


def main():
    end_with_parent()
    reach_api_from_cloudfront(int(os.environ["GATEWAY_PORT"]))
    grant_batches()
    grant_mails()
    keep_mails(pathlib.Path(sys.argv[1]))
    pause_mails()
    move_messages()
    sys.argv = ["ministack"]
    app.main()


if __name__ == "__main__":
    main()
