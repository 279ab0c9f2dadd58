"""Slack's failures in our words. Raised by install at start, by channel when sending or reading.

StartRefusedError       AppError: the channel is not configured safely; the app must not start
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from channels.base import (
    AmbiguousSendError,
    ChannelError,
    CustomerGoneError,
    RefusedMessageError,
    RetryLaterError,
)
from kit.errors import AppError

_TOO_MANY = 429
_DEFAULT_WAIT_S = 30.0

# The person, the channel or the whole workspace cannot be written to any more.
_GONE = frozenset(
    {
        "account_inactive",
        "cannot_dm_bot",
        "channel_not_found",
        "is_archived",
        "messages_tab_disabled",
        "not_in_channel",
        "team_access_not_granted",
        "token_revoked",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
    }
)
# Nothing was posted; what is wrong can be put right by whoever runs the app or the workspace.
_LATER = frozenset(
    {
        "ekm_access_denied",
        "invalid_auth",
        "missing_scope",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "rate_limited",
        "ratelimited",
        "team_added_to_org",
        "token_expired",
    }
)
# Slack says itself that some aspect of the operation may have succeeded.
_UNCLEAR = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "timeout"}
)


# The token itself is the matter; a newer one may be there.
DEAD_TOKEN = frozenset({"account_inactive", "invalid_auth", "token_expired", "token_revoked"})


class StartRefusedError(AppError):
    """The Slack channel is not configured safely enough to start."""


def translate_error(error: Exception) -> ChannelError:
    """Return what a failed call means for the delivery."""
    if isinstance(error, SlackApiError):
        return _translate_answer(error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return RetryLaterError("Slack was not reached.")
    if isinstance(error, aiohttp.ClientError | asyncio.TimeoutError | OSError | SlackClientError):
        return AmbiguousSendError(f"No clear answer from Slack ({type(error).__name__}).")
    return RefusedMessageError(f"The message could not be sent ({type(error).__name__}).")


def name_of(error: Exception) -> str:
    """Return Slack's own word for the error, empty when it gave none."""
    data = error.response.data if isinstance(error, SlackApiError) else None
    return str(data.get("error") or "") if isinstance(data, Mapping) else ""


def _translate_answer(error: SlackApiError) -> ChannelError:
    name, status = name_of(error), int(error.response.status_code or 0)
    if status == _TOO_MANY or name in ("ratelimited", "rate_limited"):
        return RetryLaterError(
            "Slack asks to wait.", retry_after=_read_wait(error.response.headers)
        )
    if name in _LATER:
        return RetryLaterError(f"Slack does not take messages from us now ({name}).")
    if name in _GONE:
        return CustomerGoneError(f"Nobody can be reached there any more ({name}).")
    if not name or name in _UNCLEAR or status >= 500:
        return AmbiguousSendError(f"No clear answer from Slack ({name or status}).")
    return RefusedMessageError(f"Slack refused the message ({name[:60]}).")


def _read_wait(headers: Mapping[str, Any]) -> float:
    given = {str(key).lower(): value for key, value in headers.items()}.get("retry-after", "")
    return float(given) if str(given).isdecimal() else _DEFAULT_WAIT_S
