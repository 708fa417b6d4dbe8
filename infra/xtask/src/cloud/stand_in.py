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
from ministack.core import iam_actions
from ministack.services import ses_v2


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


def grant_batches():
    """Bridge: ministack asks for permissions such as sqs:SendMessageBatch, which IAM doesn't know: on AWS each batch is granted
    with its single action (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-api-permissions-reference.html)."""
    extract = iam_actions.extract_iam_action

    def without_batch(*arguments):
        action = extract(*arguments)
        return action.removesuffix("Batch") if action and action.startswith("sqs:") else action

    iam_actions.extract_iam_action = without_batch


def grant_by_identity():
    """Bridge: ministack asks for ses:SendEmail on everything. SES asks for it on the identity that the mail comes from
    (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonses.html)."""
    extract = iam_actions.extract_resource_arn

    def by_identity(service, method, path, headers, body, query, region, account):
        if service == "ses" and method == "POST" and path.endswith("/outbound-emails"):
            domain = json.loads(body)["FromEmailAddress"].rpartition("@")[2]
            return f"arn:aws:ses:{region}:{account}:identity/{domain}"
        return extract(service, method, path, headers, body, query, region, account)

    iam_actions.extract_resource_arn = by_identity


def main():
    end_with_parent()
    grant_batches()
    grant_by_identity()
    keep_mails(pathlib.Path(sys.argv[1]))
    sys.argv = ["ministack"]
    app.main()


if __name__ == "__main__":
    main()
