"""Telegram: its own intake (webhook or long polling), python-telegram-bot's types and sender."""
