"""The fake refuses blocks that Slack refuses, and says where they are wrong."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack_api import FakeSlack
from tests.fakes.slack_app import actions, button, client, post, refusal, section


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(seed=1) as running:
        running.channel("C1")
        yield running


@pytest.fixture
def web(slack: FakeSlack) -> AsyncWebClient:
    return client(slack)


@pytest.mark.parametrize(
    ("blocks", "words"),
    [
        ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
        ([section("x" * 3001)], "must be less than 3001 characters"),
        ([section("")], "must be more than 0 characters"),
        ([actions(button("x" * 76))], "must be less than 76 characters"),
        ([actions(button("x", value="y" * 2001))], "must be less than 2001 characters"),
        ([actions(button("x", action_id="y" * 256))], "must be less than 256 characters"),
        ([actions(button("x", style="purple"))], "primary, danger"),
        ([actions(*[button("x")] * 26)], "no more than 25 items allowed"),
        ([actions(button("x", action_id="a"), button("y", action_id="a"))], "already exists"),
        ([actions()], "at least one"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "allowed schemas"),
        (
            [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
            "less than 151",
        ),
        ([{"type": "context", "elements": [section("x")["text"]] * 11}], "no more than 10"),
        ([{"type": "image", "image_url": "https://x.example/a.png"}], "alt_text"),
        ([{**section("x"), "block_id": "a"}] * 2, "already exists"),
        ([{"type": "carousel"}], "unsupported type"),
        ([{"type": "section"}], "missing required field: text"),
        (
            [
                actions(
                    {
                        "type": "static_select",
                        "options": [
                            {"text": {"type": "plain_text", "text": "x" * 76}, "value": "1"}
                        ],
                    }
                )
            ],
            "less than 76",
        ),
    ],
)
async def test_blocks_slack_would_refuse_are_refused_with_a_pointer(
    slack: FakeSlack, web: AsyncWebClient, blocks: list[dict[str, Any]], words: str
):
    body = await refusal(web.chat_postMessage(channel="C1", text="x", blocks=blocks))
    assert body["error"] == "invalid_blocks"
    assert any(words in line for line in body["response_metadata"]["messages"])
    assert not slack.posted


async def test_many_blocks_that_are_fine_alone_are_too_long_together(web: AsyncWebClient):
    blocks = [section("x" * 2700) for _ in range(5)]
    body = await refusal(web.chat_postMessage(channel="C1", text="x", blocks=blocks))
    assert body["error"] == "msg_blocks_too_long"
    assert await web.chat_postMessage(channel="C1", text="x", blocks=blocks[:4])


async def test_blocks_must_be_a_list_of_objects(slack: FakeSlack):
    for blocks in ("{", '"x"', "[1]"):
        answer = await post(slack, "chat.postMessage", channel="C1", blocks=blocks)
        assert answer.json()["error"] == "invalid_blocks_format"
