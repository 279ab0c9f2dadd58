"""Why a conversation goes to a person. Pure words, shared by policy, service and console."""

from enum import StrEnum


class HandoffReason(StrEnum):
    """Why a person is needed."""

    HUMAN_WANTED = "human_wanted"
    COMPLAINT = "complaint"
    REOPENED = "reopened"
    BOT_FAILED = "bot_failed"
    LEGAL = "legal"
    SAFETY = "safety"
    FRAUD = "fraud"
    REPUTATION = "reputation"
    PRESS = "press"
    CHURN = "churn"
    ANGER = "anger"
    VULNERABLE = "vulnerable"
    LANGUAGE = "language"
    PROMISE = "promise"
    UNDELIVERABLE = "undeliverable"
