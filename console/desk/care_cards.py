"""Cards of the right pane: what the customer wants done, allows, has collected and gave us."""

from nicegui.element import Element

from console.desk import wording
from console.desk.file_list import draw_file_links
from console.desk.parts import box, card, hint, moment, words
from console.desk.reads import CareView
from crm.care.schemas import ConsentView, RatingView, RequestView

FILES = "files"
_SHOWN = 5


def draw_care(view: CareView) -> None:
    """Show the requests, then the rest if there is any."""
    _draw_requests(view.requests)
    if view.loyalty or view.consents or view.ratings:
        with card("Relationship"):
            if view.loyalty:
                threads = f"{view.loyalty.threads} threads, {view.loyalty.waiting} waiting"
                _draw_line("Thread Club", f"{view.loyalty.level.capitalize()} · {threads}")
            for consent in view.consents:
                _draw_consent(consent)
            for rating in view.ratings[:_SHOWN]:
                _draw_rating(rating)


def _draw_requests(requests: tuple[RequestView, ...]) -> None:
    waiting = [request for request in requests if request.state == "open"]
    with card(f"Requests · {len(waiting)} open" if waiting else "Requests"):
        if not requests:
            words("Nothing asked for.", "none")
        for request in requests[:_SHOWN]:
            _draw_request(request)


def _draw_request(request: RequestView) -> None:
    with box("order"):
        with box("order-top"):
            words(request.number, "order-number", "span")
            settled = "open" if request.state == "open" else "settled"
            words(request.state, f"order-status {settled}", "span")
            moment(request.opened_at, "ago", "order-total")
        about = f" · {request.order_number}" if request.order_number else ""
        words(f"{wording.say(wording.REQUESTS, request.kind)}{about}", "order-items")
        draw_file_links(request.details.get(FILES, ""))
        for key, value in request.details.items():
            if key == FILES:
                continue
            words(f"{key.replace('_', ' ')}: {value}"[:200], "order-items")


def _draw_consent(consent: ConsentView) -> None:
    said = "allowed" if consent.granted else "not allowed"
    with _draw_line(wording.say(wording.PURPOSES, consent.purpose), said) as line:
        moment(consent.given_at, "day", "line-flag")
    hint(line, f"answered: {consent.wording}")


def _draw_rating(rating: RatingView) -> None:
    comment = f" · {rating.comment}"[:160] if rating.comment else ""
    _draw_line(rating.kind.upper(), f"{rating.score} of {rating.scale}{comment}")


def _draw_line(label: str, value: str) -> Element:
    with box("line") as line:
        words(label, "line-label", "span")
        words(value, "line-value", "span")
    return line
