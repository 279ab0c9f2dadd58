"""Logs name ids and places; never words, secrets or tokens."""

import io
import json
import logging
import sys

import pytest
import structlog

from kit.log import ErrorsWithoutWords, configure_logging, get_logger, redact_secrets


@pytest.fixture(autouse=True)
def _restore_logging():
    yield
    structlog.reset_defaults()


@pytest.mark.parametrize(
    "text",
    [
        "POST https://api.example/bot123456:AAsecret_part/sendMessage",
        "postgresql://desk:secret_part@db.example/carehouse",
    ],
)
def test_secrets_inside_addresses_are_masked(text):
    assert "secret_part" not in redact_secrets(text)


def test_an_event_loses_personal_keys_and_an_exceptions_words(monkeypatch):
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure_logging("INFO", as_json=True)
    try:
        raise ValueError("the customer's words")
    except ValueError:
        get_logger("here").exception("turn.failed", text="more words", message="id-1")
    event = json.loads(written.getvalue())
    assert "words" not in written.getvalue()
    assert (event["error"], event["message"]) == ("ValueError", "id-1")
    assert "test_log.py" in event["where"]


def test_the_standard_librarys_tracebacks_lose_their_words():
    try:
        raise ValueError("the customer's words")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("uvicorn", logging.ERROR, "", 1, "failed", None, info)
    assert ErrorsWithoutWords().filter(record)
    assert "words" not in logging.Formatter().format(record)
    assert "ValueError" in logging.Formatter().format(record)
