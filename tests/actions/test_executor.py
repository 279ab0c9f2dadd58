"""The executor: every call gets an answer the engine can use, whatever happens inside."""

import asyncio
import json
from typing import Any

import pytest

from actions.executor import build_executor
from actions.ports import Answer
from tests.action_server import make_ports
from tests.actions.calls import run

APOLOGY = [{"type": "note_failure", "kind": "action_error"}]


class BrokenKnowledge:
    async def ask(self, question: str, *, language: str = "en") -> Answer:
        raise RuntimeError(f"no database for {question}")


class SlowKnowledge:
    async def ask(self, question: str, *, language: str = "en") -> Answer:
        await asyncio.sleep(30)
        raise AssertionError("never reached")


def test_a_failing_action_apologises_and_says_so_to_the_gateway():
    done = run("action_answer_question", ports=make_ports(knowledge=BrokenKnowledge()), text="hi")
    assert done.effects == APOLOGY
    assert done.keys == ["action_failed"]
    assert done.events == []


def test_an_error_never_quotes_the_customer(capfd: pytest.CaptureFixture[str]):
    run("action_answer_question", ports=make_ports(knowledge=BrokenKnowledge()), text="my secret")
    written = capfd.readouterr()
    assert "action.failed" in written.out + written.err
    assert "my secret" not in written.out + written.err


async def test_a_hanging_action_ends_before_the_engine_gives_up():
    run_action = build_executor(make_ports(knowledge=SlowKnowledge()), timeout_s=0.05)
    tracker = {"sender_id": "e", "latest_message": {"text": "hi"}, "slots": {}, "events": []}
    call = {"next_action": "action_answer_question", "tracker": tracker}
    result = await run_action(call)
    assert result["responses"][0]["custom"]["effects"] == APOLOGY


@pytest.mark.parametrize(
    "call",
    [{}, {"next_action": "action_of_nobody", "tracker": {}}, {"next_action": "action_hand_over"}],
)
async def test_a_call_that_makes_no_sense_is_answered_all_the_same(call: dict[str, Any]):
    result = await build_executor(make_ports())(call)
    assert result["responses"][0]["custom"]["effects"] == APOLOGY


async def test_the_result_is_plain_json_and_two_calls_do_not_share_messages():
    run_action = build_executor(make_ports())
    tracker = {"sender_id": "e", "latest_message": {}, "slots": {}, "events": []}
    call = {"next_action": "action_hand_over", "tracker": tracker}
    first, second = await asyncio.gather(run_action(call), run_action(call))
    assert len(first["responses"]) == len(second["responses"]) == 1
    assert json.loads(json.dumps(first)) == first
