"""Everything the actions say, in one place. Promises nothing the company has not promised."""

from actions.ports import OrderView

PERSON_BUTTON = {"title": "Talk to a person", "payload": "/want_human"}
YES_BUTTON = {"title": "Yes", "payload": "/affirm"}
NO_BUTTON = {"title": "No", "payload": "/deny"}

ERROR = "I am sorry, something went wrong on our side just now. Please try that once more."

UNKNOWN = "I am sorry, I do not know the answer to that. A person can help you with it."
UNSURE = "I am not quite sure, but this may be what you are looking for:"
UNSURE_END = "Or is it about one of these?"

HELPED = "Good to hear, thank you for telling me."
NOT_HELPED = (
    "I am sorry that did not help. You can put your question another way, or talk to a person."
)

NO_MATCH = (
    "I could not find an order with that number and that e-mail address. Please check both and "
    "try again."
)
ORDER_NOT_SHOWN = (
    "I am sorry, I cannot show that order here, because the number and the e-mail address do not "
    "go together. A person can look into it with you."
)
NOT_A_NUMBER = "That does not look like one of our order numbers. They look like LL-10042."
ANOTHER_ORDER = "If you meant another order, send me its number."

MORE_STORY = "Please tell me a little more, so that the person who reads it understands."
WHICH_ORDER = "Is it about one of your orders? Send me its number, or say that it is not."
NO_LATEST_ORDER = "I do not know of an order of yours here, so I need its number."
NO_ORDER_BUTTON = {"title": "Not about an order", "payload": "/deny"}

NO_OUTCOME = (
    "Nothing is noted here from a person on our team. If you are waiting for something, I can pass "
    "you on to a person."
)


def ask_about_latest_order(number: str) -> str:
    """Return the question whether the complaint is about the latest order."""
    return f"Is it about your latest order, {number}? If it is about another one, send its number."


def tell_outcome(outcome: str) -> str:
    """Return what the person on our team noted, in their words, and ask whether it is settled."""
    noted = outcome.strip()
    end = "" if noted[-1:] in ".!?" else "."
    return f"This is what the person on our team noted: {noted}{end} Is it settled for you?"


def name_order(order: OrderView) -> str:
    """Return the order's number and what is in it."""
    items = [item for item in order.items if item]
    if not items:
        return f"Your order {order.number}"
    shown = ", ".join(items[:3]) + (f" and {len(items) - 3} more" if len(items) > 3 else "")
    return f"Your order {order.number} ({shown})"
