"""The kinds of steps journeys are made of: choices, free words, yes or no, confirmations, items."""

from collections.abc import Callable, Mapping, Sequence

from actions.journeys.goods import split_title
from actions.journeys.machine import CONFIRM
from actions.journeys.model import Option, Scene, Step, always, nothing
from actions.journeys.readers import notice_option, read_option, read_text, read_yes_no
from actions.journeys.which_order import ORDER
from actions.speech import NO, YES, Part, Phrase, Value

ITEM = "item"
# Intents that may describe the same trouble in other words, inside a text we asked for.
TROUBLE = frozenset(
    {
        *("track_order", "parcel_missing", "report_damage", "warranty_claim", "return_item"),
        *("exchange_item", "refund_status", "payment_problem", "cancel_order", "change_order"),
        *("change_address", "get_invoice", "complain", "insult", "compliment", "give_rating"),
        *("correct_data", "account_access", "service_status", "product_advice", "stock_status"),
    }
)
Values = Callable[[Scene], Mapping[str, Value]]


def no_values(_scene: Scene) -> Mapping[str, Value]:
    return {}


def asking(key: str, values: Values = no_values) -> Callable[[Scene], Sequence[Part]]:
    """Return a question with what goes into its gaps."""
    return lambda scene: (Phrase(key, values(scene)),)


def choice(
    slot: str,
    key: str,
    *options: Option,
    needed: Callable[[Scene], bool] = always,
    of: tuple[str, ...] = (),
    values: Values = no_values,
    presume: Callable[[Scene], str | None] = nothing,
) -> Step:
    """Return a step with buttons, which may also be answered in words, even before it is asked."""

    def offered(_scene: Scene) -> tuple[Option, ...]:
        return options

    return Step(
        slot,
        asking(key, values),
        read_option(offered),
        notice=notice_option(offered),
        presume=presume,
        options=offered,
        needed=needed,
        of=of,
        wrong="choose_one",
    )


def words(
    slot: str,
    key: str,
    *,
    least_words: int = 2,
    too_short: str = "tell_more",
    surely_not: float = 0.0,
    notice: Callable[[Scene], str | None] = nothing,
    needed: Callable[[Scene], bool] = always,
    of: tuple[str, ...] = (),
    values: Values = no_values,
) -> Step:
    """Return a step that takes the customer's own words."""
    return Step(
        slot,
        asking(key, values),
        read_text(least_words=least_words, too_short=too_short, surely_not=surely_not),
        notice=notice,
        needed=needed,
        of=of,
        free_text=True,
    )


def yes_or_no(
    slot: str,
    key: str,
    *,
    needed: Callable[[Scene], bool] = always,
    of: tuple[str, ...] = (),
    values: Values = no_values,
) -> Step:
    """Return a plain question."""
    return Step(
        slot,
        asking(key, values),
        read_yes_no,
        buttons=(YES, NO),
        needed=needed,
        of=of,
        wrong="say_yes_or_no",
    )


def confirmation(key: str, values: Values = no_values) -> Step:
    """Return the last question before anything is done; any correction asks it anew."""
    return yes_or_no(CONFIRM, key, values=values)


def item_step(key: str = "ask_which_item", *, everything: Option | None = None) -> Step:
    """Return the step that finds out which thing of the order; the only one is presumed."""

    def offered(scene: Scene) -> tuple[Option, ...]:
        items = scene.order.items if scene.order else ()
        options = tuple(_as_option(item) for item in dict.fromkeys(items) if item)
        return (*options, everything) if everything and len(options) > 1 else options

    def presume(scene: Scene) -> str | None:
        options = offered(scene)
        return options[0].value if len(options) == 1 else None

    return Step(
        ITEM,
        asking(key),
        read_option(offered),
        notice=notice_option(offered),
        presume=presume,
        options=offered,
        needed=lambda scene: bool(offered(scene)),
        of=(ORDER,),
        wrong="choose_one",
    )


def _as_option(item: str) -> Option:
    return Option(item, title=item[:60], words=split_title(item))
