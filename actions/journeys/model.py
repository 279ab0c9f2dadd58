"""What journeys are written in: steps, options, scenes, endings. Pure: no engine, no database."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from actions.effects import Effect
from actions.order_access import MOST_TRIES, may_see
from actions.ports import CustomerContext, OrderView, Ports
from actions.speech import YES, Button, Part, Phrase, Value

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """The customer's message as the engine understood it; card numbers are already gone."""

    text: str = ""
    intent: str = ""
    confidence: float = 1.0
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    message_id: str = ""
    offered: str = "nothing"
    card_number: bool = False

    def entity(self, name: str) -> str | None:
        """Return the last entity of this name."""
        found = self.entities.get(name)
        return found[-1] if found else None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beyond the message: the customer, their orders, every order spoken of."""

    now: datetime
    customer: CustomerContext | None = None
    own_orders: tuple[OrderView, ...] = ()
    spoken_of: Mapping[str, OrderView] = field(default_factory=dict)
    profile: Mapping[str, str] = field(default_factory=dict)
    wrong_pairs: int = 0
    extra: Mapping[str, object] = field(default_factory=dict)

    def see(self, number: str | None, email: str | None = None) -> OrderView | None:
        """Return the order if this customer may see it: their own, or with its e-mail address.

        After too many wrong pairs in this episode no address opens anything any more.
        """
        order = self.spoken_of.get(number or "")
        email = email if self.wrong_pairs < MOST_TRIES else None
        return order if order is not None and may_see(order, self.customer, email) else None


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a step may look at: what was heard, what is known, what is already told."""

    heard: Heard
    facts: Facts
    values: Values = field(default_factory=dict)
    beginning: bool = False
    # What the customer has called wrong, by slot; never presumed again.
    rejected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def order(self) -> OrderView | None:
        """The order this is about, when it is known and the customer may see it."""
        return self.facts.see(self.values.get("order_number"), self.values.get("order_email"))

    def get_order(self) -> OrderView:
        """Return the order; a journey asks only after its order steps are done."""
        order = self.order
        if order is None:
            raise LookupError("no order in this scene")
        return order

    def with_values(self, values: Values) -> "Scene":
        return replace(self, values=values)


@dataclass(frozen=True, slots=True)
class Wrong:
    """The customer answered, but not usably. `forget`: what else they must tell again.

    `counts_as_access`: a wrong pair of number and address, counted over the whole episode.
    """

    phrase: Phrase
    forget: tuple[str, ...] = ()
    counts_as_access: bool = False


Reading = str | Wrong | None
Reader = Callable[[Scene], Reading]


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: a button, and the words by which it can be typed instead."""

    value: str
    key: str = ""
    title: str = ""
    words: tuple[str, ...] = ()

    def as_value(self) -> Value:
        """Return it as a value inside another phrase."""
        return {"key": self.key} if self.key else self.title


def fine(_scene: Scene) -> Wrong | None:
    return None


def no_options(_scene: Scene) -> tuple[Option, ...]:
    return ()


def always(_scene: Scene) -> bool:
    return True


def nothing(_scene: Scene) -> str | None:
    return None


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to find out.

    `read` takes the answer to the question; `notice` takes it from a message that was not asked for
    it; `presume` knows it from the profile. `of` names the steps whose correction undoes this one.
    """

    slot: str
    ask: Callable[[Scene], Sequence[Part]]
    read: Reader
    notice: Callable[[Scene], str | None] = nothing
    presume: Callable[[Scene], str | None] = nothing
    options: Callable[[Scene], tuple[Option, ...]] = no_options
    buttons: tuple[Button, ...] = ()
    needed: Callable[[Scene], bool] = always
    check: Callable[[Scene], Wrong | None] = fine
    of: tuple[str, ...] = ()
    free_text: bool = False
    # Intents that mean something else elsewhere and answer this question ("that worked").
    answered_by: frozenset[str] = frozenset()
    wrong: str = "not_understood"

    @property
    def asks_yes_or_no(self) -> bool:
        """Whether a plain yes or no is an answer, however else it may be answered."""
        return YES in self.buttons


class End(StrEnum):
    """How a journey ended."""

    COMPLETE = "complete"
    REFUSED = "refused"
    DECLINED = "declined"
    GIVEN_UP = "given_up"
    NOT_SHOWN = "not_shown"


@dataclass(frozen=True, slots=True)
class Ending:
    """The last words of a journey and what the gateway is to do."""

    parts: tuple[Part, ...] = ()
    buttons: tuple[Button, ...] = ()
    effects: tuple[Effect, ...] = ()
    offers: str | None = None


Loader = Callable[[Ports, Scene], Awaitable[Mapping[str, object]]]


async def load_nothing(_ports: Ports, _scene: Scene) -> Mapping[str, object]:
    return {}


def no_gate(_scene: Scene) -> Ending | None:
    return None


@dataclass(frozen=True, slots=True)
class Journey:
    """Something a customer can have done. `gate` refuses as soon as it can be known."""

    form: str
    intents: frozenset[str]
    steps: tuple[Step, ...]
    complete: Callable[[Scene], Ending]
    gate: Callable[[Scene], Ending | None] = no_gate
    # Reads what else it needs through the ports; its steps find that in `scene.facts.extra`.
    load: Loader = load_nothing
    # It only looks something up: a correction afterwards simply runs it again.
    only_reads: bool = False
    # Intents that describe the same trouble; they do not change the journey inside a free text.
    akin: frozenset[str] = frozenset()
    # Values kept from the intent that opened it, e.g. exchange instead of return.
    opened_as: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The key of the words that name it, as in "shall we go on with ..."."""
        return f"journey_{self.form.removesuffix('_form')}"

    def step(self, slot: str | None) -> Step | None:
        """Return the step that fills this slot."""
        return next((step for step in self.steps if step.slot == slot), None)


@dataclass(frozen=True, slots=True)
class State:
    """How far a journey has come. Kept in one slot of the engine between messages."""

    values: Values = field(default_factory=dict)
    rejected: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tries: Mapping[str, int] = field(default_factory=dict)
    asked: str | None = None
    end: End | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What comes of a message: the new state and what is said before the open question."""

    state: State
    parts: tuple[Part, ...] = ()
    wrong_pairs: int = 0
