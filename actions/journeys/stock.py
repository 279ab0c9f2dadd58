"""Is it in stock: looks the product up and offers to tell when it is back."""

import re
from collections.abc import Mapping

from actions.journeys.contact import ADDRESS, email_step
from actions.journeys.model import Ending, Journey, Option, Reading, Scene, Step, Wrong
from actions.journeys.readers import NO, YES, read_option
from actions.journeys.requests import file_request
from actions.journeys.steps import yes_or_no
from actions.ports import Ports, ProductView
from actions.speech import Phrase, Value, date, money

FEW = 5
_NAMED, _PRODUCT, _REMIND = "named", "product", "remind"
_WORD = re.compile(r"[a-zäöüß]{3,}")
_SAY_NOTHING = frozenset(
    {
        *("the", "and", "for", "you", "are", "any", "how", "has", "have", "had", "not", "still"),
        *(
            "stock",
            "available",
            "back",
            "when",
            "sell",
            "get",
            "buy",
            "want",
            "got",
            "need",
            "will",
        ),
        *("this", "that", "there", "with", "your", "our", "one", "ones", "please", "pls", "can"),
        *("again", "out", "sold", "soon", "left", "them", "they", "what", "which", "does", "could"),
        *("der", "die", "das", "ist", "wann", "wieder", "noch", "ein", "eine", "und", "gibt"),
    }
)


def find_telling_words(text: str) -> tuple[str, ...]:
    """Return the words that may be part of a product's name, without the plural."""
    words = (word for word in _WORD.findall(text.casefold()) if word not in _SAY_NOTHING)
    return tuple(dict.fromkeys(w[:-1] if w.endswith("s") and len(w) > 3 else w for w in words))


async def _load(ports: Ports, scene: Scene) -> Mapping[str, object]:
    """Look up what was named before and what may be named now."""
    texts = {_naming(scene), scene.values.get(_NAMED, "")} - {""}
    return {text: await ports.care.find_products(find_telling_words(text)) for text in texts}


def _naming(scene: Scene) -> str:
    return scene.heard.entity("product") or scene.heard.text


def _find(scene: Scene, text: str) -> tuple[ProductView, ...]:
    found = scene.facts.extra.get(text, ())
    return found if isinstance(found, tuple) else ()


def _candidates(scene: Scene) -> tuple[ProductView, ...]:
    return _find(scene, scene.values.get(_NAMED, ""))


def _chosen(scene: Scene) -> ProductView | None:
    name = scene.values.get(_PRODUCT)
    return next((each for each in _candidates(scene) if each.name == name), None)


def _read_name(scene: Scene) -> Reading:
    text = _naming(scene)
    if scene.heard.intent in {"affirm", "deny", "ask_question"} and not _find(scene, text):
        return None
    return text or None


def _notice_name(scene: Scene) -> str | None:
    text = _naming(scene)
    return text if _find(scene, text) else None


def _check_name(scene: Scene) -> Wrong | None:
    return None if _candidates(scene) else Wrong(Phrase("stock_not_found"))


def _options(scene: Scene) -> tuple[Option, ...]:
    return tuple(
        Option(each.name, title=each.name, words=(each.name.casefold(),))
        for each in _candidates(scene)
    )


def _presume_product(scene: Scene) -> str | None:
    found = _candidates(scene)
    return found[0].name if len(found) == 1 else None


def _describe(scene: Scene) -> dict[str, Value]:
    product = _chosen(scene)
    if product is None:
        return {}
    told: dict[str, Value] = {"product": product.name}
    if product.back_on is not None:
        told["day"] = date(product.back_on)
    return told


def _ask_reminder(scene: Scene) -> tuple[Phrase, ...]:
    told = _describe(scene)
    key = "stock_back_on" if "day" in told else "stock_out"
    return (Phrase(key, told), Phrase("ask_stock_reminder"))


def _gate(scene: Scene) -> Ending | None:
    product = _chosen(scene)
    if product is None:
        return None
    if product.stock > 0:
        key = "stock_few" if product.stock < FEW else "stock_yes"
        price = money(product.price_cents, product.currency)
        return Ending((Phrase(key, {"product": product.name, "price": price}),))
    if scene.values.get(_REMIND) == NO:
        return Ending((Phrase("stock_no_reminder"),))
    return None


def _complete(scene: Scene) -> Ending:
    details = {_PRODUCT: scene.values.get(_PRODUCT), ADDRESS: scene.values.get(ADDRESS)}
    values: dict[str, Value] = {key: value for key, value in details.items() if value}
    return file_request(
        scene, "back_in_stock", "stock_reminder_done", values=values, details=details
    )


_remind = yes_or_no(_REMIND, "ask_stock_reminder", of=(_PRODUCT,))

STOCK = Journey(
    form="stock_form",
    intents=frozenset({"stock_status"}),
    steps=(
        Step(
            slot=_NAMED,
            ask=lambda _scene: (Phrase("ask_stock_product"),),
            read=_read_name,
            notice=_notice_name,
            check=_check_name,
            wrong="stock_not_found",
        ),
        Step(
            slot=_PRODUCT,
            ask=lambda _scene: (Phrase("ask_stock_which"),),
            read=read_option(_options),
            presume=_presume_product,
            options=_options,
            of=(_NAMED,),
            wrong="choose_one",
        ),
        Step(
            slot=_REMIND,
            ask=_ask_reminder,
            read=_remind.read,
            buttons=_remind.buttons,
            of=(_PRODUCT, _NAMED),
            wrong="say_yes_or_no",
        ),
        email_step("ask_reminder_email", needed=lambda s: s.values.get(_REMIND) == YES),
    ),
    gate=_gate,
    complete=_complete,
    load=_load,
    only_reads=True,
)
