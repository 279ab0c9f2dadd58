"""The invented company of the demo: its customers, orders, products. Rows for gateway.seed.

Times are in days from now: negative ones are past. One customer or more for each thing to try.
"""

from dataclasses import dataclass

from crm.care.models import RefundState
from crm.models import Stage


@dataclass(frozen=True)
class DemoCustomer:
    """An invented customer and, perhaps, their membership in the Thread Club."""

    email: str
    name: str
    stage: Stage = Stage.RETENTION
    phone: str | None = None
    threads: int | None = None
    waiting: int = 0
    level: str = "linen"
    code: str = ""


@dataclass(frozen=True)
class DemoOrder:
    """An invented order."""

    number: str
    email: str
    status: str
    items: tuple[str, ...]
    cents: int
    placed: int
    expected: int | None = None
    delivered: int | None = None


@dataclass(frozen=True)
class DemoRefund:
    """Money on its way back for an order."""

    order: str
    cents: int
    state: RefundState
    requested: int
    expected: int | None = None
    paid: int | None = None


@dataclass(frozen=True)
class DemoProduct:
    """An invented product and how much of it is there."""

    name: str
    cents: int
    stock: int
    back: int | None = None


INES, OSKAR = "ines.marlow@example.org", "oskar.lindqvist@example.org"
AMARA, TOMAS = "amara.okello@example.org", "tomas.varga@example.org"

CUSTOMERS = (
    DemoCustomer(
        INES,
        "Ines Marlow",
        phone="+44 7700 900142",
        threads=412,
        waiting=58,
        level="silk",
        code="INES-WEAVES",
    ),
    DemoCustomer(OSKAR, "Oskar Lindqvist", threads=85, waiting=64, code="OSKAR-SPINS"),
    DemoCustomer(AMARA, "Amara Okello", phone="+44 7700 900177"),
    DemoCustomer(TOMAS, "Tomas Varga", Stage.TERMINATION, threads=0, code="TOMAS-KNOTS"),
)

ORDERS = (
    DemoOrder("LL-10009", INES, "delivered", ("Fern desk lamp",), 6400, -98, None, -92),
    DemoOrder("LL-10021", TOMAS, "delivered", ("Heron reading lamp",), 8900, -250, None, -244),
    DemoOrder("LL-10042", INES, "shipped", ("Alder floor lamp",), 18900, -4, 2),
    DemoOrder("LL-10043", INES, "delivered", ("Wool throw, moss",), 7900, -40, None, -35),
    DemoOrder("LL-10064", OSKAR, "returned", ("Velvet cushion", "Ash stool"), 9800, -30, None, -24),
    DemoOrder("LL-10077", OSKAR, "processing", ("Fern desk lamp",), 6400, -1, 5),
    DemoOrder("LL-10083", AMARA, "refunded", ("Linen cushion",), 2900, -45, None, -40),
    DemoOrder("LL-10090", OSKAR, "cancelled", ("Lantern pendant, brass",), 12900, -20),
    DemoOrder("LL-10101", AMARA, "delayed", ("Birch side table",), 21000, -9, 6),
    DemoOrder("LL-10112", AMARA, "delivered", ("Meadow wool rug",), 24900, -7, None, -2),
    DemoOrder(
        "LL-10118", INES, "delivered", ("Linen cushion", "Velvet cushion"), 5800, -12, None, -5
    ),
)

REFUNDS = (
    DemoRefund("LL-10064", 9800, RefundState.APPROVED, -6, expected=3),
    DemoRefund("LL-10083", 2900, RefundState.PAID, -30, paid=-21),
    DemoRefund("LL-10090", 12900, RefundState.PAID, -20, paid=-16),
)

# The names of nlu_data/products.yml, which the engine knows however they are written.
PRODUCTS = (
    DemoProduct("Alder floor lamp", 18900, 14),
    DemoProduct("Fern desk lamp", 6400, 0, back=16),
    DemoProduct("Alba table lamp", 7400, 11),
    DemoProduct("Pebble night light", 2400, 35),
    DemoProduct("Heron reading lamp", 8900, 6),
    DemoProduct("Lantern pendant, brass", 12900, 3),
    DemoProduct("Wool throw, moss", 7900, 21),
    DemoProduct("Wool throw, rust", 7900, 0, back=9),
    DemoProduct("Linen cushion", 2900, 60),
    DemoProduct("Velvet cushion", 2900, 0, back=24),
    DemoProduct("Linen curtains, sand", 8400, 18),
    DemoProduct("Linen bedding set", 13900, 7),
    DemoProduct("Meadow wool rug", 24900, 4),
    DemoProduct("Birch side table", 21000, 0),
    DemoProduct("Oak bench", 29900, 2),
    DemoProduct("Walnut wall shelf", 9900, 8),
    DemoProduct("Ash stool", 6900, 9),
)

INCIDENT = {
    "en": "Card payments failed for some customers at the checkout.",
    "de": "Kartenzahlungen sind für manche Kunden an der Kasse fehlgeschlagen.",
}
