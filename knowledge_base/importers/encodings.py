"""Bytes become text, or are refused: an encoding is never guessed badly in silence."""

import codecs
import re

from charset_normalizer import from_bytes

from knowledge_base.importers.candidates import LARGEST_TEXT, MEGABYTE, UnreadableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What a page may say of itself; anything else (UTF-7 above all) is an attack or a mistake.
_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset=[\"']?\s*([a-z0-9_-]{3,20})", re.IGNORECASE)
_BELIEVED = re.compile(r"iso-?8859-?\d+|latin-?1|windows-?125\d|cp125\d|shift_jis|euc-(jp|kr)|gbk")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0e-\x1f\x7f]")
_SAMPLE = 200_000


def decode(data: bytes) -> str:
    """Return the text with plain line ends. Raises UnreadableError."""
    if len(data) > LARGEST_TEXT:
        raise UnreadableError(f"A text may have {LARGEST_TEXT // MEGABYTE} MB at most.")
    text = _decode(data)
    if "\x00" in text:
        raise UnreadableError("It contains null bytes, so it is no text.")
    if len(_CONTROL.findall(text)) > len(text) / 200:
        raise UnreadableError("It is full of control characters, so it is no text.")
    text = _CONTROL.sub("", text).replace("\x0c", "\n")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strictly(data, name)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _strictly(data, _declared(data) or _guess(data))


def _declared(data: bytes) -> str | None:
    found = _DECLARED.search(data[:2048])
    name = found.group(1).decode("ascii").lower() if found else ""
    return name if _BELIEVED.fullmatch(name) else None


def _guess(data: bytes) -> str:
    best = None if b"\x00" in data[:_SAMPLE] else from_bytes(data[:_SAMPLE]).best()
    if best is None or best.percent_chaos > 20:
        raise UnreadableError("Its encoding cannot be told. Please save it as UTF-8.")
    return best.encoding


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError) as cause:
        raise UnreadableError(
            f"It looks like {encoding} and is damaged. Please save it as UTF-8."
        ) from cause
