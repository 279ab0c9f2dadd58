"""Judges what a crash campaign left, by the database and by what customers received."""

from collections.abc import Iterator
from typing import Any

import psycopg

from tests.fakes.telegram_api.records import SentMessage
from tests.fakes.telegram_api.remote import RemoteTelegram

_IN = (
    "SELECT m.id, m.body, m.state FROM messages m JOIN conversations c "
    "ON c.id = m.conversation_id WHERE c.channel = 'telegram' AND c.address = %s "
    "AND m.direction = 'in' ORDER BY m.seq"
)
_OUT = (
    "SELECT m.in_reply_to, m.body, m.ambiguous, m.state FROM messages m JOIN conversations c "
    "ON c.id = m.conversation_id WHERE c.channel = 'telegram' AND c.address = %s "
    "AND m.direction = 'out' ORDER BY m.seq"
)


def check_telegram(
    connection: psycopg.Connection[Any],
    telegram: RemoteTelegram,
    chat: int,
    plan: list[str],
) -> int:
    """Every question once, in order; one answer each, in order. Return how many are ambiguous."""
    asked = connection.execute(_IN, (str(chat),)).fetchall()
    assert [body for _, body, _ in asked] == plan, "lost, repeated or out of order"
    assert {state for *_, state in asked} == {"answered"}
    answers = connection.execute(_OUT, (str(chat),)).fetchall()
    assert [row[0] for row in answers] == [row[0] for row in asked], (
        f"one answer each, in order: {asked} {answers}"
    )
    assert {row[3] for row in answers} == {"sent"}
    received = iter(telegram.messages(chat))
    check_received(received, [(body, ambiguous) for _, body, ambiguous, _ in answers])
    return sum(ambiguous for _, _, ambiguous, _ in answers)


def check_received(received: Iterator[SentMessage], answers: list[tuple[str, bool]]) -> None:
    """What arrived is what was sent, in order; only an ambiguous answer may repeat."""
    current = next(received, None)
    for body, ambiguous in answers:
        assert current is not None, "an answer never arrived"
        assert _is(current, body), "an answer arrived out of order"
        first, current = current, next(received, None)
        while ambiguous and current is not None and current.text == first.text:
            current = next(received, None)
    assert current is None, "an answer arrived twice without a flag"


def check_log(connection: psycopg.Connection[Any]) -> None:
    """Nothing was given up or handed over; on every channel one answer each, in order."""
    answered = connection.execute(
        "SELECT array_agg(id ORDER BY seq) FILTER (WHERE direction = 'in'), "
        "array_agg(in_reply_to ORDER BY seq) FILTER (WHERE direction = 'out') "
        "FROM messages "  # without the past that the demo invents
        "WHERE conversation_id NOT IN (SELECT v.id FROM conversations v "
        "JOIN customers u ON u.id = v.customer_id WHERE u.display_name LIKE 'Demo visitor %')"
        " GROUP BY conversation_id"
    ).fetchall()
    assert all(asked == replied for asked, replied in answered)
    odd = connection.execute(
        "SELECT count(*) FROM messages WHERE state IN ('dead', 'failed', 'held', 'discarded')"
    ).fetchone()
    assert odd == (0,)
    handoffs = connection.execute(
        "SELECT count(*) FROM handoffs "
        "WHERE conversation_id NOT IN (SELECT v.id FROM conversations v "
        "JOIN customers u ON u.id = v.customer_id WHERE u.display_name LIKE 'Demo visitor %')"
    ).fetchone()
    assert handoffs == (0,)


def check_trackers(connection: psycopg.Connection[Any]) -> None:
    """The engine ran no message twice in any tracker."""
    twice = connection.execute(
        "SELECT data::json->>'message_id', count(*) FROM engine.events "
        "WHERE type_name = 'user' GROUP BY sender_id, 1 HAVING count(*) > 1"
    ).fetchall()
    assert twice == []


def check_web(history: list[dict[str, Any]], questions: list[str]) -> None:
    """The web customer sees each question once, in order, and as many answers, each once."""
    assert len({message["id"] for message in history}) == len(history)
    mine = [message["text"] for message in history if message["author"] == "customer"]
    assert mine == questions
    answers = [message for message in history if message["author"] != "customer"]
    assert len(answers) == len(questions), "a web answer was lost or doubled"


def _is(message: SentMessage, body: str) -> bool:
    return " ".join(message.text.split()).startswith(" ".join(body.split()))
