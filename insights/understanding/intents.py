"""The intents, by what they do: read from the engine's domain and `nlu_data/intents.yml`.

The engine's ladder reads the same list, so both mean the same by "acting".
"""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
# The engine's own: the message was not understood surely enough.
UNSURE = frozenset({"nlu_fallback", "nlu_close_call"})


def read_intents(root: Path = ROOT) -> frozenset[str]:
    """Return every intent that can be trained."""
    found = {
        next(iter(each)) if isinstance(each, dict) else str(each)
        for path in sorted((root / "bot" / "domain").glob("*.yml"))
        for each in _read(path).get("intents", ())
    }
    return frozenset(name for name in found if name not in UNSURE)


@lru_cache(maxsize=1)
def talking_intents() -> frozenset[str]:
    """Return the intents that only talk: taken by mistake, they do no harm."""
    return frozenset(_read(ROOT / "nlu_data" / "intents.yml")["only_talk"])


@lru_cache(maxsize=1)
def acting_intents() -> frozenset[str]:
    """Return the intents whose journeys do or look up something."""
    return read_intents() - talking_intents()


def _read(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8")) or {}
