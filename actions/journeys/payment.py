"""Payments that went wrong: advice for most, a request when money was really booked twice.

Never asks for card data; a card number typed here is neither kept nor repeated.
"""

from dataclasses import replace

from actions.journeys.model import Ending, Journey, Option, Scene, Step
from actions.journeys.readers import NO
from actions.journeys.requests import file_request
from actions.journeys.steps import TROUBLE, choice, words, yes_or_no
from actions.journeys.which_order import order_steps
from actions.order_states import add_working_days
from actions.speech import PERSON, Phrase, Value, date

RESERVATION_WORKING_DAYS = 5
DECLINED, TWICE, STUCK, AMOUNT = "declined", "twice", "stuck", "amount"
_KINDS = (
    Option(
        DECLINED,
        "option_declined",
        words=(
            *("declin", "reject", "refused", "not accept"),
            *(
                "abgelehnt",
                "ablehn",
                "abgewiesen",
                "fehlgeschlagen",
                "nicht akzeptiert",
                "nicht angenommen",
            ),
        ),
    ),
    Option(
        TWICE,
        "option_charged_twice",
        words=(
            *("twice", "double", "two charges", "two payments", "duplicate", "doppelt"),
            *("zweimal", "zwei mal", "2x", "zwei abbuchungen"),
        ),
    ),
    Option(
        STUCK,
        "option_checkout_stuck",
        words=(
            *("stuck", "hang", "loading", "frozen", "checkout", "pending", "hängt", "lädt"),
            *("kasse", "ausstehend", "fehlermeldung"),
        ),
    ),
    Option(
        AMOUNT,
        "option_wrong_amount",
        words=(
            *(
                "wrong amount",
                "amount is wrong",
                "too much",
                "overcharged",
                "more than",
                "zu viel",
                "zuviel",
            ),
            *("falscher", "falsche summe", "stimmt nicht", "mehr als"),
        ),
    ),
)


def _is_about_an_order(scene: Scene) -> bool:
    return scene.values.get("trouble") in {TWICE, AMOUNT}


def _gate(scene: Scene) -> Ending | None:
    match scene.values.get("trouble"):
        case "declined":
            return Ending((Phrase("payment_declined"),), buttons=(PERSON,))
        case "stuck":
            return Ending((Phrase("payment_stuck"),), buttons=(PERSON,))
        case "twice":
            return _judge_twice(scene)
    return None


def _judge_twice(scene: Scene) -> Ending | None:
    """A second amount is nearly always a reservation that the bank removes by itself."""
    order = scene.order
    if order is None:
        return None
    last_day = add_working_days(order.placed_at, RESERVATION_WORKING_DAYS)
    values: dict[str, Value] = {"order": order.number, "until": date(last_day)}
    if scene.facts.now.date() <= last_day.date():
        return Ending((Phrase("payment_wait", values),), buttons=(PERSON,))
    if scene.values.get("booked") == NO:
        return Ending((Phrase("payment_reserved", {"order": order.number}),), buttons=(PERSON,))
    return None


def _complete(scene: Scene) -> Ending:
    trouble = scene.values["trouble"]
    details = {slot: scene.values.get(slot) for slot in ("trouble", "booked", "what_happened")}
    return file_request(scene, "payment", f"payment_{trouble}_done", details=details)


def _only_if_about_an_order(step: Step) -> Step:
    needed = step.needed
    return replace(step, needed=lambda scene: _is_about_an_order(scene) and needed(scene))


_which, _email = order_steps(lambda _order, _scene: True)

PAYMENT = Journey(
    form="payment_form",
    intents=frozenset({"payment_problem"}),
    steps=(
        choice("trouble", "ask_payment_trouble", *_KINDS),
        _only_if_about_an_order(_which),
        _only_if_about_an_order(_email),
        yes_or_no(
            "booked",
            "ask_booked",
            needed=lambda scene: scene.values.get("trouble") == TWICE,
            of=("order_number",),
        ),
        words(
            "what_happened",
            "ask_payment_text",
            needed=lambda scene: scene.values.get("trouble") == AMOUNT,
        ),
    ),
    gate=_gate,
    complete=_complete,
    akin=TROUBLE,
)
