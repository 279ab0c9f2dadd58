"""The right pane: the brief, why the case is here, and everything known of the customer."""

from collections.abc import Mapping
from typing import Any

from console.desk import wording
from console.desk.care_cards import draw_care
from console.desk.linking_card import Decide, Part, draw_linking
from console.desk.offer_card import Use, draw_offer
from console.desk.parts import box, card, hint, icon, moment, words
from console.desk.reads import CustomerView
from crm.schemas import OrderView, TimelineEntry
from handoff.brief import PARTS
from insights.content.offers import Offer

_RULES = {"requested": "asked for", "failures": "unhelpful answers", "open_order": "open order"}
_SETTLED = ("delivered", "cancelled", "returned")


class CustomerPane:
    """Shows who the customer of the open case is."""

    def __init__(self, on_use: Use, on_decide: Decide, on_part: Part) -> None:
        self._on_use = on_use
        self._on_decide = on_decide
        self._on_part = on_part
        with box("pane person", "aside") as pane:
            pane.props["aria-label"] = "Customer"
            with box("person-in"):
                self._brief = box("person-part")
                self.promises = box("person-part")  # drawn by console.desk.promising
                self.goodwill = box("person-part")  # drawn by whoever keeps the ledger
                self._inside = box("person-part")

    def show(self, view: CustomerView, offer: Offer | None = None) -> None:
        """Show this customer, and what is worth offering them."""
        self._brief.clear()
        with self._brief:
            _draw_brief(view)
        self._inside.clear()
        with self._inside:
            _draw_profile(view)
            draw_linking(view.linking, self._on_decide, self._on_part)
            _draw_orders(view)
            draw_care(view.care)
            draw_offer(offer, self._on_use)
            _draw_reasons(view)
            _draw_past(view)
            _draw_history(view)


def _draw_brief(view: CustomerView) -> None:
    with card("Brief").classes("brief"):
        for part in PARTS:
            if view.brief.get(part):
                _draw_fact(wording.BRIEF[part], str(view.brief[part]))
        said = {str(view.brief.get(part)) for part in PARTS}
        for key, value in view.brief.items():
            if key not in PARTS and value and str(value) not in said:
                _draw_fact(key.replace("_", " ").capitalize(), str(value))


def _draw_fact(label: str, value: str) -> None:
    with box("brief-part"):
        words(label, "brief-label")
        words(value, "brief-words")


def _draw_profile(view: CustomerView) -> None:
    with card("Customer"):
        with box("person-top"):
            words(_initials(view.name), "avatar")
            with box("person-names"):
                words(view.name or "Guest", "person-name")
                words(view.email or "No e-mail known", "person-mail")
                if view.phone:
                    words(view.phone, "person-mail")
        with box("facts"):
            words(wording.say(wording.STAGES, view.stage), "fact-chip", "span")
            words(wording.name_language(view.locale), "fact-chip", "span")
        for account in view.accounts:
            with box("line"):
                icon(wording.CHANNEL_ICONS.get(account.channel, "forum"))
                words(wording.say(wording.CHANNELS, account.channel), "line-label", "span")
                words(account.name, "line-value", "span")
                if not account.reachable:
                    words("unreachable", "line-flag", "span")
        with box("line"):
            icon("event")
            words("Known since", "line-label", "span")
            moment(view.since, "day", "line-value")
        if view.source:
            with box("line"):
                icon("campaign")
                words("Came by campaign", "line-label", "span")
                words(view.source, "line-value", "span")


def _draw_orders(view: CustomerView) -> None:
    with card(f"Orders{_count(len(view.orders))}"):
        if not view.orders:
            words("No orders under this customer.", "none")
        for order in view.orders[:6]:
            _draw_order(order)


def _draw_order(order: OrderView) -> None:
    with box("order"):
        with box("order-top"):
            words(order.number, "order-number", "span")
            settled = "settled" if order.status in _SETTLED else "open"
            late = "late" if order.status == "delayed" else ""
            words(order.status, f"order-status {settled} {late}", "span")
            words(f"{order.total_cents / 100:.2f} {order.currency}", "order-total", "span")
        words(", ".join(order.items), "order-items")
        if order.tracking_code:
            words(f"{order.carrier or 'Carrier'} · {order.tracking_code}", "order-items")


def _draw_reasons(view: CustomerView) -> None:
    with card("Why it is here"):
        for part in view.contributions:
            _draw_contribution(part)
        if not view.contributions:
            words("No rule spoke.", "none")


def _draw_contribution(part: Mapping[str, Any]) -> None:
    rule = str(part.get("rule", ""))
    name = rule.removeprefix("signal:")
    said = wording.say(wording.SIGNALS, name) if rule != name else wording.say(_RULES, name)
    if rule == "requested":
        said = wording.say(wording.REASONS, part.get("reason"))
    weight = int(part.get("weight", 0))
    with box("why") as line:
        words(f"+{weight}" if weight else "·", "why-weight", "span")
        words(said, "why-rule", "span")
        evidence = ", ".join(str(found) for found in part.get("evidence", ()))
        if evidence:
            words(evidence, "why-words", "span")
    hint(line, f"score {part.get('score', 0)}, policy {part.get('policy', '')}")


def _draw_past(view: CustomerView) -> None:
    if not view.past:
        return
    with card("Earlier cases"):
        for case in view.past:
            with box("past"):
                with box("past-top"):
                    words(wording.say(wording.REASONS, case.reason), "past-reason", "span")
                    moment(case.closed_at, "ago", "past-when")
                words(case.outcome, "past-outcome")


def _draw_history(view: CustomerView) -> None:
    with card("Elsewhere"):
        if not view.history:
            words("Nothing in other conversations.", "none")
        for entry in reversed(view.history[-12:]):
            _draw_line_of_history(entry)


def _draw_line_of_history(entry: TimelineEntry) -> None:
    with box("past"):
        with box("past-top"):
            icon(wording.CHANNEL_ICONS.get(entry.channel, "forum"))
            words(wording.say(wording.AUTHORS, entry.author), "past-reason", "span")
            moment(entry.created_at, "ago", "past-when")
        words(" ".join(entry.body.split())[:200], "past-outcome")


def _count(number: int) -> str:
    return f" · {number}" if number else ""


def _initials(name: str | None) -> str:
    parts = [part for part in (name or "?").split() if part]
    return "".join(part[0] for part in (parts[0], *parts[1:][-1:])).upper() if parts else "?"
