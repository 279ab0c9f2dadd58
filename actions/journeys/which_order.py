"""The two steps by which nearly every journey begins: which order, and may this customer see it?

An order that is not on the customer's own profile needs its e-mail address. An unknown number and a
wrong address get the same words, and three wrong pairs in an episode end it.
"""

import re
from collections.abc import Callable, Sequence

from actions.journeys.model import Option, Reading, Scene, Step, Wrong
from actions.journeys.readers import match_option, notice_email, read_email
from actions.journeys.words import find_ordinal
from actions.order_numbers import find_order_number, parse_order_number
from actions.ports import OrderView
from actions.speech import Part, Phrase

ORDER, EMAIL = "order_number", "order_email"
MOST_OFFERED = 5
_DIGITS = re.compile(r"\d{3,}")

Wanted = Callable[[OrderView, Scene], bool]


def order_steps(wanted: Wanted, *, latest: bool = False) -> tuple[Step, Step]:
    """Return the steps. `wanted` says which own orders come into question.

    `latest`: when none of them does, the newest order is meant.
    """

    def options(scene: Scene) -> tuple[Option, ...]:
        return tuple(_as_option(order) for order in _choose_from(scene, wanted))

    def presume(scene: Scene) -> str | None:
        if _is_about_a_foreign_order(scene):
            return None
        orders = _choose_from(scene, wanted)
        discussed = _discussed(scene)
        if discussed is not None and (not orders or wanted(discussed, scene)):
            return discussed.number
        only_one = len(orders) == 1
        none_fits = bool(orders) and not wanted(orders[0], scene)
        return orders[0].number if only_one or (latest and none_fits) else None

    which = Step(
        slot=ORDER,
        ask=lambda scene: _ask(options(scene)),
        read=lambda scene: _read(scene, options(scene)),
        notice=lambda scene: _notice(scene, options(scene)),
        presume=presume,
        options=options,
        wrong="not_an_order_number",
    )
    return which, _EMAIL_STEP


def find_number(scene: Scene) -> str | None:
    """Return the order number in this message."""
    given = scene.heard.entity(ORDER)
    number = parse_order_number(given) if given else None
    return number or find_order_number(scene.heard.text)


def name_items(order: OrderView) -> list[str]:
    """Return what is in an order, at most three things by name."""
    items = [item for item in order.items if item]
    return items if len(items) <= 3 else [*items[:3], "…"]


def _ask(options: Sequence[Option]) -> tuple[Part, ...]:
    return (Phrase("ask_which_order" if options else "ask_order_number"),)


def _read(scene: Scene, options: tuple[Option, ...]) -> Reading:
    heard = scene.heard
    pressed = heard.entity("option")
    if pressed is not None:
        return parse_order_number(pressed)
    named = find_number(scene) or _match(scene, options)
    if named is not None:
        return named
    if heard.intent in {"affirm", "deny"} and heard.offered == "nothing":
        return Wrong(Phrase("where_order_number_is"))
    if _DIGITS.search(heard.text) and heard.intent in {"give_order_number", "give_contact"}:
        return Wrong(Phrase("not_an_order_number"))
    return None


def _match(scene: Scene, options: tuple[Option, ...]) -> str | None:
    """Take "the second one" or the thing in it."""
    position = find_ordinal(scene.heard.text, len(options))
    if position is not None:
        return options[position].value
    return match_option(options, scene.heard.text)


def _notice(scene: Scene, options: tuple[Option, ...]) -> str | None:
    """Take a number, or the thing they bought when only one order has it."""
    number = find_number(scene)
    if number is not None:
        return number
    product = scene.heard.entity("product")
    return match_option(options, product) if product else None


def _choose_from(scene: Scene, wanted: Wanted) -> list[OrderView]:
    """Return the orders that may be meant, newest first: the fitting ones, else all."""
    turned_down = scene.rejected.get(ORDER, ())
    own = [order for order in _own_orders(scene) if order.number not in turned_down]
    fitting = [order for order in own if wanted(order, scene)]
    return (fitting or own)[:MOST_OFFERED]


def _own_orders(scene: Scene) -> list[OrderView]:
    own = {order.number: order for order in scene.facts.own_orders}
    latest = scene.facts.see(scene.facts.profile.get("last_order_number"))
    if latest is not None:
        own.setdefault(latest.number, latest)
    return sorted(own.values(), key=lambda order: order.placed_at, reverse=True)


def _discussed(scene: Scene) -> OrderView | None:
    """Return the order that was just spoken of: "and now I want to return it" means that one."""
    profile = scene.facts.profile
    order = scene.facts.see(profile.get("discussed_order"), profile.get("discussed_email"))
    turned_down = scene.rejected.get(ORDER, ())
    return order if order is not None and order.number not in turned_down else None


def _is_about_a_foreign_order(scene: Scene) -> bool:
    """After a wrong address for somebody's order, an own order is not silently put in its place."""
    own = {order.number for order in _own_orders(scene)}
    return any(number not in own for number in scene.rejected.get(ORDER, ()))


def _as_option(order: OrderView) -> Option:
    title = f"{order.number}: {order.items[0]}" if order.items else order.number
    return Option(order.number, title=title[:60], words=tuple(i.casefold() for i in order.items))


def _known_email(scene: Scene) -> str | None:
    """Return the address of the profile, or told before, when it is the order's: no question."""
    profile, number = scene.facts.profile, scene.values.get(ORDER)
    told = (profile.get("customer_email"), profile.get("discussed_email"))
    return next((each for each in told if each and scene.facts.see(number, each)), None)


def _check_pair(scene: Scene) -> Wrong | None:
    if scene.order is not None:
        return None
    return Wrong(Phrase("order_no_match"), forget=(ORDER, EMAIL), counts_as_access=True)


_EMAIL_STEP = Step(
    slot=EMAIL,
    ask=lambda _scene: (Phrase("ask_order_email"),),
    read=read_email,
    notice=notice_email,
    presume=_known_email,
    needed=lambda scene: ORDER in scene.values and scene.facts.see(scene.values[ORDER]) is None,
    check=_check_pair,
    of=(ORDER,),
    wrong="not_an_email",
)
