"""Finds out which language a message is in. Called by gateway.answer, once for every message.

Short or neutral messages ("ok", "LL-10042") say nothing: then the conversation's language holds.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from gateway.catalogue import ENGLISH, FOLDER, CatalogueError

OTHERS = FOLDER / "other_languages.yml"
GERMAN = "de"
# The languages there is wording and training data for.
SERVED = (ENGLISH, GERMAN)
_LATIN = ("en", "de", "es", "fr", "pt", "id", "tr")

# What says nothing about a language: numbers of orders, addresses, links, tags, names of ours.
_NEUTRAL = re.compile(
    r"\S+@\S+|https?://\S+|[@#]\w+|\b[a-z]{1,3}-?\d+\w*\b|\d+|\blumen\b|\bloom\b|\bwick\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SCRIPTS = (
    ("ja", re.compile("[\u3040-\u30ff]")),
    ("zh", re.compile("[\u3400-\u9fff]")),
    ("hi", re.compile("[\u0900-\u097f]")),
    ("bn", re.compile("[\u0980-\u09ff]")),
    ("ru", re.compile("[\u0400-\u04ff]")),
    ("ur", re.compile("[\u0679\u0688\u0691\u06ba\u06be\u06c1\u06d2]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
)
# Small words people cannot write a sentence without; surer than any model on short messages.
_TELLING = {
    "en": """
        the is are was were my your you i im ive where wheres when what whats how why who this
        that it its not dont doesnt didnt cant wont have has had do does did can could would
        will to of for with from please thanks thank hello hi hey and but or be been get got
        want need u ur still yet there me we they about just order parcel refund lamp broken yes
        no
    """,
    "de": """
        der die das du dich dir dein deine bist hast kannst ist sind war mein meine meinen
        meiner ihr ihre sie ich wo wann was wie warum wer nicht kein keine und oder aber mit von
        für fuer zu auf bitte danke dank vielen gern gerne grüß gott entschuldigung leider hallo
        moin guten tag habe hab hat haben kann können koennen möchte moechte will wurde noch
        schon immer da den dem ein eine einen es im am nach bei mir mich bestellung paket
        rückgabe lampe kaputt ja nein servus tschüss gibt ihnen euch euer eure wieso weshalb
        geld zurück zurueck rechnung stornieren
        konto kundenkonto passwort kennwort vergessen gesperrt einloggen anmelden abmelden
        löschen loeschen löscht schliessen kündigen kündigung daten handynummer telefonnummer
        nummer ändern aendern aktualisieren auskunft gespeichert genau richtig stimmt passt klar
        ordnung einverstanden natürlich korrekt jup joa nö nee falsch falsche keins
        abbrechen abbruch nochmal meinst zweite dritte letzte erstes ersteres letzteres
        beide gelöst hilfreich geholfen gehts jetzt antwort frage fehlen punkte freunde werben
        abonnieren abbestellen werbung zahlung fehlgeschlagen abgebucht doppelt lastschrift
        storno stornierung auftrag zurückziehen lieferadresse lieferung lieferstatus geliefert
        seit zugestellt sendung verschollen verfolgung sprechen mitarbeiter mensch menschen
        beschwerde beschweren schneller aus passiert welcher welches teppich vorhang vorhänge
        leinenvorhang kissen decke stehlampe wandlampe hocker tisch euren eurem würdet
        lagerbestand restbestand ausverkauft vorrätig lieferbar störung verspätet verspätung
        versand versandkosten kostet öffnungszeiten brauch brauche retoure retournieren
        retourenlabel rücksendung zurückgeben zurückschicken umtauschen umtausch beschädigt
        angekommen garantiefall gewährleistung defekt hallöchen hallihallo tach grüezi moinsen
        dankeschön tschau tschüssi tschö bis bald gute nacht schönes schönen wochenende abend
        machst läuft heute gestern hilfe menü funktionen sprache sprachen deutsch französisch
        englisch blöder scheiss betrüger wird etwas nichts nix nur mehr wieder vom zum zur beim
        fürs alles andere anderen gegen damit dass weil wenn doch hätte würde sollte soll darf
        muss könnt könnten geht kommt komme steht liegt steckt bleibt gibts wars sicher gar
    """,
    "es": """
        hola gracias la las para con puedo dónde donde está mi pedido quiero por favor cuándo el
        los una no mi es que
    """,
    "fr": """
        bonjour merci voudrais la des vous nous avec pour où est ma mon commande je veux s'il
        vous plaît quand le les une ne pas est
    """,
    "pt": """
        olá ola para com posso você obrigado obrigada onde está meu minha pedido quero por favor
        quando não uma os é
    """,
    "id": """
        halo terima kasih di mana pesanan saya tolong kapan tidak yang sudah belum barang
    """,
    "tr": """
        merhaba teşekkürler nerede siparişim lütfen ne zaman değil bir istiyorum benim kargom
    """,
}
_WORDS = {language: frozenset(words.split()) for language, words in _TELLING.items()}
# Below this nobody is told that we do not speak their language.
_SURE = 0.75
_ENOUGH_WORDS = 3
_SHORT = 2


@dataclass(frozen=True)
class OtherLanguage:
    """A language we do not speak: its English name and what we say in it."""

    name: str
    say: str


def detect_language(text: str, *, known: str) -> str:
    """Return the code of the text's language; `known` when it tells nothing new."""
    plain = _NEUTRAL.sub(" ", text[:2000])
    script = _script_of(plain)
    if script is not None:
        return script
    words = [word.casefold() for word in _WORD.findall(plain)]
    if not words:
        return known
    ours = {language: _count(words, language) for language in SERVED}
    best = max(SERVED, key=lambda language: (ours[language], language == known))
    others = _others(words)
    if ours[best] == 0 or others > ours[best]:
        return _ask_model(" ".join(words), words, known=known)
    return best if known not in SERVED or _is_a_change(words, ours, best, known) else known


def _is_a_change(words: list[str], ours: Mapping[str, int], best: str, known: str) -> bool:
    """Say whether the customer really changed the language: one borrowed word does not tell."""
    if best == known or ours[best] >= ours[known] + 2:
        return True
    if ours[known] or ours[best] == 0:
        return False
    return len(words) <= _SHORT or _identifier().classify(" ".join(words))[0] == best


@lru_cache(maxsize=1)
def load_other_languages(
    path: Path = FOLDER / "other_languages.yml",
) -> Mapping[str, OtherLanguage]:
    """Return the languages we can only apologise in. Errors: CatalogueError."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        return {str(code): OtherLanguage(one["name"], one["say"]) for code, one in data.items()}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error


def served(language: str | None) -> str | None:
    """Return the language of a locale ("de-CH") when it is one of ours."""
    code = (language or "").replace("_", "-").partition("-")[0].lower()
    return code if code in SERVED else None


def _script_of(text: str) -> str | None:
    """Return the language of a text that is mostly in a script of its own."""
    letters = sum(char.isalpha() for char in text)
    foreign = sum(char.isalpha() and char > "\u036f" for char in text)
    if letters == 0 or foreign * 2 < letters:
        return None
    return next((code for code, pattern in _SCRIPTS if pattern.search(text)), None)


def _count(words: list[str], language: str) -> int:
    return sum(word.replace("'", "").replace("’", "") in _WORDS[language] for word in words)


def _others(words: list[str]) -> int:
    return max(_count(words, language) for language in _LATIN if language not in SERVED)


def _ask_model(text: str, words: list[str], *, known: str) -> str:
    """Without a telling word of ours: the model, and only when it is sure of enough words."""
    language, confidence = _identifier().classify(text)
    telling = _others(words)
    if language in SERVED and telling and len(words) >= _ENOUGH_WORDS:
        return max(_WORDS, key=lambda code: _count(words, code))
    enough = len(words) >= _ENOUGH_WORDS or telling >= min(2, len(words))
    if confidence < _SURE or not enough or (language not in SERVED and not telling):
        return known
    return str(language)


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(_LATIN)
    return identifier
