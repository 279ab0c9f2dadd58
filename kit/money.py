"""Amounts of money for employees: whole cents in, words out. Customers get theirs by locale."""

from decimal import Decimal, InvalidOperation

from kit.errors import InvalidInputError

_MOST = 1_000_000_000


def tell_money(cents: int, currency: str) -> str:
    """Return the amount as employees read it everywhere: `1,250.00 EUR`."""
    return f"{cents / 100:,.2f} {currency}"


def read_cents(typed: str) -> int:
    """Return the cents of an amount typed with a point or a comma: `12,50`, `1250`, `9.9`.

    Raises InvalidInputError for what is no amount, is below nought, or has parts of a cent.
    """
    try:
        amount = Decimal(typed.strip().replace(",", "."))
        cents = amount * 100
        if not amount.is_finite() or not 0 <= amount <= _MOST or cents != cents.to_integral_value():
            raise InvalidOperation
    except InvalidOperation:
        raise InvalidInputError("Please write an amount such as 12.50.") from None
    return int(cents)
