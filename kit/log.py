"""Structured logging for every process: ids only, never a customer's words, never a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_IN_URL = re.compile(r"(/bot)\d+:[A-Za-z0-9_-]+|(://[^:/@\s]+:)[^@\s]+@")
_FORBIDDEN_KEYS = frozenset({"text", "body", "email", "phone", "password", "token", "secret"})


def redact_secrets(text: str) -> str:
    """Return the text with Telegram tokens and URL passwords replaced by `***`."""
    return _SECRET_IN_URL.sub(
        lambda m: f"{m.group(1)}***" if m.group(1) else f"{m.group(2)}***@", text
    )


def drop_personal_data(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Remove keys that could hold personal data or secrets, and mask secrets inside strings."""
    for key in _FORBIDDEN_KEYS & event.keys():
        event[key] = "***"
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = redact_secrets(value)
    return event


def shorten_exception(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Put kind and place of an exception into the event instead of its traceback and words."""
    given = event.pop("exc_info", None)
    error = sys.exception() if given is True else given
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["where"] = find_place(error)
    return event


class ErrorsWithoutWords(logging.Filter):
    """Keeps the kind and place of a logged exception and drops its words: they may quote people."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Shorten the record's exception, if it has one; every record passes."""
        if record.exc_info and record.exc_info[1] is not None:
            error = record.exc_info[1]
            record.exc_text = f"{type(error).__name__} at {find_place(error)}"
            record.exc_info = None
        return True


def find_place(error: BaseException) -> str:
    """Return file and line where the error was raised."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown"


def configure_logging(level: str = "INFO", *, as_json: bool = False) -> None:
    """Set up structlog and the standard library's logging on standard error.

    Errors: ValueError for an unknown level name.
    """
    logging.basicConfig(level=level, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    for handler in logging.getLogger().handlers:
        handler.addFilter(ErrorsWithoutWords())
    for chatty in ("httpx", "httpcore", "telegram", "uvicorn.access", "rasa_sdk", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    renderer: Any = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            shorten_exception,
            drop_personal_data,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def get_logger(name: str) -> Any:
    """Return a structured logger bound to the module's name."""
    return structlog.get_logger().bind(module=name)
