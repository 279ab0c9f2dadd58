"""Words and icons the desk shows for reasons, channels, authors and states."""

REASONS = {
    "human_wanted": "Wants a person",
    "complaint": "Complaint",
    "reopened": "Not solved after all",
    "bot_failed": "Assistant stuck",
    "legal": "Legal threat",
    "safety": "Safety",
    "fraud": "Fraud",
    "reputation": "Going public",
    "press": "Press",
    "churn": "Leaving us",
    "anger": "Very angry",
    "vulnerable": "Vulnerable",
    "language": "Speaks another language",
    "promise": "Promise due",
    "undeliverable": "Not delivered",
}

CHANNELS = {"telegram": "Telegram", "web": "Web chat", "slack": "Slack", "api": "API"}
CHANNEL_ICONS = {"telegram": "send", "web": "chat_bubble_outline", "slack": "tag", "api": "code"}

SIGNALS = {
    "legal_threat": "legal",
    "safety": "safety",
    "fraud": "fraud",
    "public_reputation": "public",
    "press": "press",
    "churn": "leaving",
    "leaving": "closes the account",
    "strong_anger": "anger",
    "wants_human": "wants a person",
    "vulnerable": "vulnerable",
    "promise": "wants a promise",
    "repeated_failure": "not helped",
    "worsening": "getting angrier",
}

# How loudly a signal is shown in the margin: by what it is about, not by how sure we are of it.
SIGNAL_LEVELS = {
    "safety": "high",
    "legal_threat": "high",
    "fraud": "high",
    "press": "high",
    "wants_human": "low",
}

AUTHORS = {
    "customer": "Customer",
    "bot": "Wick",
    "system": "Automatic message",
    "agent": "Colleague",
}

STAGES = {
    "acquisition": "New relationship",
    "retention": "Existing customer",
    "termination": "Ending relationship",
}

BRIEF = {
    "ask": "What they ask",
    "tried": "What was tried",
    "reason": "Why it is here",
    "feeling": "How they feel",
    "promises": "What we promised",
}

REQUESTS = {
    "cancel_order": "Cancel an order",
    "change_order": "Change an order",
    "change_address": "Deliver elsewhere",
    "search_parcel": "Find a parcel",
    "return": "Return",
    "exchange": "Exchange",
    "damage": "Damage",
    "warranty": "Warranty",
    "invoice": "Invoice",
    "payment": "Payment",
    "account_access": "Sign-in help",
    "close_account": "Close the account",
    "correct_data": "Correct data",
    "export_data": "Copy of their data",
    "forget_data": "Erase their data",
    "back_in_stock": "Tell when in stock",
}

PURPOSES = {"newsletter": "Newsletter", "service_messages": "Reminders"}

STATES_OUT = {
    "pending": ("schedule", "Waiting to be sent", ""),
    "sending": ("schedule", "Sending", ""),
    "sent": ("done", "Sent", ""),
    "failed": ("error_outline", "Not delivered", "bad"),
    "held": ("pause_circle_outline", "Held: it may have arrived already", "warn"),
    "discarded": ("block", "Discarded, the customer never saw it", "mute"),
}
FILES = {
    "waiting": "is being fetched",
    "empty": "was empty",
    "too_large": "was larger than we take; the customer was told",
    "kind": "is of a kind we do not take; the customer was told",
    "damaged": "was damaged; the customer was told",
    "too_many": "was more than we take in a day; the customer was told",
    "lost": "could not be had from the platform; the customer was told",
    "erased": "was erased",
}
STATES_IN = {
    "pending": ("hourglass_empty", "Waiting for its turn", ""),
    "dead": ("error_outline", "The assistant could not process this", "bad"),
}

SKILLS = {
    "care": "customer care",
    "reputation": "law, press and public",
    "safety": "safety",
    "security": "fraud and accounts",
}

GOODWILL = {"credit": "credit", "refund": "refund", "gift": "gift"}
GRANTS = {
    "asked": "waits for a lead",
    "granted": "given",
    "refused": "refused",
    "withdrawn": "taken back",
}

PROMISES = {"kept": "kept", "broken": "made good late", "withdrawn": "taken back"}

CLOCKS = {
    "first_reply": "First reply",
    "next_reply": "Next reply",
    "resolution": "Solution",
}

LANGUAGES = {
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "it": "Italian",
    "nb": "Norwegian",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "sv": "Swedish",
}

LAST_AUTHORS = {"bot": "Wick: ", "agent": "Us: ", "system": "Us: "}


def say(words: dict[str, str], key: str | None) -> str:
    """Return the words for a key; a key nobody wrote words for reads as itself."""
    if not key:
        return ""
    return words.get(key, key.replace("_", " "))


def name_language(locale: str) -> str:
    """Return a locale's language in words: "Speaks German" for `de-AT`."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    return f"Speaks {LANGUAGES.get(language, locale)}"


def level_of(priority: int) -> str:
    """Return how loudly a priority is shown."""
    if priority >= 80:
        return "high"
    return "mid" if priority >= 60 else "low"
