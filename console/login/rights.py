"""Who may do what, by role. Asked by the pages and by the API.

Everybody on the staff reads articles and writes drafts. Marketers have no desk.
"""

from handoff.models import Agent, Role
from kit.errors import ForbiddenError

_PUBLISHERS = frozenset({Role.MARKETER, Role.LEAD, Role.MANAGER})


def may_publish(agent: Agent) -> bool:
    """Whether they may change what customers are told."""
    return agent.role in _PUBLISHERS


def may_use_desk(agent: Agent) -> bool:
    """Whether they speak with customers."""
    return agent.role is not Role.MARKETER


def require_publisher(agent: Agent) -> None:
    """Raise ForbiddenError unless they may change what customers are told."""
    if not may_publish(agent):
        raise ForbiddenError("Publishing takes a marketer, a lead or a manager.")
