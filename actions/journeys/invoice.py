"""Invoices: a copy, a company name within 30 days, a correction; as the article "Invoices" says."""

from actions.journeys.model import Ending, Journey, Option, Scene
from actions.journeys.requests import file_request, refuse
from actions.journeys.steps import TROUBLE, choice, words
from actions.journeys.which_order import order_steps
from actions.order_states import OrderState, state_of
from actions.speech import Phrase, Value

COMPANY_WITHIN_DAYS = 30
SURELY_NOT_A_NAME = 0.7
COPY, COMPANY, CORRECTION = "copy", "company", "correction"
_WANTS = (
    Option(
        COPY,
        "option_invoice_copy",
        words=(
            *("copy", "again", "resend", "lost", "kopie", "noch einmal", "nochmal"),
            *("noch mal", "verloren", "erneut"),
        ),
    ),
    Option(
        COMPANY,
        "option_invoice_company",
        words=("company", "vat", "business", "firma", "firmen", "ust", "unternehmen", "gewerb"),
    ),
    Option(
        CORRECTION,
        "option_invoice_correction",
        words=(
            *("wrong", "correct", "mistake", "misspelt", "falsch", "korrig", "korrektur"),
            *("fehler", "stimmt nicht", "berichtig"),
        ),
    ),
)


def _wants(what: str, scene: Scene) -> bool:
    return scene.values.get("wants") == what


def _gate(scene: Scene) -> Ending | None:
    order = scene.order
    if order is None:
        return None
    values: dict[str, Value] = {"order": order.number}
    unsent = state_of(order) in {OrderState.RECEIVED, OrderState.PACKED}
    if _wants(COPY, scene) and unsent:
        return Ending((Phrase("invoice_not_yet", values),))
    age = scene.facts.now - order.placed_at
    if _wants(COMPANY, scene) and age.days > COMPANY_WITHIN_DAYS:
        return refuse("invoice_company_too_late", values)
    return None


def _complete(scene: Scene) -> Ending:
    wants = scene.values["wants"]
    more = [Phrase("invoice_no_vat")] if wants == COMPANY else []
    if wants == COPY:
        more = [Phrase("invoice_download")]
    details = {slot: scene.values.get(slot) for slot in ("wants", "company_name", "correction")}
    return file_request(scene, "invoice", f"invoice_{wants}_done", *more, details=details)


INVOICE = Journey(
    form="invoice_form",
    intents=frozenset({"get_invoice"}),
    steps=(
        choice("wants", "ask_invoice_wish", *_WANTS, presume=lambda _scene: COPY),
        *order_steps(lambda _order, _scene: True),
        words(
            "company_name",
            "ask_company_name",
            least_words=1,
            surely_not=SURELY_NOT_A_NAME,
            needed=lambda scene: _wants(COMPANY, scene),
        ),
        words(
            "correction",
            "ask_invoice_correction",
            needed=lambda scene: _wants(CORRECTION, scene),
        ),
    ),
    gate=_gate,
    complete=_complete,
    akin=TROUBLE,
)
