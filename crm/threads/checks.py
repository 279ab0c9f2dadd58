"""What we must not say where others read along: anything of compensation, and personal data. Pure.

Checked for every outgoing message of a public conversation, whoever wrote it. It would rather
refuse a harmless sentence than let a promise of money through: the words can be sent in private.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from crm.threads.personal import drop_invisible, find_personal, name_kind


class Fault(StrEnum):
    """Why words are unsuitable in public."""

    COMPENSATION = "compensation"
    PERSONAL = "personal"
    BUTTON = "button"


@dataclass(frozen=True)
class Finding:
    """A fault, and the words or the kind of data it was found in."""

    fault: Fault
    words: str

    @property
    def sentence(self) -> str:
        """What the author of the words is told."""
        return _SENTENCES[self.fault].format(words=self.words)


_SENTENCES = {
    Fault.COMPENSATION: (
        "Others read along here: compensation is never mentioned in public (“{words}”). "
        "Continue in private and say it there."
    ),
    Fault.PERSONAL: (
        "Others read along here: please leave out personal data ({words}). "
        "Continue in private and say it there."
    ),
    Fault.BUTTON: "Others read along here: a button may be pressed by anybody ({words}).",
}
_NUMBER = (
    r"(?:\d[\d.,]*|ten|fifteen|twenty|thirty|forty|fifty|sixty|hundred|zehn|fünfzehn|zwanzig"
    r"|drei(?:ß|ss)ig|vierzig|fünfzig|hundert|ein paar|a few|some)"
)
_CURRENCY = (
    r"(?:€|£|\$|eur(?:os?)?|pounds?|quid|gbp|dollars?|usd|chf|francs?|franken|kronen|kroner|nok)"
)
_ENGLISH = (
    r"compensat\w*",
    r"re-?imburse\w*",
    r"recompense\w*",
    r"re-?fund\w*",
    r"vouchers?",
    r"coupons?",
    r"promo(?:tional)? codes?",
    r"gift[ -]?(?:card|certificate)s?",
    r"goodwill",
    r"(?:good-?will )?gesture",
    r"(?:store|shop|account)[ -]credits?",
    r"credit(?:ed|ing)? (?:note|you|your|to your|it|the)",
    r"discount\w*",
    r"rebates?",
    r"cash[ -]?back",
    r"(?:your|the|all) money",
    r"money[ -]back",
    r"pay(?:ing)? (?:you|it|that|them)(?: back)?",
    r"paid back",
    r"make (?:it|this|that) up to (?:you|them)",
    r"making (?:it|this|that) up to (?:you|them)",
    r"(?:is|are|'s|s) on us",
    r"on the house",
    r"at no (?:extra |additional )?(?:cost|charge)",
    r"free of charge",
    r"for free",
    r"(?<!feel )(?<!you )(?<!be )(?<!are )(?<!-)"
    r"free(?! (?:to|of|on|at|time|shipping|delivery|returns?|postage)\b)",
    r"complimentary",
    r"waiv(?:e|ed|ing)",
    r"price reductions?",
    r"half[ -](?:price|off)",
    r"(?:pay|claim|for) damages",
    r"cover(?:ing)? (?:the|your|all) (?:cost|costs|damage|loss)",
    r"bonus \w+",
)
_GERMAN = (
    r"entsch(?:ä|ae)dig\w*",
    r"\w*erstatt(?:e|en|et|est|ung|ungen|ete|eten)",
    r"r(?:ü|ue)ckzahl\w*",
    r"zur(?:ü|ue)ck(?:zu)?zahl\w*",
    r"zur(?:ü|ue)ck(?:ge)?(?:zahlt|bezahlt|überwiesen)",
    r"gutschein\w*",
    r"gutschrift\w*",
    r"gut(?:zu)?schreiben",
    r"gutgeschrieben",
    r"(?:schreib\w*) (?:\w+ ){0,4}gut",
    r"\w*rabatt\w*",
    r"(?:preis)?nachl(?:a|ä)(?:ss|ß)\w*",
    r"kulan(?:z\w*|t\w*)",
    r"wieder ?gut ?(?:zu ?)?mach\w*",
    r"wieder ?gut ?zumachen",
    r"mach\w* (?:\w+ ){0,3}wieder gut",
    r"geld (?:\w+ ){0,3}zur(?:ü|ue)ck",
    r"geschenk(?:e|en|t|s)?",
    r"geschenk(?:karte|gutschein)\w*",
    r"schenk(?:e|en|t|st)",
    r"gratis",
    r"(?:kostenlos|kostenfrei)\w*(?! (?:versand|lieferung|r(?:ü|ue)cksendung|retoure)\w*)",
    r"umsonst",
    r"schaden(?:s)?ersatz",
    r"(?:kosten|finanziellen? |als )ausgleich",
    r"bonus\w*",
    r"verg(?:ü|ue)t(?:en|et|ung)",
    r"entgegen(?:zu)?kommen",
    r"komm(?:e|en) (?:\w+ ){0,3}entgegen",
    r"(?:zum|den) halben preis",
    r"aufs haus",
    r"auf unsere kosten",
    r"(?:ü|ue)bernehmen (?:\w+ ){0,3}kosten",
    r"kosten (?:\w+ ){0,3}(?:ü|ue)bern(?:ehmen|ommen)",
)
_MONEY = (
    rf"{_NUMBER} ?{_CURRENCY}(?!\w)",
    r"(?:€|£|\$|eur|gbp|chf|nok) ?\d[\d.,]*",
    r"\d+ ?(?:%|per ?cent|prozent) (?:off|less|reduction|g(?:ü|ue)nstiger|weniger|auf)",
    r"\d{2,} (?:extra |bonus |zus(?:ä|ae)tzliche )?(?:threads|points|punkte)",
)
_COMPENSATION = re.compile(rf"(?<!\w)(?:{'|'.join((*_MONEY, *_ENGLISH, *_GERMAN))})(?!\w)")
_MARKS = re.compile(r"[*_~`|]+")
_SPELT_OUT = re.compile(r"(?<!\w)(?:\w[ .\-]){4,}\w(?!\w)")
_SHORTEST_NAME = 3


def find_fault(text: str, *, names: Iterable[str] = ()) -> Finding | None:
    """Return the first reason why this must not be said in public; None when it may.

    `names` are the customer's: others need not learn a surname from us.
    """
    shown = drop_invisible(text)
    return _find_personal(shown, names) or _find_compensation(shown)


def _find_compensation(text: str) -> Finding | None:
    plain = " ".join(_MARKS.sub("", text).casefold().split()).replace("ß", "ss")
    plain = _SPELT_OUT.sub(lambda spelt: re.sub(r"[ .\-]", "", spelt[0]), plain)
    match = _COMPENSATION.search(plain)
    return Finding(Fault.COMPENSATION, match[0].strip()) if match else None


def _find_personal(text: str, names: Iterable[str]) -> Finding | None:
    found = find_personal(text)
    if found:
        kinds = dict.fromkeys(name_kind(one.kind) for one in found)
        return Finding(Fault.PERSONAL, ", ".join(kinds))
    for name in names:
        for part in re.findall(r"[^\W\d_]+", name)[1:]:
            if len(part) >= _SHORTEST_NAME and re.search(rf"\b{part}\b", text):
                return Finding(Fault.PERSONAL, "the customer's surname")
    return None
