"""What a message names: in the engine's own Python, without the engine."""

import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
import yaml

from gateway.demo_company import PRODUCTS
from tests.engine.measured_data import read_measured
from tests.engine_process import PYTHON, ROOT

TODAY = date(2026, 11, 23)  # a Monday
READER = """
import json, sys
from datetime import date
sys.path.insert(0, "bot")
from addons.entities import find_entities, warm_up
warm_up()
for line in sys.stdin:
    ask = json.loads(line)
    found = find_entities(ask["text"], today=date.fromisoformat(ask["today"]), language=ask["lang"])
    print(json.dumps([span._asdict() for span in found]), flush=True)
"""


@dataclass
class Reader:
    """The extractor in a process of its own."""

    process: subprocess.Popen[str]

    def find(self, text: str, *, language: str = "en") -> list[dict]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        ask = {"text": text, "today": TODAY.isoformat(), "lang": language}
        self.process.stdin.write(json.dumps(ask) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def values(self, text: str, *, language: str = "en") -> list[tuple[str, str]]:
        return [(each["entity"], each["value"]) for each in self.find(text, language=language)]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    process = subprocess.Popen(
        [PYTHON, "-c", READER], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield Reader(process)
    process.terminate()
    process.wait(timeout=10)


@pytest.mark.parametrize(
    "text",
    [
        *("LL-10042", "ll 10042", "#10042", "# LL-10042", "ll10042", "LL \u2013 10042", "LL-1OO42"),
        *("order 10042", "my order number is 10042.", "its 10042", "10042", "10042, sorry"),
        *("meine Bestellung 10042 fehlt", "Auftrag Nr. 10042", "(LL-10042)", "\u200bll-10042"),
    ],
)
def test_order_numbers_are_normalised(reader: Reader, text: str):
    assert reader.values(text) == [("order_number", "LL-10042")]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "LL-100423",
            "LL-1004",
            "10115 Berlin",
            "I'll 10042",
            "room 10042x",
            "the order 10042.50",
        ),
        *("will 10042 people come", "order 100", "ball-10042", "&#10042;"),
    ],
)
def test_other_numbers_are_no_order_numbers(reader: Reader, text: str):
    assert [each for each in reader.values(text) if each[0] == "order_number"] == []


@pytest.mark.parametrize(
    ("text", "product"),
    [
        ("is the Alder floor lamp in stock", "Alder floor lamp"),
        ("my adler floor lmap flickers", "Alder floor lamp"),
        ("FERN DESK LAMP", "Fern desk lamp"),
        ("fern desklamp", "Fern desk lamp"),
        ("the moss throw itches", "Wool throw, moss"),
        ("Wool throw, moss", "Wool throw, moss"),
        ("die Alder-Stehlampe flackert", "Alder floor lamp"),
        ("brich side tabel", "Birch side table"),
        ("two velvet cushions", "Velvet cushion"),
    ],
)
def test_products_are_found_though_misspelt(reader: Reader, text: str, product: str):
    assert reader.values(text) == [("product", product)]


def test_the_list_names_what_the_demo_company_sells():
    known = yaml.safe_load((ROOT / "nlu_data" / "products.yml").read_text(encoding="utf-8"))
    assert set(known) == {product.name for product in PRODUCTS}


@pytest.mark.parametrize(
    "text", ["my older lamp", "order a lamp", "the floor is a desk", "side by side", "wool"]
)
def test_plain_words_are_no_products(reader: Reader, text: str):
    assert reader.values(text) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-24", "2026-12-24"),
        ("tomorrow please", "2026-11-24"),
        ("next monday", "2026-11-30"),
        ("on friday", "2026-11-27"),
        ("it arrived on friday", "2026-11-20"),
        ("last tuesday", "2026-11-17"),
        ("12 nov", "2026-11-12"),
        ("the 3rd of december", "2026-12-03"),
        ("January 5", "2027-01-05"),
        ("November 14, 2027", "2027-11-14"),
        ("am 3.12.", "2026-12-03"),
        ("am 3.12", "2026-12-03"),
        ("03/12/2026", "2026-12-03"),
        ("3-12-26", "2026-12-03"),
        ("24/11", "2026-11-24"),
        ("3. März", "2027-03-03"),
        ("übermorgen", "2026-11-25"),
        ("guten Morgen, kommen Sie morgen", "2026-11-24"),
        ("kam gestern an", "2026-11-22"),
        ("vor 3 Tagen", "2026-11-20"),
        ("in two weeks", "2026-12-07"),
        ("29 February", "2028-02-29"),
    ],
)
def test_dates_are_read_day_first_and_from_today(reader: Reader, text: str, day: str):
    if day == "2028-02-29":  # no leap year is near: better none than a wrong one
        assert reader.values(text) == []
    else:
        assert reader.values(text) == [("date", day)]


@pytest.mark.parametrize(
    "text", ["24/7", "5/10", "2/10", "4.5 stars", "31 feb", "32.13.2026", "guten Morgen", "1.2.3.4"]
)
def test_other_figures_are_no_dates(reader: Reader, text: str):
    assert reader.values(text) == []


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("€49.90", "4990 EUR"),
        ("49,90 euro", "4990 EUR"),
        ("£20", "2000 GBP"),
        ("1.249,00 €", "124900 EUR"),
        ("1,249.5 EUR", "124950 EUR"),
        ("CHF 1'200", "120000 CHF"),
        ("20,- €", "2000 EUR"),
        ("300 kr", "30000 NOK"),
    ],
)
def test_amounts_are_cents_and_currency(reader: Reader, text: str, amount: str):
    assert reader.values(f"I paid {text} for it") == [("amount", amount)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("INES.Marlow@Example.org.", "email", "ines.marlow@example.org"),
        ("oskar.l(at)example.org", "email", "oskar.l@example.org"),
        ("<a+b@mail.example>", "email", "a+b@mail.example"),
        ("ring +44 7700 900456 please", "phone", "+447700900456"),
        ("0049 30 23125 417", "phone", "+493023125417"),
        ("my number is 555-0142", "phone", "555-0142"),
        ("send it to Nice please", "place", "Nice"),
        ("nach Köln", "place", "Cologne"),
        ("the uk", "place", "United Kingdom"),
        ("Österreich", "place", "Austria"),
    ],
)
def test_addresses_phones_and_places_are_normalised(
    reader: Reader, text: str, kind: str, value: str
):
    assert reader.values(text) == [(kind, value)]


def test_the_language_says_whose_area_code_it_is(reader: Reader):
    assert reader.values("Tel. 030 23125417", language="de") == [("phone", "+493023125417")]


@pytest.mark.parametrize("text", ["how nice", "I am reading", "a@b", "@lumenandloom", "12345678"])
def test_what_names_nothing_gives_nothing(reader: Reader, text: str):
    assert reader.values(text) == []


def test_each_says_where_it_stands_and_nothing_overlaps(reader: Reader):
    text = "LL-10042: the Alder lamp, €189, came on 12 nov to Oslo, write to a@oslo.example"
    found = reader.find(text)
    assert [text[each["start"] : each["end"]] for each in found] == [
        *("LL-10042", "Alder lamp", "€189", "12 nov", "Oslo", "a@oslo.example"),
    ]


@pytest.mark.parametrize(
    "piece",
    [
        *("1", "a", " ", "a@", "1 ", "1.", "€1 ", "(", "#", "ll", "a.", "-", "1-", "+49 "),
        *("in 2 ", "alder ", "1 may ", "monday ", "order 1 ", "12,345,", "\u200b", "\u202e", "😀"),
        *("\n", "٣ "),
    ],
)
def test_no_long_message_is_slow(reader: Reader, piece: str):
    reader.find("warm")
    before = time.perf_counter()
    found = reader.find((piece * 10_000)[:10_000])
    assert time.perf_counter() - before < 0.25
    assert len(found) <= 20


def test_a_usual_message_takes_less_than_a_millisecond(reader: Reader):
    texts = [text for text, _ in read_measured("heldout")]
    for text in texts:
        reader.find(text)
    before = time.perf_counter()
    for text in texts:
        reader.find(text)
    assert (time.perf_counter() - before) / len(texts) < 0.001
