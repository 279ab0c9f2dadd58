"""Logging of the engine's process: short lines on standard error without a customer's words.

Rasa writes messages into its debug events, some warnings and many tracebacks. Called by run.py and
train.py before Rasa is imported.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

OUR_LOGGERS = "addons"


class WordlessFormatter(logging.Formatter):
    """Full text for our own records; for others the place and the kind of error, nothing more."""

    def format(self, record: logging.LogRecord) -> str:
        return f"{record.levelname} {record.name} {self._say(record)}"

    def _say(self, record: logging.LogRecord) -> str:
        if record.exc_info and record.exc_info[0] is not None:
            return f"line {record.lineno}: {_describe(record.exc_info)}"
        if record.name.startswith(OUR_LOGGERS) or record.levelno < logging.WARNING:
            return record.getMessage()
        return f"line {record.lineno}: {str(record.msg)[:60].splitlines()[0]!r}"


def configure(level: int = logging.INFO) -> None:
    """Route logging, warnings and structlog through the formatter above."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WordlessFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(OUR_LOGGERS).setLevel(level)
    logging.getLogger("sanic.access").disabled = True
    logging.captureWarnings(True)  # libraries reset the filters, so they are sent to a deaf logger
    logging.getLogger("py.warnings").disabled = True
    structlog.configure(
        processors=[_only_the_event, structlog.processors.KeyValueRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _only_the_event(
    _logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    return {"level": method, "event": event.get("event")}


def _describe(exc_info: Any) -> str:
    """Name the error and where it was raised; its message may quote the customer."""
    kind, _, trace = exc_info
    frames = traceback.extract_tb(trace)
    where = f"{frames[-1].name}:{frames[-1].lineno}" if frames else "?"
    return f"{kind.__name__} in {where}"
