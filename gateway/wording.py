"""What the gateway itself says to customers: disclosure, privacy, apologies, acknowledgements."""

from handoff.policy import HandoffReason

DISCLOSURE = (
    "I am Wick, the automated assistant of Lumen & Loom. You can ask for a person any time."
)

PRIVACY = (
    "We keep what you write here, with your name on this channel, to answer you and to improve "
    "our service. Staff who help you can read it. You can ask for a copy or for deletion at any "
    "time: write 'talk to a person' here."
)

HELP = (
    "Ask me about delivery, returns, payment or our products, or write 'where is my order'. "
    "/human brings you to a person, /privacy says what we keep, /stop ends what we are doing."
)

OFFER = "If you would rather talk to a person, I can arrange that right away."
OFFER_BUTTON = "Talk to a person"

EXPIRED_BUTTON = "That button is no longer valid. Please tell me in words what you would like."

PRIVATE_ONLY = (
    "Thank you for writing. Others can read along here, so please write to me in a private chat; "
    "there I can help you."
)

EMPTY_REPLY = "I am sorry, I have no good answer to that."

GIVEN_UP = (
    "I am sorry, something on our side keeps me from answering. A person from our team will read "
    "your message and answer you here."
)

_UNREADABLE = {
    "photo": "I can see that you sent a picture, but I cannot look at pictures.",
    "voice": "I received your voice message, but I cannot listen to it.",
    "video": "I received your video, but I cannot watch it.",
    "sticker": "Thank you for the sticker. I only read words, though.",
    "document": "I received your file, but I cannot open files.",
    "location": "I received your location, but I cannot use it here.",
    "contact": "I received the contact, but I cannot use it here.",
}

_PASSED_ON = {
    HandoffReason.HUMAN_WANTED: "Of course.",
    HandoffReason.COMPLAINT: "Thank you for telling us. I am sorry this happened.",
    HandoffReason.BOT_FAILED: "I am not getting this right for you, and I do not want to keep you.",
    HandoffReason.SAFETY: "Your safety comes first. If there is any danger right now, please call "
    "your local emergency number.",
    HandoffReason.LEGAL: "I have noted what you wrote and will not answer this myself.",
    HandoffReason.FRAUD: "I take this seriously. Please share no passwords or card numbers here.",
    HandoffReason.ANGER: "I am sorry. You deserve better than an automated answer now.",
    HandoffReason.REPUTATION: "I am sorry about this.",
    HandoffReason.CHURN: "I would like a person to look at this with you.",
    HandoffReason.PRESS: "Thank you for getting in touch.",
    HandoffReason.VULNERABLE: "Thank you for telling me.",
}


def say_unreadable(media: str | None) -> str:
    """Return honest words about something that is not text."""
    first = _UNREADABLE.get(media or "", "I received what you sent, but I can only read text.")
    return f"{first} Please describe it in a few words, or write 'talk to a person'."


def acknowledge_handoff(reason: HandoffReason) -> str:
    """Return what the customer reads when a person takes over; promises no time we cannot keep."""
    first = _PASSED_ON.get(reason, "I am passing this on.")
    return (
        f"{first} I have passed our conversation to a person from our team, who will read it and "
        "answer you here. You do not need to repeat anything."
    )
