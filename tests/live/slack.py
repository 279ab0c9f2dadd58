"""What the product needs to be on Slack, the fake being Slack. For live tests and the benchmark."""

from tests.fakes.slack_api.fake import SIGNING_SECRET, TOKEN

EVENTS = "/slack/events"
CLICKS = "/slack/events"


def slack_settings(url: str, *, token: str = TOKEN) -> dict[str, str]:
    """Return the app's settings for one workspace over HTTP, with the fake at this address."""
    return {
        "SLACK_MODE": "http",
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_BOT_TOKEN": token,
        "SLACK_API_URL": f"{url}/api/",
    }
