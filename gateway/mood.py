"""How the customer feels, as far as it changes how one speaks: calm, upset or grieving. Pure.

A mood stays for a few messages after it was seen, then fades. Called by gateway.answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gateway.phrasing import Mood
from handoff.signals import Signal, SignalName

# Calm messages after which a mood has faded.
_LASTS = {Mood.CALM: 0, Mood.UPSET: 3, Mood.GRIEVING: 12}
_ANGRY_FROM = 0.5

_RELATIVE = (
    r"(?:husband|wife|partner|mother|father|mum|mom|dad|son|daughter|child|brother|sister|parents?"
    r"|gran|grandma|grandpa|grandmother|grandfather|nan|aunt|uncle|friend|baby"
    r"|mann|frau|mutter|vater|mama|papa|sohn|tochter|kind|bruder|schwester|eltern|oma|opa"
    r"|gro(?:ß|ss)mutter|gro(?:ß|ss)vater|tante|onkel|freund|freundin|lebensgefährt\w+)"
)
_DEATH = r"(?:died|dies|dead|passed|gestorben|verstorben|verstarb|starb|tot|verloren)"
# Lamps die, too: a death counts only beside a person, or in words nobody uses of lamps.
_LOSS = re.compile(
    rf"\b{_RELATIVE}\b(?:\W+\w+){{0,4}}\W+{_DEATH}\b"
    rf"|\b(?:lost|losing) (?:my|our) {_RELATIVE}\b"
    rf"|\b(?:my|our) late {_RELATIVE}\b|\b{_DEATH}\b(?:\W+\w+){{0,3}}\W+{_RELATIVE}\b"
    r"|\b(?:passed away|bereave[dm]\w*|widow(?:ed|er)?|funeral|condolences?|mourning|in memoriam"
    r"|beerdigung|trauerf[aä]ll\w*|trauerfeier|in trauer|todesfall|verstorben\w*|verwitwet|witwer?"
    r"|hinterbliebene\w*|beileid)\b",
    re.IGNORECASE,
)
# Anger in German; English anger is one of the signals.
_ANGER_DE = re.compile(
    r"\b(?:unverschämt\w*|frechheit|stinksauer|sauer auf|wütend|saftladen|zum kotzen"
    r"|schei(?:ß|ss)\w*|mistladen|drecksladen|katastrophe|unfassbar|lächerlich|unmöglich|abzocke"
    r"|verarsch\w*|betrüger"
    r"|reicht(?:'s| es)? (?:mir )?(?:jetzt|langsam|endgültig)|(?:jetzt|langsam) reicht"
    r"|schnauze voll|nase voll|nie wieder"
    r"|absolut inakzeptabel|was soll (?:der|das))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Feeling:
    """A mood, and for how many more calm messages it stays."""

    mood: Mood = Mood.CALM
    lasts: int = 0


def feel(text: str, signals: Sequence[Signal], before: Feeling) -> Feeling:
    """Return how the customer feels after this message."""
    seen = _see(text, signals)
    if seen is Mood.GRIEVING or (seen is Mood.UPSET and before.mood is not Mood.GRIEVING):
        return Feeling(seen, _LASTS[seen])
    if before.mood is Mood.CALM or before.lasts <= 1:
        return Feeling()
    return Feeling(before.mood, before.lasts - 1)


def _see(text: str, signals: Sequence[Signal]) -> Mood:
    if _LOSS.search(text):
        return Mood.GRIEVING
    angry = any(
        signal.name == SignalName.STRONG_ANGER and signal.score >= _ANGRY_FROM for signal in signals
    )
    return Mood.UPSET if angry or _ANGER_DE.search(text) else Mood.CALM
