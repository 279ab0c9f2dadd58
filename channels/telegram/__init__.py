"""Telegram: its own intake (webhook or long polling), python-telegram-bot's types and sender."""

import os

# The library's opt-in to durations as timedelta; without it every 429 warns of the old form.
os.environ.setdefault("PTB_TIMEDELTA", "true")
