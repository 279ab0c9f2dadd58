"""A strict Slack over real HTTP and WebSockets that slack_sdk and Bolt talk to.

`FakeSlack` in this event loop, `slack_in_thread` and `RemoteSlack` for others, and
`python -m tests.fakes.slack_api --port 8082` as a process of its own. Written from what Slack
documents and what was seen in the field, not from our own channel.
"""

from tests.fakes.slack_api.events import sign
from tests.fakes.slack_api.fake import SIGNING_SECRET, TEAM, TOKEN, FakeSlack
from tests.fakes.slack_api.records import Call, Delivery, Done, Fault, Posted
from tests.fakes.slack_api.remote import RemoteSlack, slack_in_thread

__all__ = [
    "SIGNING_SECRET",
    "TEAM",
    "TOKEN",
    "Call",
    "Delivery",
    "Done",
    "FakeSlack",
    "Fault",
    "Posted",
    "RemoteSlack",
    "sign",
    "slack_in_thread",
]
